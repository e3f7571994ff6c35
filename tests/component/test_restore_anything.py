"""Whatever a ledger holds: exported, lost, restored and exported again it has the same bytes."""

import json
import tempfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gastown.domain.clock import stamp
from gastown.domain.identity import polecat
from gastown.domain.records import Record
from gastown.ledger import agents, bead_writes, merges, records
from gastown.ledger.database import Database
from gastown.operations.history.verify import verify
from tests.component.history_town import HistoryTown
from tests.component.view_town import NOW

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
TITLE = TEXT.filter(lambda text: text != "")
WHO = st.sampled_from(["overseer", "ann", "web/polecats/Toast", "böb <b>"])
WHEN = st.integers(0, 10**6).map(lambda seconds: stamp(NOW - timedelta(seconds=seconds)))
FIELDS = ("description", "design", "acceptance_criteria", "notes", "assignee", "owner", "external_ref")
KINDS = st.sampled_from(["blocks", "related", "parent-child", "waits-for", "discovered-from"])


def _one_parent(links: list[tuple[int, str]]) -> bool:
    return len({on for on, kind in links if kind == "parent-child"}) <= 1


@st.composite
def bead(draw: st.DrawFn, number: int) -> Record:
    """One bead; what it leans on has a lower number."""
    record: Record = {
        "id": f"we-{number}", "uid": f"u{number}", "title": draw(TITLE), "status": draw(
            st.sampled_from(["open", "in_progress", "blocked", "deferred", "pinned", "closed", "tombstone"])
        ), "created_at": draw(WHEN), "created_by": draw(WHO), "updated_at": draw(WHEN), "updated_by": draw(WHO),
        "priority": draw(st.integers(0, 4)),
    }  # fmt: skip
    if rig := draw(st.sampled_from(["web", "api", "", "../strange rig"])):
        record["rig"] = rig
    if record["status"] == "tombstone":
        return record | {"deleted_at": draw(WHEN), "deleted_by": draw(WHO), "delete_reason": draw(TEXT)}
    record["issue_type"] = draw(st.sampled_from(["task", "epic", "convoy", "message"]))
    if record["status"] == "closed":
        record |= {"closed_at": draw(WHEN), "closed_by": draw(WHO), "close_reason": draw(TEXT)}
    record |= {name: value for name in FIELDS if (value := draw(TEXT))}
    record["labels"] = list(draw(st.lists(TITLE, max_size=3, unique=True)))
    record["comments"] = [
        {"author": author, "text": text, "created_at": at}
        for author, text, at in draw(st.lists(st.tuples(WHO, TITLE, WHEN), max_size=3))
    ]
    if draw(st.booleans()):
        record["metadata"] = {"ключ": draw(TEXT), "n": [1, None, {"x": True}]}
    record["dependencies"] = [
        {
            "issue_id": record["id"],
            "depends_on_id": f"we-{on}",
            "type": kind,
            "created_at": draw(WHEN),
            "created_by": draw(st.sampled_from(["ann", ""])),
        }
        for on, kind in (
            draw(st.lists(st.tuples(st.integers(0, number - 1), KINDS), max_size=2).filter(_one_parent))
            if number
            else ()
        )
    ]
    return record


@st.composite
def ledgers(draw: st.DrawFn) -> list[Record]:
    return [draw(bead(number)) for number in range(draw(st.integers(1, 6)))]


def work(draw: st.DataObject, ledger: Database) -> None:
    """Agents with hooks, assignments that ended or not, and merge requests with gate runs."""
    free = [row["id"] for row in ledger.rows("records", "beads", rig=None) if row["status"] == "open"]
    for number, target in enumerate(free):
        address = polecat("web", f"Agent{number % 3}")
        agents.add(ledger, address, NOW)
        if not agents.hook(ledger, str(address), target):
            continue
        bead_writes.set_status(
            ledger, target, "open", "hooked", assignee=str(address), by=str(address), now=NOW  # type: ignore[arg-type]
        )  # fmt: skip
        generation = agents.assign(ledger, target, str(address), by="ann", runtime=None, now=NOW)
        if draw.draw(st.booleans()):
            continue
        assignment = agents.assignment(ledger, generation)
        assert assignment is not None
        agents.end_assignment(ledger, generation, "submitted", NOW)
        agents.unhook(ledger, str(address), target)
        bead_writes.set_status(
            ledger, target, "hooked", "in_progress", assignee=None, by=str(address), now=NOW  # type: ignore[arg-type]
        )  # fmt: skip
        new = bead_writes.NewBead("landing", id=f"mr-{number}", type="merge-request")
        bead_writes.insert(ledger, new, by="ann", now=NOW)
        merges.insert(ledger, f"mr-{number}", assignment, rig="web", commit="c0ffee", target="main", now=NOW)
        run = merges.gate_began(
            ledger, f"mr-{number}", on_target=False, commit="c", command=draw.draw(TEXT), log="l", now=NOW
        )
        if draw.draw(st.booleans()):
            merges.gate_ended(ledger, run, 0, None, NOW)


@settings(
    max_examples=25,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.data(), ledgers(), st.lists(st.tuples(st.integers(0, 5), TEXT), max_size=5))
def test_the_same_bytes_come_back(
    draw: st.DataObject, beads: list[Record], edits: list[tuple[int, str]]
) -> None:
    with tempfile.TemporaryDirectory() as folder, closing(HistoryTown(Path(folder), "web", "api")) as town:
        with town.ledger.transaction() as ledger:
            records.insert_many(ledger, beads)
            work(draw, ledger)
        town.record()
        for number, text in edits:
            with town.ledger.transaction() as ledger:
                known = records.read(ledger, f"we-{number}")
                if known is not None and known["status"] != "tombstone":
                    records.replace(
                        ledger, {**known, "notes": text, "updated_at": stamp(NOW), "updated_by": "ann"}
                    )
            town.record()
        before = town.tree()
        assert verify(town.town).findings == ()
        town.lose()
        assert town.restore().notes == ()
        assert town.tree() == before
        seen = verify(town.town)
        assert (seen.findings, seen.behind) == ((), 0)
        assert all(json.loads(line) for file in before.values() for line in file.decode().split("\n") if line)
