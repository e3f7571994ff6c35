"""Sessions in a real terminal, started, stopped, restarted and paused by hand; and two who do it at once."""

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gastown.domain.assignments import Caller
from gastown.domain.endings import RESTARTED, STOPPED
from gastown.domain.identity import parse_address
from gastown.errors import Busy, Invalid, NotFound, Refused
from gastown.ledger import agents, incarnations
from gastown.operations.sessions import by_hand, pausing
from gastown.operations.sessions.ensure import Ensured, ensure
from gastown.operations.town.call_up import call_up
from gastown.town import Town
from gastown.world import processes
from tests.component.sessions_town import ANN, MAYOR, TOAST, WITNESS, SessionsTown, sessions_town
from tests.support import eventually, git
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


def test_the_mayor_comes_up_is_killed_and_comes_back(place: SessionsTown) -> None:
    started = by_hand.start(place.town, MAYOR, by=HUMAN)
    assert (started.runs, started.session) == (False, "hq-mayor")
    first = ensured(place, MAYOR)
    place.is_primed(MAYOR)
    assert by_hand.start(place.town, MAYOR, by=HUMAN).runs
    child, session = place.a_child(MAYOR), place.session(MAYOR)
    assert session is not None
    place.town.terminal.type_line(session, "Good morning")
    eventually(lambda: place.newest(MAYOR).turn_ended_at, within=20, what="an answer")
    processes.end_tree(session.pane_pid, grace=0)
    place.has_ended(MAYOR)
    second = ensured(place, MAYOR)
    assert second > first
    assert child.wait(10) < 0
    place.is_primed(MAYOR)
    assert ensured(place, MAYOR) == second
    assert place.newest(MAYOR).resumed


def test_a_stop_ends_all_of_it_and_it_does_not_come_back_by_itself(place: SessionsTown) -> None:
    ensured(place, place.want(MAYOR))
    place.is_primed(MAYOR)
    child = place.a_child(MAYOR)
    stopped = by_hand.stop(place.town, MAYOR, by=HUMAN)
    assert (stopped.session, stopped.bead, stopped.paused) == ("hq-mayor", None, STOPPED)
    assert child.wait(10) < 0
    assert place.session(MAYOR) is None
    assert processes.marked({"GT_TOWN": str(place.root), "GT_ADDRESS": MAYOR}) == ()
    assert place.newest(MAYOR).why == STOPPED
    assert ensure(place.town, MAYOR, because="a test") is None
    assert by_hand.stop(place.town, MAYOR, by=HUMAN).session is None
    assert len(place.told("agent.stopped")) == 1


def test_whoever_has_work_is_paused_by_a_stop_until_it_is_started(place: SessionsTown) -> None:
    bead = place.hook(WITNESS)
    ensured(place, WITNESS)
    stopped = by_hand.stop(place.town, WITNESS, by=HUMAN)
    assert (stopped.bead, stopped.paused) == (bead, STOPPED)
    assert ensure(place.town, WITNESS, because="a test") is None
    started = by_hand.start(place.town, WITNESS, by=HUMAN)
    assert started.resumed == STOPPED
    ensured(place, WITNESS)
    assert place.newest(WITNESS).bead == bead


def test_a_start_lets_what_was_put_off_begin(place: SessionsTown) -> None:
    bead = place.hook(WITNESS, deferred=True)
    assert by_hand.start(place.town, WITNESS, by=HUMAN).undeferred == bead
    assert by_hand.start(place.town, WITNESS, by=HUMAN).undeferred is None


def test_a_restart_puts_a_fresh_session_in_the_place_of_the_old(place: SessionsTown) -> None:
    first = ensured(place, place.want(MAYOR))
    place.is_primed(MAYOR)
    before, child = place.session(MAYOR), place.a_child(MAYOR)
    assert before is not None
    again = by_hand.restart(place.town, MAYOR, by=HUMAN)
    after, old = place.session(MAYOR), incarnations.get(place.ledger, first)
    assert after is not None
    assert old is not None
    assert (again.ended, again.incarnation, old.why) == (first, after.incarnation, RESTARTED)
    assert (after.id, after.pane) == (before.id, before.pane), "whoever watches it stays"
    assert after.pane_pid != before.pane_pid
    assert child.wait(10) < 0
    place.is_primed(MAYOR)
    assert not place.newest(MAYOR).resumed


def test_a_restart_starts_what_does_not_run(place: SessionsTown) -> None:
    again = by_hand.restart(place.town, MAYOR, by=HUMAN)
    assert (again.ended, again.session) == (None, "hq-mayor")
    assert place.session(MAYOR) is not None
    by_hand.stop(place.town, MAYOR, by=HUMAN)
    place.hook(MAYOR)
    by_hand.restart(place.town, MAYOR, by=HUMAN)
    assert place.newest(MAYOR).bead is not None


def test_a_crew_member_with_unsaved_files_is_stopped_and_started_untouched(place: SessionsTown) -> None:
    ensured(place, place.want(ANN))
    home = place.town.places.home(ANN)
    (home / "README").write_text("changed\n")
    (home / "new").write_text("new\n")
    git("add", "README", cwd=home)
    before = git("status", "--porcelain=v2", "--branch", cwd=home)
    by_hand.stop(place.town, ANN, by=HUMAN)
    by_hand.start(place.town, ANN, by=HUMAN)
    ensured(place, ANN)
    by_hand.restart(place.town, ANN, by=HUMAN)
    assert git("status", "--porcelain=v2", "--branch", cwd=home) == before
    assert place.told("custody.secured") == []


