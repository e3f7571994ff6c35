"""Work that is taken up again: after a crash, by rework, and after it was taken back; what was kept is told."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gastown.domain.assignments import Assignment, Caller
from gastown.domain.briefing import render
from gastown.domain.identity import OVERSEER, parse_address
from gastown.ledger import agents, events, incarnations
from gastown.operations.sessions.ready import Place, make_ready
from gastown.operations.sessions.stop import stop
from gastown.operations.work.sling import sling
from gastown.operations.work.unsling import unsling
from gastown.town import Town
from gastown.views.briefing import briefing
from gastown.views.sentences import sentence
from tests.component.git_rig import commit, head
from tests.component.merge_town import MergeTown
from tests.fakes import FakeTerminal
from tests.support import git

pytestmark = pytest.mark.needs("git")

HUMAN = Caller(OVERSEER)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MergeTown]:
    made = MergeTown(tmp_path)
    program = tmp_path / "bin" / "claude"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    yield made
    made.close()


def slung(place: MergeTown, what: str, name: str = "Toast") -> Assignment:
    agent = sling(place.town, what, f"web/polecats/{name}", by=HUMAN).agent
    assignment = agents.open_assignment(place.ledger, agent)
    assert assignment is not None
    return assignment


def begun(place: MergeTown, assignment: Assignment) -> Place:
    """Make the worktree ready and record a session that starts there."""
    found = agents.assignment(place.ledger, assignment.generation)
    assert found is not None
    ready = make_ready(place.town, found, parse_address(found.agent))
    with place.ledger.transaction() as ledger:
        incarnations.mint(
            ledger, found.agent, found, credential_hash=str(len(events.last(ledger, 500))) + found.agent,
            conversation="c", session="s", head=ready.head, why_older="ended", now=place.town.clock.now(),
        )  # fmt: skip
        events.append(
            ledger, "supervisor", "agent.starting", found.agent, place.town.clock.now(), bead=found.bead
        )
    return ready


def test_rework_begins_at_what_was_handed_in_and_builds_on_what_that_built_on(place: MergeTown) -> None:
    place.gate("false")
    base = place.target()
    first = place.submit("Mend the door", {"door": "mended"})
    place.push_from_elsewhere({"other": "x"})
    place.run()
    assignment = slung(place, first.bead)
    ready = begun(place, assignment)
    assert (ready.head, ready.base) == (first.commit, base)
    again = agents.assignment(place.ledger, assignment.generation)
    assert again is not None
    assert again.base == base


def test_rework_whose_worktree_was_never_made_still_begins_at_what_was_handed_in(place: MergeTown) -> None:
    place.gate("false")
    first = place.submit("Mend the door", {"door": "mended"})
    place.run()
    assignment = slung(place, first.bead)
    with place.ledger.transaction() as ledger:
        agents.set_branch(ledger, assignment.generation, "polecat/Toast/again", place.target())
    assert begun(place, assignment).head == first.commit


def test_a_session_that_follows_a_crash_finds_the_worktree_as_it_was(place: MergeTown) -> None:
    assignment = slung(place, "Mend the door")
    folder = begun(place, assignment).folder
    git("checkout", "--quiet", "-b", "feature/door", cwd=folder)
    made = commit(folder, "door", "half", "Half a door")
    (folder / "door").write_text("nearly whole")
    ready = begun(place, assignment)
    assert (ready.head, ready.rescued) == (made, ())
    assert (folder / "door").read_text() == "nearly whole"
    assert git("branch", "--show-current", cwd=folder) == "feature/door"
    told = briefing(place.town, assignment.agent)
    assert told.work is not None
    assert (told.work.commits, told.work.unsaved) == (("Half a door",), 1)
    assert "Your worktree is on the branch feature/door." in render(told)


def test_a_new_assignment_gets_a_branch_of_its_own(place: MergeTown) -> None:
    first = slung(place, "Mend the door")
    folder = begun(place, first).folder
    (folder / "door").write_text("half")
    unsling(place.town, first.agent, by=HUMAN)
    second = slung(place, "Paint the wall")
    ready = begun(place, second)
    assert git("branch", "--show-current", cwd=folder) == ready.branch
    assert not (folder / "door").exists()
    assert ready.rescued


def test_what_was_not_committed_when_work_was_taken_back_is_told_and_comes_back(place: MergeTown) -> None:
    terminal = FakeTerminal()
    town = Town(place.root, terminal=terminal)
    assignment = slung(place, "Mend the door")
    folder = begun(place, assignment).folder
    (folder / "door").write_text("half")
    session = terminal.start("web-Toast", ["agent"], cwd=folder, env={}, options={}, incarnation=1)
    taken = unsling(town, assignment.agent, by=HUMAN)
    assert taken.unsaved == "1 untracked (door)"
    assert stop(town, assignment.agent, session, because="nothing on its hook")
    kept = events.last_of_type(place.ledger, assignment.agent, "custody.secured")
    assert kept is not None
    (command,) = (str(each) for each in [kept.payload["restore"]])
    assert command in sentence(kept)
    slung(place, "Paint the wall")
    other = agents.open_assignment(place.ledger, assignment.agent)
    assert other is not None
    begun(place, other)
    unsling(town, assignment.agent, by=HUMAN)
    again = slung(place, assignment.bead, "Nux")
    there = begun(place, again).folder
    assert command in render(briefing(town, again.agent))
    git(*command.split()[1:], cwd=there)
    assert (there / "door").read_text() == "half"
    town.close()


def test_an_idle_agent_in_the_middle_of_something_is_left_there(place: MergeTown) -> None:
    terminal = FakeTerminal()
    town = Town(place.root, terminal=terminal)
    assignment = slung(place, "Mend the door")
    folder = begun(place, assignment).folder
    for text in ("1", "2", "3"):
        commit(folder, "door", text)
    git("bisect", "start", "HEAD", "HEAD~2", cwd=folder)
    at = head(folder)
    session = terminal.start("web-Toast", ["agent"], cwd=folder, env={}, options={}, incarnation=1)
    unsling(town, assignment.agent, by=HUMAN)
    assert stop(town, assignment.agent, session, because="nothing on its hook")
    assert head(folder) == at
    assert not (folder.parent.parent / ".rescued").exists()
    town.close()
