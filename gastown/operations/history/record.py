"""Recording the ledger in its git history: what the journal says has changed, one commit for each who changed it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from gastown.domain import ledger_tree as tree
from gastown.domain.clock import moment
from gastown.domain.ledger_story import message
from gastown.ledger import history
from gastown.ledger.database import Database
from gastown.ledger.history import ChangedBead, News
from gastown.operations.history import export
from gastown.operations.history.place import LOCK, repository, set_aside, town_uid
from gastown.town import Town
from gastown.world.git.ledger_commits import Commit, with_trailers
from gastown.world.git.ledger_failures import Broken
from gastown.world.git.ledger_repository import MAIN, LedgerRepository
from gastown.world.locks import lock

SEQ, JOURNAL, MARK, PART = "Ledger-Seq", "Ledger-Journal", "Ledger-Mark", "Ledger-Part"
"""Trailers: the last row of the journal that is in, whose journal it is, what tells that row from another of its
number, and which part of several a commit is; only the last part has all."""

RESTORED = "restored"
"""The fact that tells where this file was restored from."""

MOST_ACTORS = 8
"""Who changed something gets a commit; beyond that many they share one."""

MANY_STARTS = 100
"""Starts of sessions after which their number is recorded, though nothing else has changed."""

FAR_BEHIND = 10_000
"""Rows of the journal that changed nothing in the end, after which a commit says so."""

PATIENCE = 30.0
NAME = "Gas Town"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded: nothing when there is no commit. `broken` is where a history was put that nobody can read."""

    commit: str | None = None
    commits: int = 0
    beads: int = 0
    whole: bool = False
    """Everything was compared, not only what the journal says."""
    broken: Path | None = None


def record(town: Town, *, wait: float = PATIENCE) -> Recorded:
    """Bring the git history up to the ledger as it is now. Cheap when nothing has changed.

    May be killed at any point, and begun twice at once. A history that cannot be read is kept aside and begun
    anew. Raises Busy, Invalid or Unavailable.
    """
    with lock(town.places.lock(LOCK), what="the ledger's history", wait=wait):
        return record_held(town)


def record_held(town: Town) -> Recorded:
    """`record`, for those who hold the lock of the history."""
    kept = repository(town)
    try:
        return _record_or_begin_anew(town, kept)
    finally:
        kept.close()


def _record_or_begin_anew(town: Town, kept: LedgerRepository) -> Recorded:
    try:
        return _Recording(town, kept.open_or_create()).run()
    except Broken:
        kept.close()  # a second look, with new eyes: nothing is set aside for a hiccup
    try:
        return _Recording(town, kept).run()
    except Broken:
        aside = set_aside(town, kept)
    return replace(_Recording(town, kept).run(), broken=aside)


def record_rest(town: Town, kept: LedgerRepository) -> bool:
    """Record what the ledger has beyond its history; False when that is not the history of this very file.

    For those who hold the lock of the history. A history that cannot be read stays as it is: raises Broken.
    """
    head = kept.head() if kept.exists() else None
    with town.ledger.snapshot() as ledger:
        follows = exported(head, ledger) is not None
    if follows:
        _Recording(town, kept).run()
    return follows


def exported(head: Commit | None, database: Database) -> int | None:
    """The last row of this file's journal that is in the history; None when that cannot be told."""
    told: Mapping[str, str] = {} if head is None else head.trailers
    seq = told.get(SEQ, "")
    if told.get(JOURNAL) != history.fact(database, history.JOURNAL) or not seq.isdigit():
        return None
    return int(seq) if told.get(MARK, "") == history.mark(database, int(seq)) else None


def has_lost(head: Commit | None, database: Database) -> bool:
    """Whether this very file once had changes that are in the history, and has them no more."""
    told: Mapping[str, str] = {} if head is None else head.trailers
    is_its_own = told.get(JOURNAL) == history.fact(database, history.JOURNAL)
    return is_its_own and exported(head, database) is None


