"""`gt ledger push`, `pull`, `share`, `unshare` and `gt install --from`: what they print where, and their exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest

from gastown.cli import app, exits
from gastown.town import Town
from tests.support import a_repository, git
from tests.towns import a_town

HOSTILE = "Wipe\x1b[2J it"


class Places:
    """Two towns, what lies between them, and whatever the last command printed."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.folder, self._monkeypatch, self._capsys = folder, monkeypatch, capsys
        for name in ("here", "there"):
            (folder / name).mkdir()
            a_town(folder / name)
        git("init", "-q", "--bare", str(folder / "hub.git"), cwd=folder)
        self.hub, self.out, self.err = str(folder / "hub.git"), "", ""

    def at(self, name: str, *words: str, expect: int = 0) -> str:
        """Type a command in one of the towns."""
        self._monkeypatch.chdir(self.folder / name / "town")
        status = app.run("gt", list(words))
        self.out, self.err = self._capsys.readouterr()
        assert status == expect, (words, status, self.out, self.err)
        assert all(line.isprintable() for line in (self.out + self.err).splitlines())
        return self.out

    def json(self, name: str, *words: str) -> Any:  # noqa: ANN401 - whatever the command prints
        """The same as JSON."""
        return json.loads(self.at(name, *words, "--json"))

    def file(self, name: str, title: str, *words: str) -> str:
        """File a bead; gives its id."""
        return str(self.json(name, "bead", "create", title, "--rig", "web", "--no-up", *words)["id"])


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Places:
    return Places(tmp_path, monkeypatch, capsys)


def test_a_first_push_says_that_the_place_is_kept(places: Places) -> None:
    places.file("here", "Mend it")
    out = places.at("here", "ledger", "push", places.hub)
    assert out.startswith(f"pushed  {places.hub}   ")
    assert "kept in town.toml" in places.err
    assert places.at("here", "ledger", "push").startswith("nothing to push  ")
    assert "kept in" not in places.err


def test_a_pull_tells_how_much_came_and_what_was_decided(places: Places) -> None:
    it = places.file("here", "Mend it")
    places.at("here", "ledger", "push", places.hub)
    assert (
        places.at("there", "ledger", "pull", places.hub, "--no-up")
        == f"pulled  {places.hub}   1 new, 0 changed\n"
    )
    assert "nothing in common before" in places.err
    places.at("there", "ledger", "push", places.hub)
    places.at("there", "bead", "update", it, "--title", "There", "--no-up")
    places.at("here", "bead", "update", it, "--title", "Here", "--no-up")
    places.at("here", "ledger", "pull", "--no-up")
    places.at("here", "ledger", "push")
    assert places.at("there", "ledger", "pull", "--no-up").endswith("0 new, 1 changed\n")
    assert f'{it} title: here "There", there "Here", now "Here"' in places.err
    assert "next:" in places.err
    assert places.at("there", "ledger", "pull", "--no-up") == f"nothing new  {places.hub}\n"


def test_decisions_are_json_too(places: Places) -> None:
    first = places.file("here", "First", "--id", "issue-7")
    places.at("here", "ledger", "push", places.hub)
    places.file("there", "Second", "--id", "issue-7")
    (pulled,) = places.json("there", "ledger", "pull", places.hub, "--no-up")
    (renamed,) = pulled["reidentified"]
    assert renamed["old"] == first
    assert f"{first} is {renamed['new']} now" in places.err
    assert pulled["failed"] is None


def test_being_behind_is_busy_and_says_what_to_do(places: Places) -> None:
    places.file("here", "One")
    places.at("here", "ledger", "push", places.hub)
    places.file("there", "Two")
    places.at("there", "ledger", "push", places.hub, expect=exits.BUSY)
    assert "gt ledger pull, then push again" in places.err
    assert Town(places.folder / "there" / "town").settings.ledger_remote == ""