def test_one_who_is_paused_runs_on_and_is_started_no_more(place: SessionsTown) -> None:
    place.hook(WITNESS)
    ensured(place, WITNESS)
    paused = pausing.pause(place.town, WITNESS, "  waits\nfor a key ", by=HUMAN)
    assert (paused.why, paused.already, paused.runs) == ("waits for a key", False, True)
    assert pausing.pause(place.town, WITNESS, "waits for a key", by=HUMAN).already
    by_hand.stop(place.town, WITNESS, by=HUMAN)
    assert ensure(place.town, WITNESS, because="a test") is None
    for verb in (by_hand.start, by_hand.restart):
        with pytest.raises(Refused, match="waits for a key"):
            verb(place.town, WITNESS, by=HUMAN)
    assert pausing.resume(place.town, WITNESS, by=HUMAN).was == "waits for a key"
    assert pausing.resume(place.town, WITNESS, by=HUMAN).was is None
    ensured(place, WITNESS)
    with pytest.raises(Invalid, match="say why"):
        pausing.pause(place.town, WITNESS, " ", by=HUMAN)


@pytest.mark.parametrize(
    "address", ["web/mayor", "witness", "deacon/dogs/rex", ANN, TOAST, "nowhere/witness"]
)
def test_nobody_is_started_who_is_not_there(place: SessionsTown, address: str) -> None:
    for deed in (by_hand.start, by_hand.stop, by_hand.restart):
        with pytest.raises(NotFound):
            deed(place.town, address, by=HUMAN)
    assert agents.get(place.ledger, address) is None


def test_agents_command_others_sessions_only_if_their_role_may_and_never_their_own(
    place: SessionsTown,
) -> None:
    place.make(TOAST)
    place.hook(ANN)
    for address in (ANN, place.want(MAYOR)):
        ensured(place, address)
    ann, mayor = caller(place, ANN), caller(place, MAYOR)
    for deed in (by_hand.start, by_hand.stop, by_hand.restart, pausing.resume):
        with pytest.raises(Refused, match="a crew may not"):
            deed(place.town, TOAST, by=ann)
        with pytest.raises(Refused, match="itself"):
            deed(place.town, MAYOR, by=mayor)
    assert by_hand.start(place.town, TOAST, by=mayor).agent == TOAST
    ensured(place, place.want(WITNESS))
    with pytest.raises(Refused, match="agents of web only"):
        by_hand.stop(place.town, MAYOR, by=caller(place, WITNESS))
    assert by_hand.start(place.town, TOAST, by=caller(place, WITNESS)).agent == TOAST
    by_hand.restart(place.town, MAYOR, by=HUMAN)
    with pytest.raises(Refused, match="older session"):
        by_hand.stop(place.town, TOAST, by=mayor)


def test_of_two_who_start_it_at_once_one_does(place: SessionsTown) -> None:
    place.hook(place.want(MAYOR))
    together, results = threading.Barrier(2), list[Ensured | Busy | None]()

    def start() -> None:
        with closing(Town(place.root)) as own:
            together.wait(10)
            try:
                results.append(ensure(own, MAYOR, because="a test"))
            except Busy as busy:
                results.append(busy)

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    started = [one for one in results if isinstance(one, Ensured) and one.started]
    assert len(started) == 1
    assert len(incarnations.of_agent(place.ledger, MAYOR)) == 1
    eventually(lambda: place.session(MAYOR), within=10, what="the session")


def test_up_calls_the_roles_that_wake_always_and_all_of_them_when_asked(place: SessionsTown) -> None:
    assert [(one.agent, one.already, one.why_not) for one in call_up(place.town)] == [(MAYOR, False, "")]
    called = call_up(place.town, every=True)
    assert [one.agent for one in called] == ["deacon", MAYOR, "web/refinery", WITNESS]
    assert [one.agent for one in called if one.already] == [MAYOR]
    wanted = {agent.address for agent in agents.all_agents(place.ledger) if agent.wanted_at is not None}
    assert wanted == {one.agent for one in called}
    assert not any(one.why_not for one in called)


def test_up_says_who_cannot_come_and_calls_the_others(
    place: SessionsTown, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (place.root / "roles").mkdir()
    (place.root / "roles" / "deacon.toml").write_text('runtime = "claude"\n')
    (place.root / "roles" / "odd.toml").write_text("nonsense = 1\n")
    with place.ledger.transaction() as ledger:
        agents.add(ledger, parse_address(WITNESS), place.town.clock.now())
        agents.pause(ledger, WITNESS, "on holiday")
    monkeypatch.setenv("PATH", str(tmp_path))
    told = {one.agent: one.why_not for one in call_up(place.town, every=True)}
    assert "claude is not installed" in told["deacon"]
    assert "odd.toml" in told["odd"]
    assert "on holiday" in told[WITNESS]
    assert told[MAYOR] == ""
    wanted = {agent.address for agent in agents.all_agents(place.ledger) if agent.wanted_at is not None}
    assert wanted == {MAYOR, "web/refinery"}


def test_only_people_call_agents_up(place: SessionsTown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GT_CREDENTIAL", "somebody's")
    with pytest.raises(Refused, match="for people"):
        call_up(place.town)