class _Recording:
    """One run, in which the ledger is seen as of one moment."""

    def __init__(self, town: Town, kept: LedgerRepository) -> None:
        self._kept = kept
        self._uid = town_uid(town, kept)
        self._name = town.settings.name
        self._now = town.clock.now()
        self._ledger = town.ledger
        self._head = kept.head()
        self._done = Recorded()

    def run(self) -> Recorded:
        with self._ledger.snapshot() as ledger:
            after, seq = exported(self._head, ledger), history.newest(ledger)
            if after is None:
                self._everything(ledger, seq)
            elif after < seq:
                self._news(ledger, after, seq)
            elif self._many_starts(ledger):
                self._town(ledger, history.news(ledger, seq), seq)
        return self._done

    def _many_starts(self, ledger: Database) -> bool:
        told = export.town_numbers(self._read(tree.town_path(self._uid)))
        return history.highest(ledger).incarnation >= told.incarnation + MANY_STARTS

    def _everything(self, ledger: Database, seq: int) -> None:
        files = export.everything(ledger, self._uid, self._name, self._read)
        if self._head is not None:
            for folder in (tree.BEADS, tree.town_folder(self._uid)):
                for path, _ in self._kept.files(self._head.id, folder.rstrip("/")):
                    files.changes.setdefault(path, None)
        subject, by = self._begun(ledger, files.beads)
        self._commit(files.changes, by, subject, self._now, self._full(ledger, seq), always=True)
        self._done = replace(self._done, beads=files.beads, whole=True)

    def _begun(self, ledger: Database, beads: int) -> tuple[str, str]:
        """Why everything is written, and who had it so."""
        restored = history.fact(ledger, RESTORED)
        if restored:
            told: dict[str, str] = json.loads(restored)
            return f"restored from {told['source']}: {beads} beads", told["by"]
        return ("the ledger as it is" if self._head else "the ledger") + f": {beads} beads", NAME

    def _news(self, ledger: Database, after: int, seq: int) -> None:
        news = history.news(ledger, after)
        groups = _by_actor(news.beads)
        for number, (actor, beads) in enumerate(groups[:-1], 1):
            self._beads(ledger, actor, beads, {**self._partial(), PART: f"{number}/{len(groups)}"})
        actor, beads = groups[-1] if groups else (NAME, [])
        self._last(ledger, actor, beads, news, seq, always=seq - after > FAR_BEHIND)

    def _beads(
        self, ledger: Database, actor: str, beads: Sequence[ChangedBead], trailers: Mapping[str, object]
    ) -> None:
        files = export.of_beads(ledger, [bead.id for bead in beads], self._read)
        text = message(files.story, files.beads)
        self._commit(files.changes, actor, text, self._when(beads[-1].at), trailers)
        self._done = replace(self._done, beads=self._done.beads + files.beads)

    def _last(
        self,
        ledger: Database,
        actor: str,
        beads: Sequence[ChangedBead],
        news: News,
        seq: int,
        *,
        always: bool,
    ) -> None:
        files = export.of_beads(ledger, [bead.id for bead in beads], self._read)
        at_head = self._read

        def read(path: str) -> bytes | None:
            return files.changes[path] if path in files.changes else at_head(path)

        files.changes |= export.without(ledger, news, read)
        files.changes |= export.of_town(ledger, self._uid, self._name, news, self._read)
        text = message(files.story, files.beads, "agents and their work")
        trailers = self._full(ledger, seq)
        self._commit(files.changes, actor, text, self._when(news.newest_at), trailers, always=always)
        self._done = replace(self._done, beads=self._done.beads + files.beads)

    def _town(self, ledger: Database, news: News, seq: int) -> None:
        files = export.of_town(ledger, self._uid, self._name, news, self._read)
        self._commit(files, NAME, "starts of sessions", self._now, self._full(ledger, seq))

    def _commit(
        self,
        files: Mapping[str, bytes | None],
        actor: str,
        text: str,
        at: datetime,
        trailers: Mapping[str, object],
        *,
        always: bool = False,
    ) -> None:
        author = f"{actor} <{actor.replace(' ', '')}@{self._name}>"
        parents = [] if self._head is None else [self._head.id]
        made = self._kept.write(
            MAIN,
            files,
            author=author,
            message=with_trailers(text, trailers),
            parents=parents,
            at=at,
            always=always,
        )
        if made not in parents:
            self._head = self._kept.commit(made)
            self._done = replace(self._done, commit=made, commits=self._done.commits + 1)

    def _read(self, path: str) -> bytes | None:
        return None if self._head is None else self._kept.read(self._head.id, path)

    def _full(self, ledger: Database, seq: int) -> Mapping[str, object]:
        return {SEQ: seq, JOURNAL: history.fact(ledger, history.JOURNAL), MARK: history.mark(ledger, seq)}

    def _partial(self) -> Mapping[str, object]:
        """Where we stood before: whoever comes after a part that is the last starts from there again."""
        told: Mapping[str, str] = {} if self._head is None else self._head.trailers
        return {name: told[name] for name in (SEQ, JOURNAL, MARK) if name in told}

    def _when(self, told: str) -> datetime:
        """When it happened; what is older than the head was not done then, but brought from elsewhere since."""
        try:
            at = moment(told)
            fits = at <= self._now and (self._head is None or self._head.at <= at)
        except (ValueError, TypeError):  # no time, or without its zone
            return self._now
        return at if fits else self._now


def _by_actor(beads: Sequence[ChangedBead]) -> list[tuple[str, list[ChangedBead]]]:
    """The beads by who changed them last, in the order of their last changes; of too many actors the first share."""
    groups: dict[str, list[ChangedBead]] = {}
    for bead in beads:
        some = groups.pop(bead.by or NAME, [])
        some.append(bead)
        groups[bead.by or NAME] = some  # behind all others
    parts = list(groups.items())
    if len(parts) <= MOST_ACTORS:
        return parts
    shared = sorted((bead for _, some in parts[:-MOST_ACTORS] for bead in some), key=lambda bead: bead.at)
    return [(NAME, shared), *parts[-MOST_ACTORS:]]
