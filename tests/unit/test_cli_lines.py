"""Plain command lines are read without Typer; wherever that happens, Typer would have read the same."""

from collections.abc import Mapping
from importlib import import_module
from inspect import signature

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gastown.cli import lazy, plain, typed
from gastown.cli.parameters import Command, Option, declared
from gastown.domain.runtime import Permission


def function_of(name: str) -> Command:
    module, _, attribute = lazy.COMMANDS[name].place.partition(":")
    function: Command = getattr(import_module(f"gastown.cli.{module}"), attribute)
    return function


def read_by_typer(function: Command, words: list[str]) -> Mapping[str, object]:
    """What Typer hands to the function for these words."""
    seen: dict[str, object] = {}

    def recording(**values: object) -> None:
        seen.update(values)

    recording.__signature__ = signature(function)  # type: ignore[attr-defined]
    assert typed.call(recording, "command", "gt command", words) == 0
    return seen


@pytest.mark.parametrize(
    "name, words, expected",
    [
        ("sling", ["we-1"], {"what": "we-1", "target": None, "runtime": None, "up": True, "as_json": False}),
        ("sling", ["--no-up", "a b", "--runtime=x", "web", "--json"], {"what": "a b", "target": "web", "runtime": "x"}),
        ("sling", ["--", "--odd", "web"], {"what": "--odd", "target": "web"}),
        ("bead create", ["T", "-d", "- a list", "-p", "0"], {"title": "T", "description": "- a list", "priority": "0"}),
        ("bead create", ["T", "-l", "a,b", "--label=c"], {"title": "T", "label": ["a,b", "c"], "deps": None}),
        ("bead create", ["-f", "-"], {"title": None, "file": "-"}),
        ("bead update", ["we-1", "we-2", "--add-label", "x", "--due", ""], {"beads": ["we-1", "we-2"], "due": ""}),
        ("bead close", ["we-1", "--continue"], {"beads": ["we-1"], "go_on": True}),
        ("bead create", ["T", "-d", "-"], {"description": "-"}),
        ("bead create", ["T", "--id", "issue-123", "--id", "issue-124"], {"id": "issue-124"}),
        ("rig add", ["w", "u", "--permissions", "edits"], {"permissions": Permission.EDITS, "trust": None}),
        ("rig add", ["w", "u", "--no-trust"], {"permissions": None, "trust": False}),
        ("log", ["-f", "-n", "3"], {"about": None, "most": 3, "follow": True}),
        ("status", [], {"as_json": False}),
    ],
)  # fmt: skip
def test_plain_lines_are_read_as_typer_reads_them(
    name: str, words: list[str], expected: dict[str, object]
) -> None:
    values = plain.read(function_of(name), words)
    assert values is not None
    assert expected.items() <= dict(values).items()
    assert dict(read_by_typer(function_of(name), words)) == dict(values)


@pytest.mark.parametrize(
    "name, words",
    [
        ("sling", []),
        ("sling", ["a", "b", "c"]),
        ("sling", ["--help"]),
        ("sling", ["-h"]),
        ("sling", ["a", "--nope"]),
        ("sling", ["a", "--runtime"]),
        ("sling", ["a", "--json=1"]),
        ("sling", [""]),
        ("bead create", ["T", "-dtext"]),
        ("log", ["-n", "many"]),
        ("bead update", ["--claim"]),
        ("bead label add", []),
        ("bead create", ["T", "-l"]),
        ("rig add", ["w", "u", "--permissions", "all"]),
    ],
)
def test_everything_unusual_is_left_to_typer(name: str, words: list[str]) -> None:
    assert plain.read(function_of(name), words) is None


WORDS = st.sampled_from(["a", "we-1", "two words", "", "-", "--", "7", "x=y", "edits", "-x", "ü", "-1"])


@pytest.mark.parametrize("name", lazy.COMMANDS)
@settings(max_examples=40)
@given(data=st.data())
def test_no_line_is_read_in_two_ways(name: str, data: st.DataObject) -> None:
    function = function_of(name)
    flags = [
        form
        for parameter in declared(function).values()
        if isinstance(parameter.given, Option)
        for flag in parameter.flags
        for one in flag.split("/")
        for form in (one, f"{one}=v", f"{one}=5")
    ]
    words = data.draw(st.lists(st.one_of(WORDS, st.sampled_from(flags)) if flags else WORDS, max_size=6))
    values = plain.read(function, words)
    if values is not None:
        assert dict(read_by_typer(function, words)) == dict(values)