def test_nowhere_to_go_and_nothing_there(places: Places) -> None:
    places.at("here", "ledger", "push", expect=exits.NOT_POSSIBLE)
    assert "gt ledger push URL" in places.err
    places.at("here", "ledger", "pull", "/nowhere/at/all", expect=exits.NOT_POSSIBLE)
    assert (
        places.at("here", "ledger", "pull", places.hub, "--no-up") == f"nothing is there yet  {places.hub}\n"
    )


def test_a_password_in_the_address_is_never_shown(places: Places) -> None:
    places.at("here", "ledger", "pull", "http://ann:secret@127.0.0.1:9/x.git", expect=exits.UNAVAILABLE)
    assert "secret" not in places.out + places.err


def test_hostile_texts_of_another_town_repaint_nothing(places: Places) -> None:
    it = places.file("here", "Fine")
    places.at("here", "ledger", "push", places.hub)
    places.at("there", "ledger", "pull", places.hub, "--no-up")
    places.at("there", "bead", "update", it, "--description", HOSTILE, "--no-up")
    places.at("there", "ledger", "push", places.hub)
    places.at("here", "bead", "update", it, "--description", "Ours", "--no-up")
    places.at("here", "ledger", "pull", "--no-up")
    assert "description" in places.err
    places.at("here", "log")


@pytest.fixture
def code(tmp_path: Path) -> str:
    a_repository(tmp_path / "work", {"README": "hello"})
    git("clone", "-q", "--bare", str(tmp_path / "work"), str(tmp_path / "code.git"), cwd=tmp_path)
    return str(tmp_path / "code.git")


def test_sharing_warns_once_and_unsharing_says_how_to_take_it_back(places: Places, code: str) -> None:
    places.at("here", "rig", "add", "lib", code, "--no-gate", "--no-up")
    out = places.at("here", "ledger", "share", "lib", "--no-up")
    assert out == f"shared  lib   {code} refs/gastown/ledger\n"
    assert "can be read by everyone who can read that repository" in places.err
    assert places.at("here", "ledger", "share", "lib", "--no-up").startswith("shared already  lib")
    assert "can be read" not in places.err
    assert places.at("here", "ledger", "unshare", "lib").startswith("unshared  lib")
    assert f"git push {code} --delete refs/gastown/ledger" in places.err
    assert "undo:  gt ledger share lib" in places.err


def test_a_place_that_failed_is_told_and_the_others_are_done(places: Places, code: str) -> None:
    places.at("here", "rig", "add", "lib", code, "--no-gate", "--no-up")
    places.at("here", "ledger", "share", "lib", "--no-up")
    places.at("here", "ledger", "push", places.hub)
    Path(places.hub).rename(places.hub + ".gone")
    out = places.at("here", "ledger", "pull", "--no-up", expect=exits.NOT_POSSIBLE)
    assert out.splitlines() == [f"not pulled  {places.hub}", f"nothing new  lib: {code}"]


def test_a_town_is_installed_from_a_rig_and_from_a_whole_ledger(places: Places, code: str) -> None:
    places.at("here", "rig", "add", "lib", code, "--no-gate", "--no-up", "--prefix", "li")
    places.json("here", "bead", "create", "Mend it", "--rig", "lib", "--no-up")
    places.at("here", "ledger", "share", "lib", "--no-up")
    places.at("here", "ledger", "push", places.hub)
    rig, whole = str(places.folder / "rig"), str(places.folder / "whole")
    out = places.at("here", "install", rig, "--from", code, "--agent", "scripted", "--no-gate")
    assert out.endswith(f"with the rig code and 1 bead from {code}\n")
    out = places.at("here", "install", whole, "--from", places.hub, "--agent", "scripted")
    assert out.endswith(f"with 1 bead from {places.hub}\n")
    assert "gt rig add lib URL --prefix li" in places.err
    places.at("here", "install", rig + "2", "--rig", "x", expect=exits.INVALID)
    places.at("here", "install", rig + "2", "--from", str(places.folder / "work"), expect=exits.NOT_POSSIBLE)
    assert "holds no history of Gas Town" in places.err
