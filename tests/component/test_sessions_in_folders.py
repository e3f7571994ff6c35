"""Agents with a folder of their own: trust in it, the end of their work, and the end of their rig."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gastown.domain.assignments import Caller
from gastown.domain.beads import BeadStatus
from gastown.errors import Refused
from gastown.ledger import agents, beads, merges
from gastown.operations.sessions.ensure import ensure
from gastown.operations.sessions.trusted import FILE_NAME, take_back_trust
from gastown.operations.town.call_up import call_up
from gastown.operations.town.rig_remove import remove_rig
from gastown.operations.town.uninstall import uninstall
from gastown.operations.work.done import done
from gastown.settings import town as towns
from gastown.world.agents import claude_home
from tests.component.sessions_town import ANN, MAYOR, REFINERY, TOAST, WITNESS, SessionsTown, sessions_town
from tests.fakes import FakeTerminal
from tests.support import git

pytestmark = pytest.mark.needs("git")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[SessionsTown]:
    with sessions_town(tmp_path, FakeTerminal()) as place:
        yield place


@pytest.fixture
def claude(place: SessionsTown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Claude Code is what agents with a folder run, and is logged in; gives its configuration."""
    program = tmp_path / "bin" / "claude"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "a key")
    settings(place, trust=True)
    return claude_home.configuration(os.environ)


def settings(place: SessionsTown, *, trust: bool) -> None:
    """Write town.toml anew."""
    said = replace(place.town.settings, runtime="claude", trust=trust)
    (place.root / towns.FILE_NAME).write_text(towns.written(said))


def trusted(file: Path) -> list[str]:
    """The folders that Claude Code trusts."""
    return sorted(json.loads(file.read_text())["projects"]) if file.exists() else []


def begun(place: SessionsTown, address: str) -> Caller:
    """The agent with a session that works on what is on its hook."""
    found = ensure(place.town, address, because="a test")
    assert found is not None
    newest = place.newest(address)
    return Caller(address, newest.id, newest.generation)


# trust


def test_an_agents_own_folder_is_trusted_before_its_first_start_and_no_more_after_uninstalling(
    place: SessionsTown, claude: Path
) -> None:
    for address in (MAYOR, WITNESS, MAYOR):
        begun(place, place.want(address))
    assert trusted(claude) == [str(place.root / MAYOR), str(place.root / WITNESS)]
    moved = uninstall(place.town, force=True).moved_to
    assert trusted(claude) == []
    assert not claude.exists(), "it was not there before"
    moved.rename(place.root)


def test_nobody_trusts_a_folder_unasked_and_up_says_so(place: SessionsTown, claude: Path) -> None:
    settings(place, trust=False)
    (told,) = call_up(place.town)
    assert f"may trust {place.root / MAYOR}" in told.why_not
    agent = agents.get(place.ledger, MAYOR)
    assert agent is None or agent.wanted_at is None
    begun(place, place.want(MAYOR))
    assert not claude.exists()
    assert not (place.root / FILE_NAME).exists()


def test_up_calls_the_mayor_whose_folder_is_or_will_be_trusted(place: SessionsTown, claude: Path) -> None:
    assert call_up(place.town)[0].why_not == ""
    begun(place, MAYOR)
    settings(place, trust=False)
    assert call_up(place.town)[0].why_not == ""
    assert trusted(claude) == [str(place.root / MAYOR)]


def test_up_says_that_nobody_has_logged_in(
    place: SessionsTown, claude: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not claude.exists()
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    assert "not logged in" in call_up(place.town)[0].why_not


def test_what_was_trusted_before_stays_so(place: SessionsTown, claude: Path) -> None:
    text = json.dumps({"projects": {str(place.root / MAYOR): {"hasTrustDialogAccepted": True}}})
    claude.write_text(text)
    begun(place, place.want(MAYOR))
    assert take_back_trust(place.town) == ()
    assert claude.read_text() == text


def test_a_rig_that_goes_takes_the_trust_in_its_agents_folders_along(
    place: SessionsTown, claude: Path
) -> None:
    for address in (MAYOR, WITNESS):
        begun(place, place.want(address))
    assert remove_rig(place.town, "web", force=True).trust_undone
    assert trusted(claude) == [str(place.root / MAYOR)]


# the end of work


@pytest.mark.parametrize("address", [MAYOR, WITNESS, "deacon/dogs/rex"])
def test_work_without_a_branch_ends_with_what_came_of_it(place: SessionsTown, address: str) -> None:
    bead = place.hook(address)
    agent = begun(place, address)
    with pytest.raises(Refused, match="folder without code") as refused:
        done(place.town, by=agent)
    assert refused.value.hint == 'gt done --no-change "what came of it"'
    with pytest.raises(Refused, match="say why"):
        done(place.town, no_change=" ", by=agent)
    ended = done(place.town, no_change="the tests hang: filed we-12", by=agent)
    assert (ended.bead, ended.commit, ended.request) == (bead, None, None)
    assert done(place.town, no_change="again", by=agent).already
    closed = beads.get(place.ledger, bead)
    assert closed.status is BeadStatus.CLOSED
    assert "the tests hang" in str(closed.close_reason)


def test_an_agent_without_work_is_told_that_its_hook_is_empty(place: SessionsTown) -> None:
    with pytest.raises(Refused, match="nothing is on your hook"):
        done(place.town, by=begun(place, place.want(MAYOR)))


@pytest.mark.parametrize("address", [ANN, REFINERY])
def test_work_in_a_worktree_is_handed_in_as_a_polecats_is(place: SessionsTown, address: str) -> None:
    bead = place.hook(address)
    agent = begun(place, address)
    home = place.town.places.home(address)
    (home / "door").write_text("mended\n")
    with pytest.raises(Refused, match="not committed"):
        done(place.town, by=agent)
    git("add", "door", cwd=home)
    git("commit", "-qm", "Mend the door", cwd=home)
    ended = done(place.town, by=agent)
    (request,) = merges.live(place.ledger, "web")
    assert (ended.bead, ended.commit) == (bead, git("rev-parse", "HEAD", cwd=home))
    assert (request.agent, request.commit) == (address, ended.commit)


# the end of a rig


def test_the_agents_of_a_rig_that_goes_end_and_are_forgotten_with_all_they_had_kept(
    place: SessionsTown,
) -> None:
    for address in (TOAST, ANN, WITNESS, REFINERY):
        place.hook(address)
        begun(place, address)
    begun(place, place.want(MAYOR))
    unsaved = [place.town.places.home(address) / "unsaved" for address in (TOAST, ANN, REFINERY)]
    for file in unsaved:
        file.write_text("half\n")
    gone = remove_rig(place.town, "web", force=True)
    assert place.session(MAYOR) is not None
    assert isinstance(place.town.terminal, FakeTerminal)
    assert list(place.town.terminal.live) == ["hq-mayor"]
    for file in unsaved:
        assert (gone.moved_to / file.relative_to(place.root / "web")).read_text() == "half\n"
    for agent in agents.all_agents(place.ledger, "web"):
        assert agent.removed_at is not None
        assert place.newest(agent.address).ended_at is not None
        assert ensure(place.town, agent.address, because="a test", restart=True) is None
    assert len(agents.assignments_of_agent(place.ledger, ANN)) == 1
