"""What two histories of beads differ in: only the lines that are not the same on both sides are ever understood."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gastown.domain.ledger_tree import BEADS, rig_folder
from gastown.domain.merging import Elsewhere, merge
from gastown.domain.received import received
from gastown.domain.records import Record, parse, shard
from gastown.domain.reidentify import Side
from gastown.errors import Invalid
from gastown.world.git import ledger_remotes
from gastown.world.git.ledger_repository import LedgerRepository

DEEPEST = 8
"""How many criss-cross merges on top of each other are taken apart; beyond that, the first base has to do."""

Shards = Mapping[str, str]
"""The files with lines of beads: `beads/web/ab.jsonl` and the id of its content."""


class Histories:
    """Where two histories of beads lie: the town's own branch, or with a `rig` that rig's, whose root is its folder."""

    def __init__(self, repository: LedgerRepository, rig: str | None = None) -> None:
        self.repository, self.rig = repository, rig

    def shards(self, commit: str) -> Shards:
        """All shards at a commit, under the names that they have in a town's history."""
        if self.rig is None:
            return dict(self.repository.files(commit, BEADS))
        folder = f"{BEADS}{rig_folder(self.rig)}/"
        return {f"{folder}{name}": blob for name, blob in self.repository.files(commit)}

    def lines(self, blob: str | None) -> set[bytes]:
        """The lines of a shard; none of none."""
        return set() if blob is None else set(self.repository.blob(blob).split(b"\n")) - {b""}

    def own(self, line: bytes) -> Record:
        """A bead of a line that this program wrote, or has taken before."""
        try:
            record = parse(line.decode())
        except UnicodeDecodeError as error:
            raise Invalid(
                f"a line of the ledger's history is no text: {error}", "gt ledger verify"
            ) from error
        return record if self.rig is None else {**record, "rig": self.rig}

    def foreign(self, line: bytes, name: str) -> Record:
        """A bead of a line that somebody else wrote into the shard of that name."""
        try:
            return received(line, path=name, rig=self.rig)
        except Invalid as problem:
            what = f"the other town's {name} has a line that cannot be taken: {problem.message}"
            raise Invalid(what, "nothing was changed; gt ledger verify there, then push again") from problem


@dataclass(frozen=True, slots=True)
class Differences:
    """The beads that two histories differ in, by uid, and those that they have alike, by id."""

    base: Side
    ours: Side
    theirs: Side
    elsewhere: Elsewhere
    unrelated: bool
    """The two histories have no commit in common."""


def differences(histories: Histories, ours: str, theirs: str) -> Differences:
    """Compare two commits and what they come from. Raises Invalid when theirs has lines that are no beads of ours."""
    return _Comparison(histories, ours, theirs).made()


class _Comparison:
    def __init__(self, histories: Histories, ours: str, theirs: str) -> None:
        self._histories, self._commits = histories, (ours, theirs)
        self._ours, self._theirs = histories.shards(ours), histories.shards(theirs)
        names = sorted(self._ours.keys() | self._theirs.keys())
        self._differing = [name for name in names if self._ours.get(name) != self._theirs.get(name)]

    def made(self) -> Differences:
        ours: dict[str, Record] = {}
        theirs: dict[str, Record] = {}
        read = self._histories
        for name in self._differing:
            here, there = read.lines(self._ours.get(name)), read.lines(self._theirs.get(name))
            both = here & there
            _add(ours, map(read.own, here - both), name)
            _add(theirs, (read.foreign(line, name) for line in there - both), name)
        bases = self._common(*self._commits)
        before = self._base(bases, DEEPEST)
        base = {uid: record for uid, record in before.items() if uid in ours or uid in theirs}
        return Differences(base, ours, theirs, Alike(read, self._ours, self._theirs), unrelated=not bases)

    def _common(self, one: str, other: str) -> Sequence[str]:
        return ledger_remotes.common(self._histories.repository.path, one, other)

    def _base(self, commits: Sequence[str], deepest: int) -> Side:
        """What two sides had in common; where they had been merged crosswise, the merge of both merges' bases."""
        if not commits:
            return {}
        first, *others = commits
        found = self._at(first)
        for other in others if deepest else ():
            before = self._base(self._common(first, other), deepest - 1)
            found = merge(before, found, self._at(other)).records
        return found

    def _at(self, commit: str) -> Side:
        """The beads of a commit in the files that the two sides differ in."""
        read, shards = self._histories, self._histories.shards(commit)
        found: dict[str, Record] = {}
        for name in self._differing:
            _add(found, map(read.own, read.lines(shards.get(name))), name)
        return found


class Alike:
    """The beads that both sides have in the same words, by id; read from their files when they are asked for."""

    def __init__(self, histories: Histories, ours: Shards, theirs: Shards) -> None:
        self._histories, self._ours, self._theirs = histories, ours, theirs
        self._folders = sorted({name.rpartition("/")[0] for name in ours.keys() & theirs.keys()})
        self._known: dict[str, Mapping[str, Record]] = {}

    def __contains__(self, identity: object) -> bool:
        return isinstance(identity, str) and self.get(identity) is not None

    def get(self, identity: str) -> Record | None:
        """The bead of that id."""
        files = (self._file(f"{folder}/{shard(identity)}.jsonl") for folder in self._folders)
        return next((file[identity] for file in files if identity in file), None)

    def _file(self, name: str) -> Mapping[str, Record]:
        if name not in self._known:
            read, one, other = self._histories, self._ours.get(name), self._theirs.get(name)
            alike = read.lines(one) if one == other else read.lines(one) & read.lines(other)
            self._known[name] = {str(record["id"]): record for record in map(read.own, alike)}
        return self._known[name]


def _add(side: dict[str, Record], records: Iterator[Record], name: str) -> None:
    for record in records:
        if side.setdefault(str(record["uid"]), record) is not record:
            raise Invalid(
                f"{name} has the bead {record['id']}, which stands in another line as well",
                "nothing was changed; gt ledger verify says in which town",
            )
