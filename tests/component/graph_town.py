"""A town whose beads are made, linked and changed in one word each; for tests of the views of the work graph."""

from gastown.domain.beads import BeadStatus
from gastown.ledger import bead_writes, beads, graph
from gastown.views.explain import explain
from tests.component.view_town import ViewTown


class GraphTown(ViewTown):
    """A town whose beads are made, linked and changed in one word each."""

    def made(self, identity: str, title: str = "", rig: str | None = "web", **fields: object) -> str:
        return self.bead(title or identity, rig=rig, identity=identity, **fields)  # type: ignore[arg-type]

    def link(self, bead: str, other: str, kind: str = "blocks") -> None:
        with self.ledger.transaction() as ledger:
            graph.add_dependency(ledger, bead, other, kind, by="overseer", now=self.clock.now())

    def part(self, bead: str, parent: str) -> None:
        self.link(bead, parent, "parent-child")

    def close(self, bead: str, why: str = "done") -> None:
        with self.ledger.transaction() as ledger:
            bead_writes.close(ledger, bead, why, by="overseer", now=self.clock.now())

    def set(self, bead: str, status: BeadStatus) -> None:
        with self.ledger.transaction() as ledger:
            was = beads.get(ledger, bead).status
            bead_writes.set_status(
                ledger, bead, was, status, assignee=None, by="overseer", now=self.clock.now()
            )

    def label(self, bead: str, label: str) -> None:
        with self.ledger.transaction() as ledger:
            bead_writes.add_label(ledger, bead, label, by="ann", now=self.clock.now())

    def comment(self, bead: str, text: str) -> None:
        with self.ledger.transaction() as ledger:
            bead_writes.add_comment(ledger, bead, text, by="ann", now=self.clock.now())

    def delete(self, bead: str) -> None:
        with self.ledger.transaction() as ledger:
            bead_writes.bury(ledger, bead, "a mistake", by="overseer", now=self.clock.now())

    def why(self, bead: str) -> list[str]:
        return [reason.why for reason in explain(self.town, bead).reasons]
