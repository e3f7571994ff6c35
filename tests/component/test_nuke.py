"""`gt polecat nuke`: custody first, the work is open again, and the polecat comes back by its name."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from gastown.domain.assignments import Caller
from gastown.domain.beads import BeadStatus
from gastown.domain.identity import parse_address
from gastown.errors import GastownError, NotFound, Refused, Unavailable
from gastown.ledger import agents, beads, events, incarnations, merges
from gastown.ledger.quick import credential_hash
from gastown.operations.sessions.ready import make_ready
from gastown.operations.town import take_out
from gastown.operations.town.nuke import nuke
from gastown.operations.town.take_out import TakenOut
from gastown.operations.work.sling import sling
from gastown.town import Town
from gastown.views.find_agent import find_agent
from tests.component.crew_town import CrewTown
from tests.component.git_rig import commit, head
from tests.support import git
from tests.towns import HUMAN

TOAST = "web/polecats/Toast"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[CrewTown]:
    with CrewTown(tmp_path) as made:
        yield made


def told(place: CrewTown, agent: str = TOAST) -> dict[str, object]:
    """What the log says of the agent's end."""
    event = events.last_of_type(place.town.ledger, agent, "agent.nuked")
    assert event is not None
    return event.payload


def test_all_that_the_worktree_held_is_kept_before_it_goes(place: CrewTown) -> None:
    folder = place.at_work()
    made = commit(folder, "door.txt", "mended")
    git("checkout", "--quiet", "--detach", cwd=folder)
    loose = commit(folder, "window.txt", "cleaned")
    (folder / "README.md").write_text("changed\n")
    (folder / "notes").write_text("untracked\n")
    gone = nuke(place.town, TOAST, by=HUMAN)
    assert not folder.exists()
    assert git("rev-parse", f"polecat/Toast/{gone.bead}", cwd=place.rig.repository.path) == made
    rescued = place.rescued()
    assert loose in rescued.values()
    (snapshot,) = [commit for name, commit in rescued.items() if name == "worktree"]
    assert git("show", f"{snapshot}:README.md", cwd=place.rig.repository.path) == "changed"
    assert set(gone.kept) == set(place.rig.refs("refs/gastown/rescue/"))
    assert (told(place)["refs"], told(place)["commands"]) == (list(gone.kept), list(gone.commands))
    assert any(
        line.startswith("git stash apply --index refs/gastown/rescue/Toast/") for line in gone.commands
    )


def test_its_session_has_ended_and_its_work_is_open_again(place: CrewTown) -> None:
    place.at_work()
    gone = nuke(place.town, TOAST, by=HUMAN)
    assert (gone.session, place.terminal.sessions()) == ("we-Toast", [])
    assert gone.bead is not None
    assert gone.branch == f"polecat/Toast/{gone.bead}"
    assert beads.get(place.town.ledger, gone.bead).status is BeadStatus.OPEN
    agent = agents.get(place.town.ledger, TOAST)
    assert agent is not None
    assert (agent.hook_bead, agent.removed_at is not None) == (None, True)
    assert [one.outcome for one in agents.assignments_of_agent(place.town.ledger, TOAST)] == ["unslung"]
    types = [event.type for event in events.last(place.town.ledger, 99)]
    assert types[-3:] == ["bead.unslung", "agent.leaving", "agent.nuked"]


def test_done_again_it_tells_the_same(place: CrewTown) -> None:
    folder = place.at_work()
    (folder / "notes").write_text("untracked\n")
    first = nuke(place.town, TOAST, by=HUMAN)
    count = events.newest_seq(place.town.ledger)
    again = nuke(place.town, TOAST, by=HUMAN)
    assert again.already
    assert (again.kept, again.commands, again.again) == (first.kept, first.commands, first.again)
    assert events.newest_seq(place.town.ledger) == count


def test_slung_at_again_it_comes_back_and_goes_on_where_its_branch_stood(place: CrewTown) -> None:
    folder = place.at_work()
    made = commit(folder, "door.txt", "mended")
    gone = nuke(place.town, TOAST, by=HUMAN)
    assert gone.again == f"gt sling {gone.bead} {TOAST}"
    assert find_agent(place.town, "Toast").removed_at is not None
    assert gone.bead is not None
    sling(place.town, gone.bead, "toast", by=HUMAN)
    back = agents.get(place.town.ledger, TOAST)
    assert back is not None
    assert (back.removed_at, back.hook_bead) == (None, gone.bead)
    assignment = agents.open_assignment(place.town.ledger, TOAST)
    make_ready(place.town, assignment, parse_address(TOAST))
    assert head(folder) == made
    assert len(agents.assignments_of_agent(place.town.ledger, TOAST)) == 2


def test_new_work_finds_another_polecat(place: CrewTown) -> None:
    place.at_work()
    nuke(place.town, TOAST, by=HUMAN)
    assert sling(place.town, "Paint it", "web", by=HUMAN).agent == "web/polecats/Shadow"


STEPS = ("end_leftovers", "_held", "_leave", "_end")
"""What it does one after the other, once it has written down that the agent is to leave."""


