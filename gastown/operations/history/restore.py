"""`gt ledger restore`: the ledger made anew from its git history or from a backup, and put in the old one's place."""

import json
import re
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from gastown.domain import ledger_tree as tree
from gastown.domain.clock import stamp
from gastown.domain.observed import Absent, Unknown
from gastown.domain.records import Record, is_tombstone, parse
from gastown.errors import Busy, GastownError, Invalid, NotFound, Refused, Unavailable
from gastown.ledger import copies, derived, events, history, restoring
from gastown.ledger.check import check
from gastown.ledger.database import FILE_NAME, Database
from gastown.ledger.history import Highest
from gastown.ledger.old_file import OldFile
from gastown.operations.history import fences, salvage
from gastown.operations.history.export import town_numbers
from gastown.operations.history.place import LOCK, TOWN_FACT, TOWN_SETTING, repository
from gastown.operations.history.rebuild import Rebuilding, Rebuilt
from gastown.operations.history.record import PART, RESTORED, record_held
from gastown.operations.history.swap import finish, prepare, swap
from gastown.operations.history.unrecorded import record_unrecorded
from gastown.town import Town
from gastown.world.git.ledger_commits import Commit
from gastown.world.git.ledger_failures import Broken
from gastown.world.git.ledger_repository import LedgerRepository
from gastown.world.locks import held, lock

SUPERVISOR, STARTING = "supervisor", "starting"
REST = "gt down --agents"
NOTHING = Highest(0, 0)

_AGO = re.compile(r"(\d{1,4}) ?([mhd])( ago)?")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_CALENDAR = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?")


@dataclass(frozen=True, slots=True)
class Restored:
    """What the ledger is made of now. `kept` is where the old file is, if there was one."""

    source: str
    commit: str | None
    at: datetime | None
    """When the newest change in it was made, for a commit."""
    beads: int
    notes: tuple[str, ...]
    kept: Path | None = None
    kept_is_sound: bool = False
    """Whether the old file was a ledger that could be read, and that can be restored from."""


def restore(town: Town, *, at: str | None = None, source: Path | None = None, by: str) -> Restored:
    """Make the ledger anew, from the newest commit, from `at` (a commit or a moment), or from a backup.

    Works whatever lies at the ledger's place, and keeps that. May be killed at any point, and begun again. Wants the
    town at rest: Busy while its supervisor or a queue runs, Refused while agents' sessions do. Raises Invalid,
    NotFound or Unavailable for what cannot be restored from; nothing has changed then.
    """
    if at is not None and source is not None:
        raise Invalid("a backup has no other moments than its own", "give --at or --from, not both")
    with _at_rest(town):
        path = town.root / FILE_NAME
        finish(path)
        kept_history = repository(town)
        try:
            with OldFile(path) as old:
                restored = _Restoring(town, kept_history, old, by).run(at, source)
                kept_history.close()
                # recorded while the old file is open: others who close it are not the last, and clean up nothing
                return _recorded(town, restored)
        finally:
            kept_history.close()


@contextmanager
def _at_rest(town: Town) -> Generator[None]:
    """Keep supervisor, queues and writers of the history away."""
    with ExitStack() as holding:
        try:
            holding.enter_context(lock(town.places.lock(STARTING), what="the start of the supervisor"))
            holding.enter_context(lock(town.places.supervisor_lock, what="the town's supervisor"))
        except Busy as busy:
            raise Busy(f"the ledger is in use: {busy.message}", f"{REST}, then again") from busy
        for rig in town.rigs:
            if not isinstance(held(town.places.queue_lock(rig)), Absent):
                raise Busy(f"the ledger is in use: the queue of {rig} runs", f"{REST}, then again")
        seen = town.terminal.sessions()
        if isinstance(seen, Unknown):
            raise Unavailable(f"cannot see whether agents run: {seen.why}", "gt doctor")
        running = [session.name for session in seen if session.incarnation is not None]
        if running:
            raise Refused(f"agents are at work: {', '.join(running[:5])}", f"{REST}, then again")
        holding.enter_context(lock(town.places.lock(LOCK), what="the ledger's history", wait=10))
        yield


