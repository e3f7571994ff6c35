"""What a stop, a start and a restart by hand hold against: mail, slots, budgets and unsaved files."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gastown.domain.actions import Action, LeaveAlone, Park, StartSession
from gastown.domain.assignments import Caller
from gastown.domain.briefing import render
from gastown.domain.decide.supervision import supervise
from gastown.domain.endings import STOPPED
from gastown.domain.observed import Absent
from gastown.domain.supervised import AgentFacts, RestartPolicy
from gastown.domain.worker_state import WorkerState, worker_state
from gastown.errors import GastownError, Refused
from gastown.ledger import agents, incarnations, messages
from gastown.operations.sessions import by_hand, pausing
from gastown.operations.sessions.ensure import ensure
from gastown.operations.sessions.stop import stop
from gastown.operations.talk.send import send
from gastown.operations.town.call_up import call_up
from gastown.operations.work.sling import sling
from gastown.supervisor.act import Hands
from gastown.views.briefing import briefing
from gastown.views.supervised import observe_agent
from tests.component.sessions_town import ANN, MAYOR, TOAST, WITNESS, SessionsTown, sessions_town
from tests.support import git
from tests.towns import HUMAN

pytestmark = pytest.mark.needs("tmux", "git")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[SessionsTown]:
    with sessions_town(tmp_path) as place:
        yield place


def ensured(place: SessionsTown, address: str) -> int:
    """Start a session, or find one; its incarnation."""
    found = ensure(place.town, address, because="a test")
    assert found is not None
    return found.incarnation


def caller(place: SessionsTown, address: str) -> Caller:
    """The agent whose session runs, as its commands are known."""
    newest = place.newest(address)
    return Caller(address, newest.id, newest.generation)


def mail(place: SessionsTown, address: str) -> None:
    """A letter to the agent, which it has not read."""
    now = place.town.clock.now()
    with place.ledger.transaction() as ledger:
        send(place.town, ledger, sender="overseer", recipient=address, subject="Look", body="now", now=now)


@pytest.mark.parametrize("lift", ["start", "resume", "up"])
def test_a_stop_holds_against_mail_that_came_before_and_after_it(place: SessionsTown, lift: str) -> None:
    ensured(place, place.want(MAYOR))
    place.is_primed(MAYOR)
    mail(place, MAYOR)
    by_hand.stop(place.town, MAYOR, by=HUMAN)
    mail(place, MAYOR)
    assert ensure(place.town, MAYOR, because="a test") is None
    match lift:
        case "start":
            assert by_hand.start(place.town, MAYOR, by=HUMAN).resumed == STOPPED
        case "resume":
            assert pausing.resume(place.town, MAYOR, by=HUMAN).was == STOPPED
        case _:
            assert [one.why_not for one in call_up(place.town)] == [""]
    ensured(place, MAYOR)


def test_mail_that_was_unread_when_it_was_stopped_does_not_bring_it_back(place: SessionsTown) -> None:
    mail(place, WITNESS)
    place.make(WITNESS)
    ensured(place, WITNESS)
    place.is_primed(WITNESS)
    mail(place, WITNESS)
    by_hand.stop(place.town, WITNESS, by=HUMAN)
    pausing.resume(place.town, WITNESS, by=HUMAN)
    assert ensure(place.town, WITNESS, because="a test") is None
    mail(place, WITNESS)
    ensured(place, WITNESS)


def test_whom_somebody_stopped_the_supervisor_does_not_stop_once_more(place: SessionsTown) -> None:
    ensured(place, place.want(WITNESS))
    seen = place.session(WITNESS)
    assert seen is not None
    by_hand.stop(place.town, WITNESS, by=HUMAN)
    assert not stop(place.town, WITNESS, seen, because="nothing on the hook")
    assert [told["because"] for told in place.told("agent.stopped")] == [STOPPED]


def test_a_polecat_with_work_that_is_stopped_and_started_is_there_for_its_work_alone(
    place: SessionsTown,
) -> None:
    place.hook(TOAST)
    by_hand.stop(place.town, TOAST, by=HUMAN)
    started = by_hand.start(place.town, TOAST, by=HUMAN)
    assert (started.resumed, started.wanted) == (STOPPED, False)
    ensured(place, TOAST)
    toast = agents.get(place.ledger, TOAST)
    assert toast is not None
    assert (toast.wanted_at, toast.paused, place.newest(TOAST).lasting) == (None, None, False)


def test_a_polecat_that_is_wanted_and_rests_takes_the_next_work(place: SessionsTown) -> None:
    ensured(place, place.want(TOAST))
    place.is_primed(TOAST)
    assert sling(place.town, "Mend the door", "web", by=HUMAN).agent == TOAST


def test_an_agent_restarts_another_until_its_budget_is_spent(place: SessionsTown) -> None:
    place.hook(TOAST)
    ensured(place, place.want(MAYOR))
    mayor = caller(place, MAYOR)
    ensured(place, TOAST)
    for _ in range(RestartPolicy().budget - 1):
        by_hand.restart(place.town, TOAST, by=mayor)
    for _ in range(2):
        with pytest.raises(Refused, match="is parked: 5 sessions ended without progress"):
            by_hand.restart(place.town, TOAST, by=mayor)
    assert len(place.told("bead.parked")) == 1
    by_hand.restart(place.town, TOAST, by=HUMAN)


def test_work_that_was_put_off_leaves_a_crew_members_unsaved_files_where_they_are(
    place: SessionsTown,
) -> None:
    bead = place.hook(ANN, deferred=True)
    ensured(place, place.want(ANN))
    by_hand.stop(place.town, ANN, by=HUMAN)
    home = place.town.places.home(ANN)
    git("checkout", "-q", "-B", "mine", cwd=home)
    (home / "README").write_text("changed\n")
    (home / "new").write_text("new\n")
    before = git("status", "--porcelain=v2", "--branch", cwd=home)
    by_hand.start(place.town, ANN, by=HUMAN)
    ensured(place, ANN)
    place.is_primed(ANN)
    assert git("status", "--porcelain=v2", "--branch", cwd=home) == before
    assert place.newest(ANN).bead == bead
    assert "Your worktree is on the branch mine" in render(briefing(place.town, ANN))


def seen(place: SessionsTown, address: str) -> AgentFacts:
    """The agent as the supervisor sees it."""
    found = observe_agent(place.town, address)
    assert found is not None
    return found


def decided(place: SessionsTown, address: str) -> Action:
    """What the supervisor does about it, pauses waited out."""
    now = place.town.clock.now()
    action = supervise(seen(place, address), RestartPolicy(), now)
    while isinstance(action, LeaveAlone) and action.until is not None:
        action = supervise(seen(place, address), RestartPolicy(), action.until)
    return action


def test_mail_whose_starts_fail_is_tried_again_and_its_monitor_is_told_at_last(place: SessionsTown) -> None:
    broken = place.root / "roles" / "witness.toml"
    broken.parent.mkdir()
    broken.write_text('runtime = "nonsense"\n')
    mail(place, place.make(WITNESS))
    for _ in range(RestartPolicy().budget):
        assert isinstance(decided(place, WITNESS), StartSession)
        with pytest.raises(GastownError):
            ensure(place.town, WITNESS, because="a test")
    parked = decided(place, WITNESS)
    assert isinstance(parked, Park)
    hands = Hands(place.town)
    for _ in range(2):
        hands.do(parked)
    assert len(place.told("agent.parked")) == 1
    assert [letter.subject for letter in messages.unread(place.ledger, "deacon")] == [
        "web/witness does not come up for its mail"
    ]
    facts = seen(place, WITNESS)
    assert worker_state(facts, RestartPolicy(), place.town.clock.now()).state is WorkerState.PARKED
    assert isinstance(facts.session, Absent)
    broken.unlink()
    by_hand.start(place.town, WITNESS, by=HUMAN)
    ensured(place, WITNESS)


def test_mail_whose_session_was_killed_before_it_was_told_is_not_forgotten(place: SessionsTown) -> None:
    mail(place, place.make(WITNESS))
    with place.ledger.transaction() as ledger:
        lost = incarnations.mint(
            ledger, WITNESS, None, credential_hash="x", conversation="c", session="we-witness", head=None,
            why_older="", now=place.town.clock.now(), lasting=True,
        )  # fmt: skip
        incarnations.end(ledger, lost, "the session ended", place.town.clock.now())
    assert isinstance(decided(place, WITNESS), StartSession)
    ensured(place, WITNESS)
    place.is_primed(WITNESS)
