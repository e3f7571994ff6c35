"""The page of commands knows every command and every option, and none that is not there."""

import re
from importlib import import_module

import pytest

from gastown.cli import lazy
from gastown.cli.parameters import Option, declared
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### `(.+?)`\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))


def title_of(name: str) -> str:
    return f"bd {name.removeprefix('bead ')}" if name.startswith("bead ") else f"gt {name}"


def test_every_command_has_its_section_in_the_order_of_the_list() -> None:
    assert list(SECTIONS) == [title_of(name) for name in lazy.COMMANDS]
    for group in lazy.GROUPS:
        assert f"\n## {group}\n" in PAGE


@pytest.mark.parametrize("name", lazy.COMMANDS)
def test_every_option_is_told(name: str) -> None:
    module, _, attribute = lazy.COMMANDS[name].place.partition(":")
    section = SECTIONS[title_of(name)]
    for parameter in declared(getattr(import_module(f"gastown.cli.{module}"), attribute)).values():
        if isinstance(parameter.given, Option):
            forms = [form for flag in parameter.flags for form in flag.split("/") if form != "--up"]
            assert not [form for form in forms if form not in section], name
        else:
            assert (parameter.given.metavar or parameter.name.upper()) in section, name


def test_every_exit_code_is_told() -> None:
    from gastown.cli import exits

    codes = {value for key, value in vars(exits).items() if key.isupper() and isinstance(value, int)}
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)} == codes
