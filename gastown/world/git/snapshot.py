"""Saving what is uncommitted in a worktree as commits, byte for byte, without touching the worktree."""

import shutil
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from gastown.errors import Busy, Unavailable
from gastown.world.git.command import answer, git
from gastown.world.git.folders import delete
from gastown.world.git.place import folds_case
from gastown.world.git.records import Record

DEADLINE = 120.0
TRIES = 3

_PLAIN = "* -text -crlf -filter -ident -working-tree-encoding\n"
"""As a repository's own attributes they come before all others: every file is taken as it lies there."""

_DURABLE = ("-c", "core.fsync=committed,reference", "-c", "core.fsyncMethod=batch")
"""What is saved must be on the disk before the worktree is cleared."""

_BEGINNING = "@0 +0000"
_SCRATCH = "gastown-scratch"


def save(repository: Path, record: Record, *, head: str, message: str, now: datetime) -> str | None:
    """Write a commit of all files as they are, and say which; None when they and the index are the same as HEAD.

    It is made as `git stash` makes one: its parents are HEAD, if there is one, and a commit of what was staged.
    No ref holds it yet. Busy when files keep changing, Unavailable when it fails.
    """
    with raw(repository, record) as env:
        staged = _tree(record.folder, env)
        for _ in range(TRIES):
            files = _add_all(record.folder, env)
            if files == _add_all(record.folder, env):
                break
        else:
            raise Busy(f"files in {record.folder} keep changing", "end what works there, then try again")
        unchanged, date = _tree_and_date(repository, head) if head else ("", _BEGINNING)
        if staged == files == unchanged:
            return None
        parents = (head,) if head else ()
        index = _commit(repository, staged, parents, "What was staged", date)
        return _commit(repository, files, (*parents, index), message, now.isoformat(timespec="seconds"))


def _tree_and_date(repository: Path, head: str) -> tuple[str, str]:
    """Of a commit. With its date the index is the same commit whenever it is saved."""
    tree, _, seconds = git(repository, "log", "-1", "--no-color", "--format=%T %ct", head, "--").partition(
        " "
    )
    return tree, f"@{seconds.strip()} +0000"


@contextmanager
def raw(repository: Path, record: Record) -> Generator[Mapping[str, str]]:
    """Environment of a git with a configuration, attributes and an index of its own, over the same objects.

    It takes every file byte for byte.
    The index begins as a copy of the worktree's, times included, so that only what changed is read again.
    """
    scratch = record.admin / _SCRATCH
    try:
        delete(scratch)  # of one that was killed
        _furnish(scratch, repository, record)
        yield {
            "GIT_DIR": str(scratch),
            "GIT_WORK_TREE": str(record.folder),
            "GIT_OBJECT_DIRECTORY": str(repository / "objects"),
        }
    except OSError as error:
        raise Unavailable(f"{scratch} cannot be written: {error.strerror}", "check the disk") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _furnish(scratch: Path, repository: Path, record: Record) -> None:
    for folder in ("objects", "refs", "info"):
        (scratch / folder).mkdir(parents=True)
    (scratch / "HEAD").write_text("ref: refs/heads/none\n", encoding="utf-8")
    (scratch / "config").write_text(
        f"[core]\n\tbare = false\n\tfilemode = true\n{_disk(repository, record)}", "utf-8"
    )
    (scratch / "info" / "attributes").write_text(_PLAIN, encoding="utf-8")
    copied = [repository / "info" / "exclude", *record.admin.glob("sharedindex.*"), record.admin / "index"]
    for file in copied:
        if file.exists():
            shutil.copy2(file, scratch / (Path("info") / "exclude" if file.name == "exclude" else file.name))


def _disk(repository: Path, record: Record) -> str:
    """How the file system treats names; agents can write what git found out when the repository was made."""
    asked = answer(
        repository,
        "config",
        "--file",
        str(repository / "config"),
        "--get-regexp",
        r"^core\.precompose",
    )
    pairs = (line.split(" ") for line in asked.out.splitlines())
    folds = f"\tignorecase = {str(folds_case(record.admin)).lower()}\n"
    return folds + "".join(f"\t{key.removeprefix('core.')} = {value}\n" for key, value in pairs)


def _tree(folder: Path, env: Mapping[str, str]) -> str:
    return git(folder, *_DURABLE, "write-tree", env=env, deadline=DEADLINE).strip()


def _add_all(folder: Path, env: Mapping[str, str]) -> str:
    git(folder, *_DURABLE, "add", "--all", "--", ".", env=env, deadline=DEADLINE)
    return _tree(folder, env)


def _commit(repository: Path, tree: str, parents: Sequence[str], message: str, date: str) -> str:
    options = [word for parent in parents for word in ("-p", parent)]
    return git(
        repository, *_DURABLE, "commit-tree", tree, *options, "-m", message, env=_identity(date)
    ).strip()


def _identity(date: str) -> dict[str, str]:
    who = {
        "NAME": "Gas Town custody",
        "EMAIL": "custody@gastown.invalid",
        "DATE": date,
    }
    return {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()}
