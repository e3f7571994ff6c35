"""The command line as a whole: lists, unknown words, help, and which failure ends in which exit code."""

import errno
import os
from importlib import import_module
from pathlib import Path

import pytest

from gastown.cli import app, exits, lazy
from gastown.errors import Busy, GastownError, Invalid, NotFound, Refused, Unavailable


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No town around the test."""
    monkeypatch.chdir(tmp_path)


def test_every_command_is_listed_with_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run("gt", ["--help"]) == 0
    listed = capsys.readouterr().out
    for name, command in lazy.COMMANDS.items():
        typed = f"bd {name.removeprefix('bead ')}" if name.startswith("bead ") else f"gt {name}"
        assert any(
            line.split("  ")[1:] and typed in line and command.about in line for line in listed.splitlines()
        )
    assert [group for group in lazy.GROUPS if group in listed] == [
        "Work",
        "Agents",
        "Mail",
        "Looking",
        "Town",
    ]
    assert max(map(len, listed.splitlines())) <= 110


@pytest.mark.parametrize("name", lazy.COMMANDS)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run("gt", [*name.split(), "--help"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(f"Usage: gt {name}")
    module, _, attribute = lazy.COMMANDS[name].place.partition(":")
    told = getattr(import_module(f"gastown.cli.{module}"), attribute).__doc__
    assert told.split()[0] in out
    assert "--help" in out
    assert err == ""


@pytest.mark.parametrize("words", [["help", "sling"], ["sling", "-h"], ["sling", "--help"]])
def test_help_can_be_asked_for_in_three_ways(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run("gt", words) == 0
    assert "Usage: gt sling" in capsys.readouterr().out


def test_a_family_lists_its_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run("gt", ["rig", "--help"]) == 0
    assert [line.split()[:3] for line in capsys.readouterr().out.splitlines()[2:]] == [
        ["gt", "rig", "add"],
        ["gt", "rig", "list"],
        ["gt", "rig", "remove"],
    ]
    assert app.run("gt", ["rig"]) == exits.USAGE
    assert "gt rig needs one more word" in capsys.readouterr().err


def test_bd_is_gt_bead(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run("bd", ["bead", "create", "--help"]) == 0
    assert "Usage: bd create" in capsys.readouterr().out
    assert app.run("bd", ["bead"]) == 0
    assert "bd dep add" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words, hint",
    [
        (["slig"], "gt sling"),
        (["statsu"], "gt status"),
        (["rig", "ad"], "gt rig add"),
        (["ready"], "gt bead ready"),
        (["mq", "lst"], "gt mq list"),
        (["xyzzy"], "gt --help"),
    ],
)
def test_an_unknown_command_names_the_nearest(
    words: list[str], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.run("gt", words) == exits.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("gt: there is no command `gt ")
    assert hint in err


def test_hostile_words_reach_no_terminal_raw(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run("gt", ["\x1b[2Jslig"]) == exits.USAGE
    assert app.run("gt", ["sling", "a", "--\x1b]0;x"]) == exits.USAGE
    assert "\x1b" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "words, said",
    [
        (["sling"], "missing argument 'WHAT'"),
        (["sling", "a", "b", "c"], "unexpected extra argument"),
        (["sling", "a", "--nope"], "no such option: --nope"),
        (["--nope"], "no such option: --nope"),
        (["log", "-n", "many"], "'many' is not a valid int"),
        (["rig", "add", "a", "b", "--permissions", "all"], "'unattended'"),
    ],
)
def test_wrong_usage_is_64_with_a_clear_line(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.run("gt", words) == exits.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err.splitlines()[0]
    assert err.splitlines()[1].strip().endswith("--help")


@pytest.mark.parametrize(
    "kind, code",
    [(NotFound, 1), (Refused, 1), (Invalid, 65), (Unavailable, 69), (Busy, 75), (GastownError, 1)],
)
def test_every_kind_of_error_has_its_code(kind: type[GastownError], code: int) -> None:
    assert exits.code(kind("it went wrong")) == code


def test_every_kind_of_error_is_known() -> None:
    assert set(exits.OF_KIND) == set(GastownError.__subclasses__())
    codes = [value for name, value in vars(exits).items() if name.isupper() and isinstance(value, int)]
    assert 2 not in codes


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EDQUOT])
def test_the_machines_own_failures_are_said_plainly(number: int) -> None:
    told = exits.of_the_machine(OSError(number, os.strerror(number), "/somewhere"))
    assert told is not None
    assert told.message == f"/somewhere: {os.strerror(number)}"
    assert told.hint
    assert exits.of_the_machine(OSError(errno.EINVAL, "Invalid argument")) is None


def test_without_a_town_commands_say_how_to_make_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run("gt", ["status"]) == exits.NOT_POSSIBLE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("gt: no town here")
    assert "    gt install ~/gt" in err


def test_gt_alone_outside_a_town_says_how_to_begin(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run("gt", []) == 0
    out, err = capsys.readouterr()
    assert "gt install ~/gt" in out
    assert err.startswith("next:  gt install ~/gt")


def test_a_town_that_is_named_but_not_there_is_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GT_TOWN", "/no/such/town")
    assert app.run("gt", []) == exits.NOT_POSSIBLE
    assert "/no/such/town" in capsys.readouterr().err


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run("gt", ["--version"]) == 0
    assert capsys.readouterr().out.startswith("gastown 0.")


def test_an_agent_is_not_briefed_outside_a_town(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run("gt", ["prime", "--hook"]) == 0
    assert capsys.readouterr() == ("", "")
