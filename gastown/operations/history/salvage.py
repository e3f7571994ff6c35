"""A history that is damaged while the ledger is lost as well: the newest commit that can still be read whole."""

import contextlib
from collections.abc import Iterator
from datetime import datetime

from gastown.errors import NotFound
from gastown.operations.history.record import PART, SEQ
from gastown.world.git.ledger_commits import Commit
from gastown.world.git.ledger_failures import Broken
from gastown.world.git.ledger_repository import LedgerRepository


def read_all_of(kept: LedgerRepository, commit: Commit) -> None:
    """Read every file of a commit. Raises Broken when one cannot be."""
    for _, blob in kept.files(commit.id):
        kept.blob(blob)


def newest_whole(kept: LedgerRepository) -> Commit:
    """The newest commit of which every file can be read. Raises NotFound."""
    found = [commit for commit in kept.everything() if PART not in commit.trailers]
    for commit in sorted(found, key=_age, reverse=True):
        with contextlib.suppress(Broken):
            read_all_of(kept, commit)
            return commit
    raise NotFound("nothing in the git history can be read whole", "gt ledger restore --from BACKUP")


def _age(commit: Commit) -> tuple[datetime, int]:
    seq = commit.trailers.get(SEQ, "")
    return commit.recorded, int(seq) if seq.isdigit() else 0


def by_name(kept: LedgerRepository, name: str) -> Commit | None:
    """The commit whose id begins so; None when none does, or it cannot be read."""
    with contextlib.suppress(Broken, NotFound):
        return kept.resolve(name)
    return None


def head_or_none(kept: LedgerRepository) -> Commit | None:
    """The newest commit, if it can be read."""
    with contextlib.suppress(Broken):
        return kept.head()
    return None


def readable(kept: LedgerRepository, commit: Commit, folder: str) -> Iterator[bytes]:
    """The files in a folder that can be read; one that cannot be is passed over."""
    files = kept.files(commit.id, folder)
    while True:
        try:
            _, blob = next(files)
            content = kept.blob(blob)
        except StopIteration:
            return
        except Broken:
            continue
        yield content