def _recorded(town: Town, restored: Restored) -> Restored:
    """The history goes on from here: it is never rewound itself."""
    anew = Town(town.root, clock=town.clock)
    try:
        record_held(anew)
    except GastownError as problem:
        return replace(restored, notes=(*restored.notes, f"not yet in the history: {problem.message}"))
    finally:
        anew.close()
    return restored


class _Restoring:
    """One run, while nobody can write to the old file."""

    def __init__(self, town: Town, kept: LedgerRepository, old: OldFile, by: str) -> None:
        self._town, self._kept, self._old, self._by = town, kept, old, by
        self._path = town.root / FILE_NAME
        self._now = town.clock.now()
        self._notes: list[str] = []

    def run(self, at: str | None, source: Path | None) -> Restored:
        building = self._path.with_name(f"{FILE_NAME}.restoring")
        copies.remove(building)
        try:
            made = self._from_file(building, source) if source else self._from_history(building, at)
            health = check(building)
            if health.problems:
                raise Invalid(
                    f"what was restored is not sound: {health.problems[0]}",
                    "try another commit: gt ledger log",
                )
            ready, kept = prepare(self._path, building, stamp(self._now))
        finally:
            copies.remove(building)
            for left in self._path.parent.glob(f"{building.name}.before-*"):  # of migrating a backup
                left.unlink(missing_ok=True)
        was_sound = self._old.readable and not self._old.trouble and self._old.version <= health.version
        return replace(made, kept=swap(self._path, ready, kept), kept_is_sound=was_sound)

    def _keep_what_is_new(self) -> None:
        if why := record_unrecorded(self._town, self._kept, self._old):
            self._notes.append(f"what only the old file had is in it, and not here: {why}")

    def _from_history(self, building: Path, at: str | None) -> Restored:
        if not self._kept.exists():
            raise NotFound("there is no git history of this ledger", "gt ledger restore --from BACKUP")
        commit, newest = self._meant(at)
        uid = self._uid(commit)
        told = town_numbers(self._kept.read(commit.id, tree.town_path(uid)))
        _make_private(building)
        ledger = Database(building, create=True)
        try:
            with restoring.refused_plainly(commit.id[:10]), ledger.transaction():
                rebuilding = Rebuilding(
                    self._kept, commit, uid, deleted=self._tombstones(), carries_on=newest,
                    over=fences.frozen_generations(self._town), now=stamp(self._now),
                )  # fmt: skip
                rebuilt = rebuilding.run(ledger)
                derived.rebuild(ledger)
                self._finish(ledger, uid, f"{commit.id[:10]} of {stamp(commit.at)}", rebuilt, told)
        finally:
            ledger.close()
        notes = (*rebuilt.notes, *self._notes)
        source = f"the history at {commit.id[:10]}"
        return Restored(source, commit.id, commit.at, rebuilt.beads, notes)

    def _from_file(self, building: Path, source: Path) -> Restored:
        health = check(source)
        if health.problems:
            raise Invalid(f"{source} is not a sound ledger: {health.problems[0]}", "name another backup")
        self._keep_what_is_new()
        copies.copy(source, building)
        ledger = Database(building)
        try:
            with ledger.transaction():
                beads = restoring.bury(ledger, self._tombstones().values())
                derived.rebuild(ledger)
                uid = history.fact(ledger, TOWN_FACT) or self._uid(None)
                restoring.new_journal(ledger)
                self._finish(ledger, uid, str(source), Rebuilt(beads))
        finally:
            ledger.close()
        return Restored(str(source), None, None, beads, tuple(self._notes))

    def _finish(
        self, ledger: Database, uid: str, source: str, rebuilt: Rebuilt, told: Highest = NOTHING
    ) -> None:
        """What no source tells: the fences, what happened before, and whence this came."""
        known = (told, history.given_out(ledger), self._old.highest())
        highest = fences.highest(self._town, self._kept, uid, known)
        history.begin_at(
            ledger, Highest(highest.generation + fences.MARGIN, highest.incarnation + fences.MARGIN)
        )
        restoring.add_events(ledger, self._old.events(events.newest_seq(ledger)))
        if self._old.trouble and self._old.path.exists():
            self._notes.append(f"the old file could not be read whole: {self._old.trouble}")
        history.set_fact(ledger, TOWN_FACT, uid)
        history.set_fact(ledger, RESTORED, json.dumps({"source": source, "by": self._by}))
        events.append(
            ledger, self._by, "ledger.restored", "ledger", self._now, source=source, beads=rebuilt.beads,
            left_out=len(rebuilt.notes),
        )  # fmt: skip

    def _meant(self, at: str | None) -> tuple[Commit, bool]:
        """As `_commit`, with what was new in the old file; `at` says what it said before that was recorded."""
        if at is None:
            self._keep_what_is_new()
            return self._commit(at)
        meant = self._commit(at)
        self._keep_what_is_new()
        return meant

    def _commit(self, at: str | None) -> tuple[Commit, bool]:
        """The commit that is meant, and whether it is the newest; one that is a part is taken with the others."""
        try:
            head = self._kept.head()
            if head is not None and at is None:
                salvage.read_all_of(self._kept, head)
        except Broken as problem:
            if at is not None and (commit := salvage.by_name(self._kept, at)) is not None:
                return commit, False
            self._notes.append(f"{problem.message}; this is the newest commit that can be read")
            return salvage.newest_whole(self._kept), False
        if head is None:
            raise NotFound("the git history of this ledger is empty", "gt ledger restore --from BACKUP")
        moment = None if at is None else parse_moment(at, self._now)
        if moment is not None:
            commit = self._kept.resolve(moment)
            while PART in commit.trailers and commit.parents:
                commit = self._kept.commit(commit.parents[0])
        else:
            commit = self._whole(head, self._kept.resolve(at) if at else head)
        return commit, commit.id == head.id

    def _whole(self, head: Commit, wanted: Commit) -> Commit:
        """The commit itself, or the last part of those that it was recorded with."""
        if PART not in wanted.trailers:
            return wanted
        last, commit = wanted, head
        while commit.id != wanted.id and commit.parents:
            last = commit if PART not in commit.trailers else last
            commit = self._kept.commit(commit.parents[0])
        return last if commit.id == wanted.id else wanted

    def _uid(self, commit: Commit | None) -> str:
        known = self._kept.setting(TOWN_SETTING) if self._kept.exists() else ""
        known = known or self._old.fact(TOWN_FACT)
        if not known and commit is not None and (towns := self._kept.subtree(commit.id, "towns")):
            names = list(self._kept.children(towns))
            known = names[0] if len(names) == 1 else ""
        return known or fences.new_uid()

    def _tombstones(self) -> Mapping[str, Record]:
        """What is deleted now stays so: as the newest commit says, and the old file."""
        found = [*self._deleted_in_history(), *self._old.tombstones()]
        return {str(record["uid"]): record for record in found}

    def _deleted_in_history(self) -> Iterator[Record]:
        if not self._kept.exists() or (head := salvage.head_or_none(self._kept)) is None:
            return
        for content in salvage.readable(self._kept, head, tree.BEADS.rstrip("/")):
            if b'"status":"tombstone"' in content:
                lines = (line for line in tree.lines_of(content) if '"status":"tombstone"' in line)
                yield from (record for record in map(parse, lines) if is_tombstone(record))


def _make_private(path: Path) -> None:
    """Make an empty file that nobody else can read, for SQLite to fill; its log gets the same rights."""
    try:
        path.touch(0o600)
    except OSError as error:
        raise Unavailable(
            f"{path} cannot be made: {error.strerror}", "check the folder's rights and the disk"
        ) from error


def parse_moment(text: str, now: datetime) -> datetime | None:
    """The moment that `text` tells: a date or a date and time (here, unless it names its zone), or `2 h ago`.

    None for what is no moment, as a commit is. Raises Invalid for a day or hour that there is not.
    """
    words = " ".join(text.split())
    if ago := _AGO.fullmatch(words):
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    if not _CALENDAR.fullmatch(words):
        return None
    try:
        return datetime.fromisoformat(words).astimezone()
    except ValueError as error:
        raise Invalid(f"{text!r} is no moment: {error}", 'like "2026-11-20 14:30", or "2h ago"') from error
