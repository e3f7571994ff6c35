"""The supervisor over agents of every role: wishes, restarts, doorbells and slots, with scripted agents."""

import os
import signal
from typing import Any

import pytest

from gastown.domain.observed import Present
from gastown.domain.terminal import Session
from gastown.town import Town
from tests.e2e.stage import Stage
from tests.support import eventually

pytestmark = [pytest.mark.needs("tmux", "git"), pytest.mark.timeout(180)]

SLOWLY = 30.0


def session(stage: Stage, name: str) -> Session | None:
    town = Town(stage.root)
    match town.terminal.look([name])[name]:
        case Present(seen):
            return seen
        case _:
            return None


def comes(stage: Stage, name: str, *, after: int | None = None) -> Session:
    """The session of that name, of a later incarnation than `after`."""

    def look() -> Session | None:
        seen = session(stage, name)
        return seen if seen is not None and (after is None or (seen.incarnation or 0) > after) else None

    return eventually(look, within=SLOWLY, what=f"{name} to come", every=0.2)


def waits(stage: Stage, name: str) -> None:
    """Until the agent in that session is at its prompt."""

    def look() -> bool:
        lines = stage.json("status")
        return any(line["session"] == name and line["state"] == "idle" for line in lines["idle"])

    eventually(look, within=SLOWLY, what=f"{name} to wait", every=0.3)


def told(stage: Stage, type_: str, subject: str) -> list[dict[str, Any]]:
    return [event for event in stage.events(type_) if event["subject"] == subject]


def test_a_permanent_session_comes_back_while_it_is_wanted_and_stays_away_after(stage: Stage) -> None:
    stage.gt("session", "start", "mayor")
    first = comes(stage, "hq-mayor")
    waits(stage, "hq-mayor")
    assert not stage.events("agent.pushed")
    os.kill(first.pane_pid, signal.SIGKILL)
    second = comes(stage, "hq-mayor", after=first.incarnation)
    waits(stage, "hq-mayor")
    stage.gt("session", "stop", "mayor")
    assert session(stage, "hq-mayor") is None
    # a whole look later it is still away: work of another agent has gone through meanwhile
    stage.has_landed(sling(stage, "Toast"))
    assert session(stage, "hq-mayor") is None
    starts = told(stage, "agent.starting", "mayor")
    assert [start["incarnation"] for start in starts] == [first.incarnation, second.incarnation]
    assert all(start["bead"] is None for start in starts)


def sling(stage: Stage, name: str, *steps: str) -> str:
    """Sling a bead with these steps at the polecat; its id."""
    file = f"{name}.txt"
    bead = stage.file(f"Work of {name}", *(steps or (f"echo {name} > {file}",)))
    stage.gt("sling", bead, f"polecat/{name}")
    return bead


def test_a_crew_member_that_a_person_leaves_stays_away_and_one_that_is_killed_comes_back(
    stage: Stage,
) -> None:
    stage.gt("crew", "add", "web/ann")
    stage.gt("session", "start", "web/crew/ann")
    first = comes(stage, "we-crew-ann")
    waits(stage, "we-crew-ann")
    os.kill(first.pane_pid, signal.SIGKILL)
    second = comes(stage, "we-crew-ann", after=first.incarnation)
    waits(stage, "we-crew-ann")
    Town(stage.root).terminal.type_line(second, "/exit")
    eventually(
        lambda: len(told(stage, "agent.ended", "web/crew/ann")) == 2,
        within=SLOWLY,
        what="the end to be written down",
        every=0.3,
    )
    stage.has_landed(sling(stage, "Toast"))
    assert session(stage, "we-crew-ann") is None


def test_new_work_rings_a_session_that_lasts_and_who_leaves_off_is_told_of(stage: Stage) -> None:
    stage.gt("session", "start", "web/witness")
    first = comes(stage, "we-witness")
    waits(stage, "we-witness")
    bead = str(stage.json("create", "Think about it", "--rig", "web", program="bd")["id"])
    stage.gt("sling", bead, "web/witness")
    (left_off,) = eventually(
        lambda: told(stage, "agent.left_off", "web/witness"), within=60, what="the word about it", every=0.3
    )
    assert (left_off["bead"], left_off["to"], left_off["incarnation"]) == (bead, "deacon", first.incarnation)
    assert len(told(stage, "agent.rung", "web/witness")) == 1
    assert len(told(stage, "agent.pushed", "web/witness")) == 3
    assert len(told(stage, "agent.starting", "web/witness")) == 1
    (message,) = [event for event in stage.events("message.sent") if event["to"] == "deacon"]
    assert (message["actor"], message["urgency"]) == ("supervisor", "high")


def test_only_workers_take_slots(stage: Stage) -> None:
    settings = stage.root / "town.toml"
    settings.write_text(settings.read_text().replace("max_polecats = 4", "max_polecats = 1"))
    for agent in ("mayor", "web/witness"):
        stage.gt("session", "start", agent)
    comes(stage, "hq-mayor")
    comes(stage, "we-witness")
    busy = sling(stage, "Toast", "while test ! -e ../../../go; do sleep 0.2; done", "echo 1 > 1.txt")
    comes(stage, "we-Toast")
    late = sling(stage, "Ash")
    waiting = eventually(
        lambda: [line for line in stage.json("status")["working"] if line["state"] == "waiting-turn"],
        within=SLOWLY,
        what="Ash to wait its turn",
        every=0.3,
    )
    assert [line["name"] for line in waiting] == ["Ash"]
    (stage.root / "go").touch()
    stage.has_landed(busy, late)


def test_a_broken_role_keeps_nobody_else_from_work(stage: Stage) -> None:
    broken = stage.root / "roles" / "witness.toml"
    broken.parent.mkdir(exist_ok=True)
    broken.write_text("restart = maybe\n")
    stage.run("session", "start", "web/witness")
    stage.has_landed(sling(stage, "Toast"))
    assert session(stage, "we-witness") is None
    broken.unlink()
    stage.gt("session", "start", "web/witness")
    comes(stage, "we-witness")


def test_a_session_that_never_comes_up_is_parked_and_the_human_is_told(stage: Stage) -> None:
    settings = stage.root / "town.toml"
    stage.gt("session", "start", "mayor")
    comes(stage, "hq-mayor")
    waits(stage, "hq-mayor")
    settings.write_text(settings.read_text().replace("scripted_allowed = true", "scripted_allowed = false"))
    seen = session(stage, "hq-mayor")
    assert seen is not None
    os.kill(seen.pane_pid, signal.SIGKILL)
    eventually(
        lambda: told(stage, "agent.parked", "mayor"), within=90, what="the mayor to be parked", every=0.5
    )
    (line,) = [line for line in stage.json("status")["waiting"] if line["kind"] == "parked"]
    assert (line["who"], line["command"]) == ("mayor", "gt session start mayor")
    assert len(told(stage, "agent.parked", "mayor")) == 1
    settings.write_text(settings.read_text().replace("scripted_allowed = false", "scripted_allowed = true"))
    stage.gt("session", "start", "mayor")
    comes(stage, "hq-mayor", after=seen.incarnation)
