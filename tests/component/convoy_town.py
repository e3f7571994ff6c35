"""A town with convoys in it: what tests of convoys do again and again, each in one short word."""

from collections.abc import Sequence
from pathlib import Path

from gastown.domain.beads import Bead, BeadStatus
from gastown.domain.identity import REQUEST_PREFIX, parse_address
from gastown.domain.merges import MergeState
from gastown.ledger import agents, bead_writes, beads, events, graph, merges
from gastown.ledger.bead_writes import NewBead
from gastown.ledger.events import Event
from gastown.operations.work.convoy_change import create as open_convoy
from gastown.operations.work.convoys import close_finished
from gastown.operations.work.create import create
from tests.towns import HUMAN, a_town


class ConvoyTown:
    """One town with two rigs, web and api."""

    def __init__(self, folder: Path) -> None:
        self.town = a_town(folder, ("web", "api"))
        self.ledger = self.town.ledger

    def work(self, title: str = "Mend the door", **fields: object) -> str:
        """File a bead of web; gives its id."""
        return create(self.town, title, by=HUMAN, **{"rig": "web", **fields}).id  # type: ignore[arg-type]

    def insert(self, title: str, **fields: object) -> str:
        """Write a bead as no command would."""
        with self.ledger.transaction() as ledger:
            new = NewBead(title, **{"prefix": "we", **fields})  # type: ignore[arg-type]
            return bead_writes.insert(ledger, new, by="overseer", now=self.town.clock.now())

    def epic(self, title: str, *children: str) -> str:
        """An epic with these beads beneath it."""
        epic = self.insert(title, type="epic", rig="web")
        with self.ledger.transaction() as ledger:
            for child in children:
                graph.add_dependency(
                    ledger, child, epic, "parent-child", by="overseer", now=self.town.clock.now()
                )
        return epic

    def convoy(
        self, *what: str, title: str = "Pagination", owner: str = "", watching: Sequence[str] = ()
    ) -> str:
        """Open a convoy; gives its id."""
        return open_convoy(self.town, title, what, owner=owner, watching=watching, by=HUMAN).id

    def close(self, *what: str, by: str = "overseer") -> None:
        """Close beads as `bd close` does, each in a transaction of its own."""
        for bead in what:
            with self.ledger.transaction() as ledger:
                bead_writes.close(ledger, bead, "enough", by=by, now=self.town.clock.now())
                close_finished(ledger, bead, by=by, now=self.town.clock.now())

    def hand_over(self, bead: str) -> str:
        """What `gt done` records of a slung bead; gives the request's id."""
        now = self.town.clock.now()
        assignment = agents.open_assignment_of_bead(self.ledger, bead)
        assert assignment is not None
        agent, rig = assignment.agent, str(parse_address(assignment.agent).rig)
        with self.ledger.transaction() as ledger:
            agents.wish_done(
                ledger, assignment.generation, commit="c" * 40, no_change=None, incarnation=None, now=now
            )
            agents.end_assignment(ledger, assignment.generation, "submitted", now)
            agents.unhook(ledger, agent, bead)
            new = NewBead(self.bead(bead).title, rig=rig, prefix=REQUEST_PREFIX, type="merge-request")
            request = bead_writes.insert(ledger, new, by=agent, now=now)
            merges.insert(ledger, request, assignment, rig=rig, commit="c" * 40, target="main", now=now)
            bead_writes.set_status(
                ledger, bead, BeadStatus.HOOKED, BeadStatus.IN_PROGRESS, assignee=agent, by=agent, now=now
            )
        return request

    def land(self, bead: str) -> None:
        """Let a slung bead be handed over and land."""
        now, request = self.town.clock.now(), merges.get(self.ledger, self.hand_over(bead))
        assert request is not None
        with self.ledger.transaction() as ledger:
            merges.wish_landing(ledger, request.id, "a" * 40, "b" * 40)
            assert merges.move(ledger, request, MergeState.MERGED, because="the gate passed", now=now)
            bead_writes.close(ledger, request.id, "landed", by="web/refinery", now=now)
            bead_writes.close(ledger, bead, "landed", by="web/refinery", now=now)
            close_finished(ledger, bead, by="web/refinery", now=now)

    def bead(self, identity: str) -> Bead:
        return beads.get(self.ledger, identity)

    def is_open(self, identity: str) -> bool:
        return self.bead(identity).status is not BeadStatus.CLOSED

    def happened(self, type_: str) -> list[Event]:
        """All events of one type, oldest first."""
        return [event for event in events.last(self.ledger, 10_000) if event.type == type_]

    def messages(self) -> list[tuple[str, str]]:
        """To whom which message was written, and not read yet, oldest first."""
        found = self.ledger.select(
            "SELECT assignee, title FROM beads WHERE type = 'message' AND status <> 'closed' ORDER BY key", {}
        )
        return [(row["assignee"], row["title"]) for row in found]
