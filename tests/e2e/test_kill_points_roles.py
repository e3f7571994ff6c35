"""kill -9 of whoever starts, restarts and stops sessions of the mayor and of crew, at every step; then the next one."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gastown.domain.identity import parse_address
from gastown.domain.observed import Present
from gastown.domain.terminal import Session
from gastown.ledger import agents, incarnations
from gastown.operations.sessions import by_hand
from gastown.operations.sessions.ensure import ensure
from gastown.operations.sessions.place import session_of
from gastown.operations.work.create import create
from gastown.operations.work.sling import sling
from gastown.operations.work.unsling import unsling
from gastown.town import Town
from gastown.world.processes import marked
from tests.e2e import deeds, proof
from tests.e2e.kill_points import Killer, Run, killed_everywhere, told
from tests.e2e.stage import Stage
from tests.support import eventually, git
from tests.towns import HUMAN

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(600)]

MAYOR, ANN = "mayor", "web/crew/ann"


@pytest.fixture
def stage(still: Stage) -> Stage:
    """A town in memory in which nothing runs."""
    return still


@pytest.fixture
def town(stage: Stage) -> Iterator[Town]:
    town = Town(stage.root)
    yield town
    town.close()


def live(town: Town, address: str) -> Session | None:
    """The session of an agent, if one runs."""
    name = session_of(town, address)
    seen = town.terminal.look([name])[name]
    return seen.value if isinstance(seen, Present) else None


def want(town: Town, address: str) -> None:
    with town.ledger.transaction() as ledger:
        agents.add(ledger, parse_address(address), town.clock.now())
        agents.want(ledger, address, by="overseer", now=town.clock.now())


def the_newest_runs(town: Town, address: str) -> int:
    """Its incarnation, once a supervisor that looks sees to it that the newest runs; else 0."""
    deeds.look_after(town.root)
    session, newest = live(town, address), incarnations.newest(town.ledger, address)
    if session is None or newest is None or newest.ended_at is not None or newest.handoff_at is not None:
        return 0
    return newest.id if session.incarnation == newest.id else 0


@contextmanager
def sound(stage: Stage, run: Run) -> Generator[None]:
    """All holds that must hold, whatever was killed where."""
    with told(run):
        proof.the_ledger_is_sound(stage.root)
        yield
        proof.no_process_is_of_an_older_incarnation(stage.root)
        proof.nothing_is_half_made(stage.root)
        proof.no_commit_is_lost(stage.root)


def test_a_killed_start_without_work_is_carried_on(killer: Killer, stage: Stage, town: Town) -> None:
    def once(until: int) -> Run:
        want(town, MAYOR)  # anew, with a budget of its own
        if (session := live(town, MAYOR)) is not None:
            town.terminal.stop(session)
        return killer.run(until, "tests.e2e.deeds:ensure", str(stage.root), MAYOR, cwd=stage.root)

    for _, run in killed_everywhere(once, most=12):
        with sound(stage, run):
            eventually(lambda: the_newest_runs(town, MAYOR), within=30, what="the mayor")


def test_a_killed_restart_ends_with_a_fresh_session(killer: Killer, stage: Stage, town: Town) -> None:
    before = list[int]()

    def once(until: int) -> Run:
        want(town, MAYOR)
        before.append(eventually(lambda: the_newest_runs(town, MAYOR), within=30, what="the mayor"))
        return killer.run(until, "tests.e2e.session_deeds:restart", str(stage.root), MAYOR, cwd=stage.root)

    for _, run in killed_everywhere(once, most=16):
        with sound(stage, run):
            wished = incarnations.get(town.ledger, before[-1])
            assert wished is not None
            newest = eventually(lambda: the_newest_runs(town, MAYOR), within=40, what="the mayor")
            begun = incarnations.get(town.ledger, newest)
            assert begun is not None
            assert newest > before[-1] or wished.handoff_at is None
            assert not begun.resumed or wished.handoff_at is None


def test_a_killed_stop_is_finished_by_the_next(killer: Killer, stage: Stage, town: Town) -> None:
    def once(until: int) -> Run:
        by_hand.start(town, MAYOR, by=HUMAN)
        eventually(lambda: the_newest_runs(town, MAYOR), within=30, what="the mayor")
        return killer.run(until, "tests.e2e.session_deeds:stop", str(stage.root), MAYOR, cwd=stage.root)

    for _, run in killed_everywhere(once, most=10):
        with sound(stage, run):
            by_hand.stop(town, MAYOR, by=HUMAN)
            deeds.look_after(stage.root, times=2)
            assert live(town, MAYOR) is None
            assert marked({"GT_TOWN": str(stage.root), "GT_ADDRESS": MAYOR}) == ()
            agent = agents.get(town.ledger, MAYOR)
            assert agent is not None
            assert agent.wanted_at is None


def test_what_a_crew_member_had_not_saved_is_kept_wherever_the_start_of_other_work_is_killed(
    killer: Killer, stage: Stage, town: Town
) -> None:
    want(town, ANN)
    assert ensure(town, ANN, because="a test") is not None
    home, repository = town.places.home(ANN), town.rig_places("web").repository
    written = list[str]()

    def once(until: int) -> Run:
        if (session := live(town, ANN)) is not None:
            town.terminal.stop(session)
        if agents.open_assignment(town.ledger, ANN) is not None:
            unsling(town, ANN, by=HUMAN)
        git("checkout", "--quiet", "--", "README", cwd=home)  # a sling is refused over what is not committed
        sling(town, create(town, "Think", by=HUMAN, rig="web").id, ANN, by=HUMAN)
        written.append(f"of {len(written)}\n")
        (home / "README").write_text(written[-1])
        return killer.run(until, "tests.e2e.deeds:ensure", str(stage.root), ANN, cwd=stage.root)

    for _, run in killed_everywhere(once, most=16):
        with sound(stage, run):
            assert ensure(town, ANN, because="the next one") is not None
            assert written[-1] in texts(home, repository)
            assert (home / "README").read_text() == written[-1], "a person's own stays where they left it"
            assert agents.open_assignment(town.ledger, ANN) is not None


def texts(home: Path, repository: Path) -> list[str]:
    """What README holds in the worktree and in all that was set aside."""
    refs = git("for-each-ref", "--format=%(refname)", "refs/gastown/rescue", cwd=repository).split()
    kept = [git("show", f"{ref}:README", cwd=repository) + "\n" for ref in refs]
    return [(home / "README").read_text(), *kept]


def test_a_killed_call_of_the_roles_is_carried_on_by_the_next(
    killer: Killer, stage: Stage, town: Town
) -> None:
    def once(until: int) -> Run:
        with town.ledger.transaction() as ledger:
            agents.unwant(ledger, MAYOR)
        return killer.run(until, "tests.e2e.session_deeds:up", str(stage.root), cwd=stage.root)

    for _, run in killed_everywhere(once, most=6):
        with sound(stage, run):
            assert killer.run(0, "tests.e2e.session_deeds:up", str(stage.root), cwd=stage.root).status == 0
            agent = agents.get(town.ledger, MAYOR)
            assert agent is not None
            assert agent.wanted_at is not None
