"""A town for tests that change beads: after each of them the ledger must verify."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gastown.domain.assignments import Caller
from gastown.domain.beads import BeadStatus
from gastown.domain.filing import Filing
from gastown.ledger import agents, bead_writes, events, graph, merges, ready, records
from gastown.ledger.bead_writes import NewBead
from gastown.ledger.database import FILE_NAME, Database
from gastown.ledger.sqlite import sqlite3
from gastown.operations.history.verify import verify
from gastown.operations.work.create import file
from gastown.operations.work.sling import sling
from gastown.town import Town
from tests.towns import HUMAN, a_town

TOAST = "web/polecats/Toast"
AGENT, CREW = Caller("web/polecats/Shadow", 99, 99), Caller("web/crew/ann", 99, 99)
"""Agents whose sessions nobody replaced; the tests that use them switch the fence off with `nobody_replaces`."""


def bead_town(tmp_path: Path) -> Iterator[Town]:
    """A town of two rigs, whose ledger is looked through at the end."""
    with closing(a_town(tmp_path, ("web", "api"))) as town:
        yield town
        assert verify(town).findings == ()


def filed(town: Town, identity: str, **fields: Any) -> str:  # noqa: ANN401 - a filing's fields
    """File a bead of web with this id as its title; gives the id."""
    return file(town, Filing(identity, id=identity, rig="web", **fields), by=HUMAN).id


def submitted(town: Town, bead: str) -> str:
    """Sling the bead, and let its agent have handed it over; gives the merge request."""
    sling(town, bead, TOAST, by=HUMAN)
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        assignment = agents.open_assignment(ledger, TOAST)
        assert assignment is not None
        request = bead_writes.insert(
            ledger, NewBead(bead, rig="web", prefix="mr", type="merge-request"), by=TOAST, now=now
        )
        graph.add_dependency(ledger, request, bead, "tracks", by=TOAST, now=now)
        merges.insert(ledger, request, assignment, rig="web", commit="c" * 40, target="main", now=now)
        agents.end_assignment(ledger, assignment.generation, "submitted", now)
        agents.unhook(ledger, TOAST, bead)
        bead_writes.set_status(
            ledger, bead, BeadStatus.HOOKED, BeadStatus.IN_PROGRESS, assignee=TOAST, by=TOAST, now=now
        )
    return request


def happened(town: Town) -> Sequence[str]:
    """Types of all events, oldest first."""
    return [event.type for event in events.last(town.ledger, 10_000)]


def is_ready(town: Town, bead: str) -> bool:
    found = ready.first(town.ledger, rig=None, now=town.clock.now(), most=10_000)
    return bead in [one.id for one in found]


def record(town: Town, bead: str) -> dict[str, Any]:
    """All that is known of the bead, without when it was written."""
    found = records.read(town.ledger, bead)
    assert found is not None
    kept = json.loads(json.dumps(found))
    for name in ("written", "updated_at", "updated_by"):
        kept.pop(name, None)
    return dict(kept)


def journal(town: Town) -> int:
    """How many lines the journal has."""
    with closing(sqlite3.connect(town.root / FILE_NAME)) as reader:
        return int(reader.execute("SELECT count(*) FROM changes").fetchone()[0])


@pytest.fixture
def nobody_replaces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `AGENT` be current, though no session of it was ever recorded."""
    monkeypatch.setattr("gastown.ledger.incarnations.is_current", _always)


def _always(database: Database, incarnation: int) -> bool:
    del database, incarnation
    return True
