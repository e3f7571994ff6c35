"""Making a new ledger out of a commit of its history: all rows, and no link to what is not there."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from gastown.domain import ledger_tree as tree
from gastown.domain.records import Json, Record, is_tombstone, parse
from gastown.errors import Invalid
from gastown.ledger import messages, records, restoring
from gastown.ledger.database import Database
from gastown.operations.history.own_rows import OwnRows
from gastown.world.git.ledger_commits import Commit
from gastown.world.git.ledger_repository import LedgerRepository
from gastown.world.git.repository import SUBMITTED

CHUNK = 2_000
"""Beads that are held in memory at once."""

MOST_NOTES = 20


@dataclass(slots=True)
class Rebuilt:
    """What came back, and in words what did not."""

    beads: int = 0
    notes: list[str] = field(default_factory=list[str])

    def note(self, text: str) -> None:
        """Tell of something that was left out; only the first ones are kept."""
        if len(self.notes) < MOST_NOTES:
            self.notes.append(text)


class Rebuilding:
    """One commit's files, being written into an empty ledger inside the present transaction."""

    def __init__(
        self,
        kept: LedgerRepository,
        commit: Commit,
        town: str,
        *,
        deleted: Mapping[str, Record],
        over: Collection[int],
        carries_on: bool,
        now: str,
    ) -> None:
        """`deleted` come back as deleted, by uid, and the generations in `over` ended, whatever the commit says.

        `carries_on`: those whose `gt done` the commit knows of are handed over once more, to the same end.
        """
        self._kept, self._commit, self._now = kept, commit, now
        self._own, self._carries_on = OwnRows(kept, commit.id, town), carries_on
        self._deleted, self._over = dict(deleted), over
        self._live: set[str] = set()
        self._all: set[str] = set()
        self._uids: set[str] = set()
        self._agents: list[Mapping[str, Json]] = []
        self._assignments: list[Mapping[str, Json]] = []
        self._hooks: dict[str, str] = {}
        self._given_back: set[str] = set()
        self.result = Rebuilt()

    def run(self, ledger: Database) -> Rebuilt:
        """Write everything. Raises Invalid for lines that are no rows of a ledger."""
        self._read_hooks()
        for beads in _chunks(self._beads(), CHUNK):
            records.insert_many(ledger, [self._bare(record) for record in beads])
        for beads in _chunks(self._again(), CHUNK):
            restoring.add_links(ledger, beads)
        self._own_rows(ledger)
        return self.result

    def _read_hooks(self) -> None:
        """A hook holds only what its agent is assigned to."""
        self._assignments = sorted(self._own.assignments(), key=lambda row: int(str(row["generation"])))
        self._agents = list(self._own.agents())
        valid = {
            (str(row["agent"]), str(row["bead"]))
            for row in self._assignments
            if row.get("ended_at") is None and not self._is_over(row)
        }
        hooks = {str(row["address"]): str(row["hook_bead"]) for row in self._agents if row.get("hook_bead")}
        self._hooks = {agent: bead for agent, bead in hooks.items() if (agent, bead) in valid}
        self._given_back = set(hooks.values()) - set(self._hooks.values())

    def _is_over(self, row: Mapping[str, Json]) -> bool:
        if row["generation"] not in self._over:
            return False
        return not (self._carries_on and row.get("done_at"))

    def _bare(self, record: Record) -> Record:
        """The bead without what is written in the second round, and `hooked` where it is on a hook."""
        bare = {name: value for name, value in record.items() if name not in ("dependencies", "written")}
        bare = {"created_by": "", "updated_by": "", **bare}  # nobody's name is left out of a line
        if bare.get("status") == "in_progress":
            if bare["id"] in self._hooks.values():
                bare["status"] = "hooked"
            elif bare["id"] in self._given_back:
                bare["status"] = "open"
        return bare

    def _beads(self) -> Iterator[Record]:
        for record in self._lines():
            bead, uid = str(record["id"]), str(record["uid"])
            if bead in self._all or uid in self._uids:
                self.result.note(f"{bead} is there twice; its second line was left out")
                continue
            record = self._deleted.pop(uid, record) if not is_tombstone(record) else record  # noqa: PLW2901
            self._deleted.pop(uid, None)
            yield self._seen({**record, "id": bead})
        for record in list(self._deleted.values()):
            if record["id"] not in self._all:
                yield self._seen(record)

    def _seen(self, record: Record) -> Record:
        bead = str(record["id"])
        self._all.add(bead)
        self._uids.add(str(record["uid"]))
        if not is_tombstone(record):
            self._live.add(bead)
        self.result.beads += 1
        return record

    def _again(self) -> Iterator[Record]:
        """The beads once more, for what leans on others: by now all others are there."""
        done: set[str] = set()
        for record in self._lines():
            bead = str(record["id"])
            if bead in done or (bead not in self._live and not is_tombstone(record)):
                continue
            done.add(bead)
            yield {**record, "dependencies": list(self._dependencies(record))}

    def _dependencies(self, record: Record) -> Iterator[Json]:
        found = record.get("dependencies")
        for one in found if isinstance(found, list) else ():
            if isinstance(one, dict) and one.get("depends_on_id") in self._all:
                yield one
            elif isinstance(one, dict):
                self.result.note(f"{record['id']} leaned on {one.get('depends_on_id')}, which is not there")

    def _lines(self) -> Iterator[Record]:
        for path, blob in self._kept.files(self._commit.id, tree.BEADS.rstrip("/")):
            for line in tree.lines_of(self._kept.blob(blob)):
                try:
                    yield parse(line)
                except Invalid as problem:
                    raise Invalid(
                        f"{path} of {self._commit.id[:10]}: {problem.message}", problem.hint
                    ) from problem

    def _own_rows(self, ledger: Database) -> None:
        """What belongs to the town alone."""
        addresses = {str(row["address"]) for row in self._agents}
        hooks = {agent: bead for agent, bead in self._hooks.items() if bead in self._live}
        restoring.add_agents(
            ledger, ({**row, "hook_bead": hooks.get(str(row["address"]))} for row in self._agents)
        )
        fit = [r for r in self._assignments if str(r["bead"]) in self._all and str(r["agent"]) in addresses]
        if len(fit) < len(self._assignments):
            self.result.note(f"{len(self._assignments) - len(fit)} assignments are of what is not there")
        restoring.add_assignments(ledger, (self._held(row, hooks) for row in fit))
        generations = {int(str(row["generation"])) for row in fit}
        for row in self._own.merges():
            known = str(row["id"]) in self._all and str(row["bead"]) in self._all
            if known and row["generation"] in generations:
                restoring.add_merge(ledger, row)
            else:
                self.result.note(f"the merge request {row['id']} is about what is not there")
        messages.rebuild(ledger)

    def _held(self, row: Mapping[str, Json], hooks: Mapping[str, str]) -> Mapping[str, Json]:
        """The assignment, ended if it was open and is on no hook any more."""
        if row.get("ended_at") is not None or hooks.get(str(row["agent"])) == row["bead"]:
            return row
        handed_in = f": it was handed in as {SUBMITTED}/{row['bead']}/{row['generation']}"
        why = handed_in if row["generation"] in self._over else ""
        self.result.note(f"{row['bead']} is not on the hook of {row['agent']} any more{why}")
        return {**row, "ended_at": self._now, "outcome": "unslung"}


def _chunks(found: Iterable[Record], size: int) -> Iterator[list[Record]]:
    iterator = iter(found)
    while chunk := list(islice(iterator, size)):
        yield chunk