@pytest.mark.parametrize("step", STEPS)
def test_cut_off_anywhere_the_next_call_finishes_and_tells_of_all_that_was_kept(
    place: CrewTown, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    folder = place.at_work()
    (folder / "notes").write_text("untracked\n")

    def fail(*_: object, **__: object) -> None:
        raise Unavailable("the power went")

    with monkeypatch.context() as patched:
        patched.setattr(take_out, step, fail)
        with pytest.raises(Unavailable):
            nuke(place.town, TOAST, by=HUMAN)
    agent = agents.get(place.town.ledger, TOAST)
    assert agent is not None
    assert (agent.removed_at, agent.hook_bead) == (None, None)
    gone = nuke(place.town, TOAST, by=HUMAN)
    assert not folder.exists()
    assert set(gone.kept) == set(place.rig.refs("refs/gastown/rescue/")) != set()
    assert gone.bead is not None
    leaving = [event for event in events.last(place.town.ledger, 99) if event.type == "agent.leaving"]
    assert len(leaving) == 1


def test_what_no_snapshot_holds_is_moved_aside_whole(place: CrewTown) -> None:
    folder = place.at_work()
    inner = folder / "inner"
    inner.mkdir()
    git("init", "--quiet", cwd=inner)
    (inner / "file").write_text("mine\n")
    gone = nuke(place.town, TOAST, by=HUMAN)
    (aside,) = [Path(kept) for kept in gone.kept if kept.startswith("/")]
    assert (aside / "inner" / "file").read_text() == "mine\n"
    assert any(line == f"cd {aside}" for line in gone.commands)
    assert not folder.exists()


def test_a_session_that_cannot_be_seen_is_nobodys_to_end(place: CrewTown) -> None:
    folder = place.at_work()
    place.terminal.silent = "tmux does not answer"
    with pytest.raises(Unavailable, match="cannot see"):
        nuke(place.town, TOAST, by=HUMAN)
    assert folder.exists()
    place.terminal.silent = ""
    assert nuke(place.town, TOAST, by=HUMAN).session == "we-Toast"


def test_work_that_came_onto_its_hook_meanwhile_keeps_it(
    place: CrewTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.at_work()
    really = take_out._leave  # pyright: ignore[reportPrivateUsage]

    def slung_meanwhile(*args: object, **more: object) -> object:
        sling(place.town, "Something new", TOAST, by=HUMAN)
        return really(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(take_out, "_leave", slung_meanwhile)
    with pytest.raises(Refused, match="stays"):
        nuke(place.town, TOAST, by=HUMAN)
    agent = agents.get(place.town.ledger, TOAST)
    assert agent is not None
    assert agent.removed_at is None


def test_a_polecat_that_never_worked_just_goes(place: CrewTown) -> None:
    sling(place.town, "Paint it", "web/Toast", by=HUMAN)
    gone = nuke(place.town, TOAST, by=HUMAN)
    assert (gone.kept, gone.session, gone.branch) == ((), None, None)


def an_agent(place: CrewTown, address: str) -> Caller:
    """A session of that agent, as a caller."""
    with place.town.ledger.transaction() as ledger:
        agents.add(ledger, parse_address(address), place.town.clock.now())
        incarnation = incarnations.mint(
            ledger, address, None, credential_hash=credential_hash(address), conversation="c", session="s", head=None,
            why_older="", now=place.town.clock.now(), lasting=True,
        )  # fmt: skip
    return Caller(address, incarnation)


def test_who_may_is_said_by_its_role_and_nobody_takes_itself_out(place: CrewTown) -> None:
    place.at_work()
    refused = {
        "web/polecats/Ash": "a polecat may not take agents out of the town",
        "api/witness": "api/witness may take out agents of api only",
    }
    for who, why in refused.items():
        with pytest.raises(Refused, match=why):
            nuke(place.town, TOAST, by=an_agent(place, who))
    assert nuke(place.town, TOAST, by=an_agent(place, "web/witness")).bead


@pytest.mark.parametrize("address, kind", [("web/witness", Refused), ("web/polecats/Nobody", NotFound)])
def test_only_polecats_that_there_are_can_be_nuked(
    place: CrewTown, address: str, kind: type[GastownError]
) -> None:
    with pytest.raises(kind):
        nuke(place.town, address, by=HUMAN)


def test_work_that_was_slung_at_it_after_a_call_was_cut_off_is_open_again_as_well(
    place: CrewTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.at_work()

    def fail(*_: object, **__: object) -> None:
        raise Unavailable("the power went")

    with monkeypatch.context() as patched:
        patched.setattr(take_out, "_leave", fail)
        with pytest.raises(Unavailable):
            nuke(place.town, TOAST, by=HUMAN)
    later = sling(place.town, "Something new", TOAST, by=HUMAN)
    gone = nuke(place.town, TOAST, by=HUMAN)
    assert gone.bead == later.bead
    assert beads.get(place.town.ledger, later.bead).status is BeadStatus.OPEN


def test_what_is_being_handed_in_is_handed_in_before_it_goes(place: CrewTown) -> None:
    folder = place.at_work()
    made = commit(folder, "door.txt", "mended")
    work = agents.open_assignment(place.town.ledger, TOAST)
    assert work is not None
    with place.town.ledger.transaction() as ledger:
        agents.wish_done(
            ledger, work.generation, commit=made, no_change=None, incarnation=1, now=place.town.clock.now()
        )
    gone = nuke(place.town, TOAST, by=HUMAN)
    request = merges.of_generation(place.town.ledger, work.generation)
    assert request is not None
    assert (request.commit, gone.bead) == (made, None)
    assert beads.get(place.town.ledger, work.bead).status is BeadStatus.IN_PROGRESS


def test_two_at_once_take_it_out_once(place: CrewTown) -> None:
    place.at_work()

    def one() -> TakenOut:
        with closing(Town(place.root, terminal=place.terminal)) as own:
            return nuke(own, TOAST, by=HUMAN)

    with ThreadPoolExecutor(2) as pool:
        both = [done.result(60) for done in [pool.submit(one), pool.submit(one)]]
    assert sorted(gone.already for gone in both) == [False, True]
    types = [event.type for event in events.last(place.town.ledger, 99)]
    assert types.count("agent.nuked") == 1
