"""A town whose ledger is recorded in git and restored from it; for the tests of the history."""

import contextlib
import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from gastown.errors import GastownError
from gastown.ledger import bead_writes
from gastown.ledger.bead_writes import NewBead
from gastown.ledger.database import FILE_NAME
from gastown.ledger.old_file import BESIDE
from gastown.operations.history.record import Recorded, record
from gastown.operations.history.restore import Restored, restore
from gastown.town import Town
from gastown.world.git.ledger_repository import LedgerRepository
from tests.component.view_town import ViewTown


class HistoryTown(ViewTown):
    """One town with its history; what needs no agents is written straight into the ledger."""

    def __init__(self, folder: Path, *rigs: str) -> None:
        super().__init__(folder, *rigs)
        self.root: Path = self.town.root
        self.history = LedgerRepository(self.root / "ledger.git")

    def close(self) -> None:
        self.town.close()
        self.history.close()

    def add(self, identity: str, by: str = "overseer", rig: str | None = "web", **fields: object) -> str:
        """A new bead."""
        new = NewBead(fields.pop("title", identity), id=identity, rig=rig, **fields)  # type: ignore[arg-type]
        with self.ledger.transaction() as ledger:
            return bead_writes.insert(ledger, new, by=by, now=self.clock.now())

    def comment(self, bead: str, text: str = "said", by: str = "overseer") -> None:
        with self.ledger.transaction() as ledger:
            bead_writes.add_comment(ledger, bead, text, by=by, now=self.clock.now())

    def record(self) -> Recorded:
        return record(self.town)

    def restore(self, at: str | None = None, source: Path | None = None) -> Restored:
        """Restore with the town at rest, and go on with the new file."""
        self.town.close()
        self.terminal.live.clear()
        try:
            return restore(self.town, at=at, source=source, by="overseer")
        finally:
            self.open()

    def open(self) -> None:
        """Open whatever ledger is there now."""
        self.town.close()
        self.town = Town(self.root, clock=self.clock, terminal=self.terminal)
        with contextlib.suppress(GastownError):
            self.ledger = self.town.ledger

    def lose(self) -> None:
        """Let the database be gone."""
        self.town.close()
        for end in ("", *BESIDE):
            self.root.joinpath(f"{FILE_NAME}{end}").unlink(missing_ok=True)
        self.town = Town(self.root, clock=self.clock, terminal=self.terminal)

    def tree(self) -> Mapping[str, bytes]:
        """All files of the newest commit."""
        with closing(LedgerRepository(self.root / "ledger.git")) as history:
            head = history.head()
            assert head is not None
            return {path: history.blob(blob) for path, blob in history.files(head.id)}

    def line(self, bead: str) -> Mapping[str, object]:
        """A bead's line in the newest commit."""
        start = f'{{"id":"{bead}"'.encode()
        lines = [
            line for file in self.tree().values() for line in file.splitlines() if line.startswith(start)
        ]
        assert len(lines) == 1, lines
        found: Mapping[str, object] = json.loads(lines[0])
        return found

    def generation(self) -> int:
        """The generation that the next assignment would have."""
        row = self.ledger.row("history", "sequence", name="assignments")
        return int(row["seq"]) + 1 if row else 1
