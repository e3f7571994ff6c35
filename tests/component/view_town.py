"""A town with agents at work in it, on a real ledger and a terminal in memory; for the tests of the views."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gastown.domain.beads import BeadStatus
from gastown.domain.clock import stamp
from gastown.domain.identity import CONVOY_PREFIX, OVERSEER, REQUEST_PREFIX, polecat
from gastown.domain.merges import MergeState
from gastown.ledger import agents, bead_writes, beads, convoys, events, graph, incarnations, merges
from gastown.ledger.bead_writes import NewBead
from gastown.ledger.sqlite import sqlite3
from gastown.settings.rig import RigSettings
from gastown.town import Town
from tests.fakes import FakeTerminal
from tests.towns import a_rig, a_town, write_rig

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class StandingClock:
    """A clock that goes only when it is pushed."""

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time

    def push(self, **length: float) -> None:
        self.time += timedelta(**length)


class ViewTown:
    """One town whose agents do what a test says."""

    def __init__(self, folder: Path, *rigs: str) -> None:
        self.clock, self.terminal = StandingClock(), FakeTerminal()
        self.terminal.now = NOW
        made = a_town(folder, rigs or ("web",))
        self.town = Town(made.root, clock=self.clock, terminal=self.terminal)
        self.ledger = self.town.ledger

    def rig(self, name: str = "web", **changes: object) -> RigSettings:
        """Write a rig's settings anew, changed."""
        settings = replace(a_rig(name, self.town.rig(name).prefix), **changes)  # type: ignore[arg-type]
        write_rig(self.town.root / name, settings)
        return settings

    def bead(self, title: str, rig: str | None = "web", identity: str = "", **fields: str) -> str:
        with self.ledger.transaction() as ledger:
            new = NewBead(title, rig=rig, prefix="we", id=identity, **fields)  # type: ignore[arg-type]
            made = bead_writes.insert(ledger, new, by=OVERSEER, now=self.clock.now())
            events.append(ledger, OVERSEER, "bead.created", made, self.clock.now(), title=title, rig=rig)
        return made

    def sling(self, bead: str, name: str = "Toast", rig: str = "web", by: str = OVERSEER) -> int:
        address, now = polecat(rig, name), self.clock.now()
        with self.ledger.transaction() as ledger:
            agents.add(ledger, address, now)
            assert agents.hook(ledger, str(address), bead)
            was = beads.get(ledger, bead).status
            bead_writes.set_status(
                ledger, bead, was, BeadStatus.HOOKED, assignee=str(address), by=by, now=now
            )
            generation = agents.assign(ledger, bead, str(address), by=by, runtime=None, now=now)
            events.append(ledger, by, "bead.slung", bead, now, agent=str(address), generation=generation)
            if convoys.convoy_of(ledger, bead) is None:
                new = NewBead(beads.get(ledger, bead).title, prefix=CONVOY_PREFIX, type="convoy")
                graph.add_dependency(
                    ledger, bead_writes.insert(ledger, new, by=by, now=now), bead, "tracks", by=by, now=now
                )
        return generation

    def start(
        self, name: str = "Toast", rig: str = "web", *, activity: str = "busy", waiting_for: str = ""
    ) -> int:
        """Let the agent's session run, primed and prompted; its CLI says `activity` (empty: nothing)."""
        address, now = str(polecat(rig, name)), self.clock.now()
        session = f"{self.town.rig(rig).prefix}-{name}"
        assignment = agents.open_assignment(self.ledger, address)
        assert assignment is not None
        with self.ledger.transaction() as ledger:
            number = incarnations.mint(
                ledger, assignment.agent, assignment, credential_hash=f"{address}{assignment.generation}{now}",
                conversation="c", session=session, head="c0ffee", why_older="replaced", now=now,
            )  # fmt: skip
            incarnations.primed(ledger, number, now)
        self.set_incarnation(number, prompted_at=now)
        seen = self.terminal.start(session, ["x"], cwd=self.town.root, env={}, options={}, incarnation=number)
        if activity:
            self.says(seen.pane_pid, activity, waiting_for)
        return number

    def says(self, pid: int, activity: str, waiting_for: str = "") -> None:
        """Write the status file of the agent whose session has that process id."""
        folder = self.town.root / "run" / "scripted" / "sessions"
        folder.mkdir(parents=True, exist_ok=True)
        told = {"pid": pid, "status": activity, "waitingFor": waiting_for or None, "sessionId": "c"}
        (folder / f"{pid}.json").write_text(json.dumps(told))

    def set_incarnation(self, number: int, **values: object) -> None:
        """Change what a callback would change."""
        texts = {key: stamp(value) if isinstance(value, datetime) else value for key, value in values.items()}
        changes = ", ".join(f"{key} = :{key}" for key in texts)
        self.sql(f"UPDATE incarnations SET {changes} WHERE id = :number", **texts, number=number)  # noqa: S608

    def sql(self, statement: str, **values: object) -> None:
        """Change the ledger past its own functions."""
        connection = sqlite3.connect(self.ledger.path)
        with connection:
            connection.execute(statement, values)
        connection.close()

    def end(self, name: str = "Toast", why: str = "the session ended", rig: str = "web") -> None:
        """Let the session end and the supervisor write it down."""
        newest = incarnations.newest(self.ledger, str(polecat(rig, name)))
        assert newest is not None
        self.terminal.live.pop(newest.session, None)
        with self.ledger.transaction() as ledger:
            incarnations.end(ledger, newest.id, why, self.clock.now(), head="c0ffee")

    def hand_over(self, name: str = "Toast", rig: str = "web", commit: str = "beefbeefbeef") -> str:
        """What `gt done` records; gives the request's id."""
        address, now = str(polecat(rig, name)), self.clock.now()
        assignment = agents.open_assignment(self.ledger, address)
        assert assignment is not None
        bead = beads.get(self.ledger, assignment.bead)
        with self.ledger.transaction() as ledger:
            agents.wish_done(
                ledger, assignment.generation, commit=commit, no_change=None, incarnation=None, now=now
            )
            agents.end_assignment(ledger, assignment.generation, "submitted", now)
            agents.unhook(ledger, address, bead.id)
            new = NewBead(bead.title, rig=rig, prefix=REQUEST_PREFIX, type="merge-request")
            request = bead_writes.insert(ledger, new, by=address, now=now)
            graph.add_dependency(ledger, request, bead.id, "tracks", by=address, now=now)
            merges.insert(ledger, request, assignment, rig=rig, commit=commit, target="main", now=now)
            status = BeadStatus.HOOKED, BeadStatus.IN_PROGRESS
            bead_writes.set_status(ledger, bead.id, *status, assignee=address, by=address, now=now)
            events.append(ledger, address, "merge.queued", request, now, bead=bead.id, rig=rig)
        return request

    def move(self, request: str, state: MergeState, because: str, held_for: str | None = None) -> None:
        found = merges.get(self.ledger, request)
        assert found is not None
        with self.ledger.transaction() as ledger:
            if state is MergeState.MERGED:
                merges.wish_landing(ledger, request, "0ld", "1and3d")
            assert merges.move(ledger, found, state, because=because, held_for=held_for, now=self.clock.now())
            if state is MergeState.HELD:
                events.append(ledger, "web/refinery", "merge.held", request, self.clock.now(), why=because)
            if state is MergeState.MERGED:
                bead_writes.close(ledger, found.bead, "landed", by="web/refinery", now=self.clock.now())

    def tell(self, actor: str, type_: str, subject: str, payload: Mapping[str, object]) -> None:
        with self.ledger.transaction() as ledger:
            events.append(ledger, actor, type_, subject, self.clock.now(), **payload)
