"""Readiness and the journal against a model in plain dictionaries, whatever is done to the ledger, by any client."""

import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from gastown.domain.beads import DependencyKind
from gastown.domain.clock import stamp, stamp_or_none
from gastown.ledger import bead_writes, derived, records
from gastown.ledger.bead_writes import NewBead
from gastown.ledger.database import Database
from tests.component.both_graphs import NOW, BothGraphs
from tests.component.graph_model import PARENT, ModelBead

DEFERRALS = {"never": None, "yesterday": NOW - timedelta(days=1), "tomorrow": NOW + timedelta(days=1)}
VALUES: Mapping[str, Sequence[object]] = {
    "priority": (0, 1, 4),
    "type": ("task", "epic", "decision"),
    "rig": ("web", "new", None),
    "defer_until": [stamp_or_none(until) for until in DEFERRALS.values()],
    "assignee": ("web/polecats/Toast", None, "ann"),
}
KINDS = [str(kind) for kind in DependencyKind]
EXAMPLES = int(os.environ.get("GASTOWN_MODEL_EXAMPLES", "25"))
"""GASTOWN_MODEL_EXAMPLES=2000 looks longer."""

picks = st.lists(st.integers(0, 11), min_size=1, max_size=4)
pick = st.integers(0, 11)


class WorkGraph(BothGraphs):
    """Does things to a ledger and to the model alike, through our own code and past it."""

    @initialize(
        parents=st.lists(st.integers(0, 3), min_size=7, max_size=7),
        blockers=st.lists(st.tuples(pick, pick), max_size=5),
    )
    def a_family(self, parents: list[int], blockers: list[tuple[int, int]]) -> None:
        """Something to begin with: an epic, with others and tasks beneath it, of which some wait for others."""
        for number in range(8):
            kind = "epic" if number % 2 == 0 else "task"
            self.create(status="open", kind=kind, priority=2, rig="web", until="never", ephemeral=number == 7)
        for child, parent in enumerate(parents, 1):
            if parent:
                self.set_parent(child, max(0, child - parent))
        for one, other in blockers:
            self.add_dependencies([one], [other], {"blocks", "waits-for"})

    @rule(
        status=st.sampled_from(["open", "open", "blocked", "deferred", "pinned"]),
        kind=st.sampled_from(["task", "task", "bug", "epic", "epic", "convoy", "message"]),
        priority=st.integers(0, 4),
        rig=st.sampled_from(["web", "api", ""]),
        until=st.sampled_from(list(DEFERRALS)),
        ephemeral=st.booleans(),
    )
    def create(self, *, status: str, kind: str, priority: int, rig: str, until: str, ephemeral: bool) -> None:
        self.made += 1
        name, made_at = f"we-{self.made}", NOW - timedelta(minutes=self.made % 3)
        deferral = DEFERRALS[until]
        new = NewBead(
            name, id=name, status=status, type=kind, priority=priority, rig=rig or None, defer_until=deferral,
            ephemeral=ephemeral, description="Some words",
        )  # fmt: skip
        with self.ledger.transaction():
            bead_writes.insert(self.ledger, new, by="ann", now=made_at)
        self.model[name] = ModelBead(
            rig, kind, status, priority, stamp(made_at), stamp_or_none(deferral), ephemeral=ephemeral
        )

    @precondition(lambda self: self.model)
    @rule(numbers=picks, status=st.sampled_from(["open", "in_progress", "blocked", "deferred", "closed"]))
    def set_status(self, numbers: list[int], status: str) -> None:
        names = self.chosen(numbers)
        closed = "'2026'" if status == "closed" else "NULL"
        self.by_sql(f"UPDATE beads SET status = ?, closed_at = {closed} WHERE id IN (?…)", names, status)  # noqa: S608
        for name in names:
            self.model[name].status = status

    @precondition(lambda self: self.model)
    @rule(numbers=picks, status=st.sampled_from(["open", "closed"]))
    def set_status_with_a_join(self, numbers: list[int], status: str) -> None:
        """Of everything below, in one statement: its cascade meets rows that the statement has yet to come to."""
        top = self.chosen(numbers)[0]
        names = list(self.model.below(top))
        closed = "'2026'" if status == "closed" else "NULL"
        self.by_sql(f"UPDATE beads SET status = ?, closed_at = {closed} WHERE id IN (?…)", names, status)  # noqa: S608
        for name in names:
            self.model[name].status = status

    @precondition(lambda self: self.model)
    @rule(
        numbers=picks,
        column=st.sampled_from(["priority", "type", "rig", "defer_until", "assignee"]),
        which=pick,
    )
    def set_field(self, numbers: list[int], column: str, which: int) -> None:
        names = self.chosen(numbers)
        value = VALUES[column][which % 3]
        self.by_sql(f"UPDATE beads SET {column} = ? WHERE id IN (?…)", names, value)  # noqa: S608
        for name in names:
            setattr(self.model[name], column, value or "" if column == "rig" else value)

    @precondition(lambda self: len(self.model) > 1)
    @rule(child=pick, parent=pick)
    def set_parent(self, child: int, parent: int) -> None:
        """Also another one than before, as `bd update --parent` does it."""
        kid, above = self.chosen([child])[0], self.chosen([parent])[0]
        if above in self.model.below(kid):
            return
        old = self.model[kid].parent
        with self.ledger.transaction() as ledger:
            if old:
                ledger.write("graph", "remove_dependency", bead=kid, depends_on=old, kind=PARENT)
            self._link(ledger, kid, above, PARENT)
        self.model[kid].leans -= {(str(old), PARENT)}
        self.model[kid].leans |= {(above, PARENT)}

    @precondition(lambda self: len(self.model) > 1)
    @rule(ones=picks, others=picks, kinds=st.sets(st.sampled_from(KINDS), min_size=1, max_size=3))
    def add_dependencies(self, ones: list[int], others: list[int], kinds: set[str]) -> None:
        edges = [
            (one, other, kind)
            for one, other in zip(self.chosen(ones), self.chosen(others), strict=False)
            for kind in sorted(kinds - {PARENT})
            if one != other
        ]
        with self.ledger.transaction() as ledger:
            for edge in edges:
                self._link(ledger, *edge)
        for one, other, kind in edges:
            self.model[one].leans.add((other, kind))

    def _link(self, ledger: Database, one: str, other: str, kind: str) -> None:
        ledger.write(
            "graph", "add_dependency", bead=one, depends_on=other, kind=kind, at=stamp(NOW), by="ann"
        )

    @precondition(lambda self: any(bead.leans for bead in self.model.values()))
    @rule(numbers=picks, ends=st.sampled_from(["bead", "depends_on"]))
    def remove_dependencies(self, numbers: list[int], ends: str) -> None:
        """Of some beads, or on them, all in one statement."""
        names = self.chosen(numbers)
        self.by_sql(f"DELETE FROM dependencies WHERE {ends} IN (?…)", names)  # noqa: S608
        for name, bead in self.model.items():
            bead.leans = {
                (on, kind) for on, kind in bead.leans if (name if ends == "bead" else on) not in names
            }

    @precondition(lambda self: self.model)
    @rule(number=pick)
    def give_another_id(self, number: int) -> None:
        name = self.chosen([number])[0]
        self.made += 1
        uid = self.ledger.row("beads", "by_id", id=name)
        assert uid is not None
        with self.ledger.transaction():
            self.ledger.define(f"UPDATE beads SET id = 'we-{self.made}' WHERE uid = '{uid['uid']}'")  # noqa: S608
        self.model.rename(name, f"we-{self.made}")

    @precondition(lambda self: self.model)
    @rule(number=pick)
    def submit(self, number: int) -> None:
        name = self.chosen([number])[0]
        if self.model[name].in_queue:
            return
        self.made += 1
        made, agent = f"mr-{self.made}", f"web/polecats/P{self.made}"
        with self.ledger.transaction():
            bead_writes.insert(self.ledger, NewBead(made, id=made, type="merge-request"), by="ann", now=NOW)
            self.ledger.define(
                "INSERT INTO agents (address, role, rig, name, created_at)"  # noqa: S608
                f" VALUES ('{agent}', 'polecat', 'web', 'P', '2026')"
            )
            self.ledger.define(
                "INSERT INTO assignments (bead, agent, slung_by, started_at, ended_at, outcome)"  # noqa: S608
                f" VALUES ('{name}', '{agent}', 'ann', '2026', '2026', 'submitted')"
            )
            self.ledger.write(
                "merges", "insert", id=made, bead=name, rig="web", agent=agent, generation=self.ledger.last_id(),
                commit_id="c", branch="b", target="main", at=stamp(NOW),
            )  # fmt: skip
        self.model[made] = ModelBead("", "merge-request", "open", 2, stamp(NOW))
        self.model[name].in_queue = True

    @precondition(lambda self: any(bead.in_queue for bead in self.model.values()))
    @rule(state=st.sampled_from(["held", "merged", "sent_back"]), all_at_once=st.booleans())
    def judge(self, state: str, *, all_at_once: bool) -> None:
        waiting = [name for name, bead in self.model.items() if bead.in_queue]
        names = waiting if all_at_once else waiting[:1]
        ended = "NULL" if state == "held" else "'2026'"
        self.by_sql(
            f"UPDATE merge_requests SET state = ?, ended_at = {ended}"  # noqa: S608
            " WHERE state IN ('queued', 'held') AND bead IN (?…)",
            names,
            state,
        )
        for name in names:
            self.model[name].in_queue = state == "held"

    @precondition(lambda self: any(bead.ephemeral for bead in self.model.values()))
    @rule(number=pick)
    def burn(self, number: int) -> None:
        """A wisp goes for good."""
        wisps = [name for name, bead in self.model.items() if bead.ephemeral and not self._is_needed(name)]
        if not wisps:
            return
        name = wisps[number % len(wisps)]
        self.by_sql("DELETE FROM dependencies WHERE bead IN (?…)", [name])
        self.by_sql("DELETE FROM dependencies WHERE depends_on IN (?…)", [name])
        for table in ("labels", "comments"):
            self.by_sql(f"DELETE FROM {table} WHERE bead IN (?…)", [name])  # noqa: S608
        self.by_sql("DELETE FROM beads WHERE id IN (?…)", [name])
        self.model.forget(name)

    def _is_needed(self, name: str) -> bool:
        with closing(self.stranger.execute("SELECT 1 FROM assignments WHERE bead = ?", [name])) as found:
            return found.fetchone() is not None

    @precondition(lambda self: any(bead.ephemeral for bead in self.model.values()))
    @rule(number=pick)
    def keep(self, number: int) -> None:
        """A wisp becomes a bead like any other, as a digest does."""
        wisps = [name for name, bead in self.model.items() if bead.ephemeral]
        name = wisps[number % len(wisps)]
        self.by_sql("UPDATE beads SET ephemeral = 0 WHERE id IN (?…)", [name])
        self.model[name].ephemeral = False

    @precondition(lambda self: self.model)
    @rule(number=pick, what=st.sampled_from(["label", "no label", "comment", "text"]))
    def write_beneath(self, number: int, what: str) -> None:
        name = self.chosen([number])[0]
        with self.ledger.transaction() as ledger:
            match what:
                case "label":
                    bead_writes.add_label(ledger, name, "red", by="bob", now=NOW)
                case "no label":
                    bead_writes.remove_label(ledger, name, "red", by="bob", now=NOW)
                case "comment":
                    bead_writes.add_comment(ledger, name, "I see", by="bob", now=NOW)
                case _:
                    ledger.define(f"UPDATE beads SET notes = notes || 'x' WHERE id = '{name}'")  # noqa: S608

    @precondition(lambda self: self.model)
    @rule(number=pick)
    def write_it_back(self, number: int) -> None:
        """A record put where it came from changes nothing; `in_progress` is how `hooked` leaves, and there is none."""
        record = records.read(self.ledger, self.chosen([number])[0])
        if record is None:
            return
        with self.ledger.transaction():
            records.replace(self.ledger, record)
        assert records.read(self.ledger, str(record["id"])) == record

    @precondition(lambda self: self.model)
    @rule()
    def rebuild(self) -> None:
        with self.ledger.transaction():
            derived.rebuild(self.ledger)


@pytest.mark.timeout(0)
def test_readiness_journal_and_records_stay_right_whatever_is_done() -> None:
    run_state_machine_as_test(
        WorkGraph, settings=settings(max_examples=EXAMPLES, stateful_step_count=40, deadline=None)
    )
