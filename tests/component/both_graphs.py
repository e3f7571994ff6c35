"""A ledger beside a model of it in plain dictionaries, and what must hold of both after every step."""

import shutil
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from gastown.domain.clock import stamp
from gastown.ledger import derived, ready, records
from gastown.ledger.database import Database
from gastown.ledger.sqlite import sqlite3
from tests.component import graph_model
from tests.component.graph_model import ModelGraph

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@cache
def template() -> Path:
    """An empty ledger, made once."""
    folder = Path(tempfile.mkdtemp(prefix="gt-template-"))
    Database(folder / "gastown.db", create=True).close()
    return folder / "gastown.db"


class BothGraphs(RuleBasedStateMachine):
    """Does things to a ledger and to the model alike, through our own code and past it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="gt-graph-", dir=template().parent))
        shutil.copy(template(), self.folder)
        self.ledger = Database(self.folder / "gastown.db")
        self.stranger = sqlite3.connect(self.ledger.path, isolation_level=None)
        self.model = ModelGraph()
        self.made = 0

    def teardown(self) -> None:
        self.stranger.close()
        self.ledger.close()
        shutil.rmtree(self.folder)

    @initialize(foreign_keys=st.booleans(), recursive_triggers=st.booleans())
    def another_client(self, *, foreign_keys: bool, recursive_triggers: bool) -> None:
        """Clients differ in what they ask of SQLite."""
        self.stranger.execute(f"PRAGMA foreign_keys = {foreign_keys}")
        self.stranger.execute(f"PRAGMA recursive_triggers = {recursive_triggers}")
        self.stranger.execute("PRAGMA synchronous = OFF")

    def chosen(self, numbers: Sequence[int]) -> list[str]:
        """Some of the beads, each once."""
        names = list(self.model)
        return list(dict.fromkeys(names[number % len(names)] for number in numbers))

    def by_sql(self, statement: str, names: Sequence[str], *values: object) -> None:
        """One statement of a stranger about some beads at once; `?…` becomes their ids."""
        marks = ",".join("?" * len(names))
        self.stranger.execute(statement.replace("?…", marks), [*values, *names])

    @invariant()
    def what_triggers_keep_is_right(self) -> None:
        """Also by our own check, which the product trusts."""
        assert derived.check(self.ledger) == []

    @invariant()
    def ready_is_what_the_model_says(self) -> None:
        """In its order, of all and of each rig and assignee."""
        now = stamp(NOW)

        def listed(rig: str | None = None, assignee: str | None = None) -> list[str]:
            found = ready.first(self.ledger, rig=rig, now=NOW, most=1_000, assignee=assignee)
            return [bead.id for bead in found]

        assert listed() == self.model.ready(now)
        assert ready.count(self.ledger, NOW) == len(self.model.ready(now))
        for rig in ("web", ""):
            assert listed(rig) == self.model.ready(now, rig)
        assert listed(assignee="ann") == self.model.ready(now, assignee="ann")
        first = ready.first(self.ledger, rig=None, now=NOW, most=2)
        assert [bead.id for bead in first] == self.model.ready(now)[:2]

    @invariant()
    def the_journal_tells_what_is(self) -> None:
        """Every step of it begins where the one before ended."""
        assert graph_model.differences(self.stranger) == []

    @invariant()
    def records_are_read_alike_one_by_one_and_all_at_once(self) -> None:
        """And wisps are never among them."""
        everything = list(records.read_all(self.ledger))
        assert [record["id"] for record in everything] == sorted(
            name for name, bead in self.model.items() if not bead.ephemeral
        )
        assert everything == [records.read(self.ledger, str(record["id"])) for record in everything]
