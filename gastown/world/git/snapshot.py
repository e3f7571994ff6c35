"""Saving what is uncommitted in a worktree as commits, byte for byte, without touching the worktree."""

import shutil
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gastown.errors import Busy, Unavailable
from gastown.world.git.command import answer, git
from gastown.world.git.folders import delete
from gastown.world.git.records import Record

DEADLINE = 120.0
TRIES = 3

_PLAIN = "* -text -crlf -filter -ident -working-tree-encoding\n"
"""As a repository's own attributes they come before all others: every file is taken as it lies there."""

_DURABLE = ("-c", "core.fsync=committed,reference", "-c", "core.fsyncMethod=batch")
"""What is saved must be on the disk before the worktree is cleared."""

_SCRATCH = "gastown-scratch"


@dataclass(frozen=True, slots=True)
class Saved:
    """Commits on top of HEAD: what was staged, and all files as they were. None: the same as HEAD."""

    index: str | None
    worktree: str | None


def save(repository: Path, record: Record, *, head: str, message: str, now: datetime) -> Saved:
    """Write the commits; no ref holds them yet. Busy when files keep changing, Unavailable when it fails."""
    with _scratch(repository, record) as env:
        staged = _tree(record.folder, env)
        for _ in range(TRIES):
            files = _add_all(record.folder, env)
            if files == _add_all(record.folder, env):
                break
        else:
            raise Busy(f"files in {record.folder} keep changing", "end what works there, then try again")
        unchanged = git(repository, "rev-parse", f"{head}^{{tree}}").strip() if head else ""
        index = None if staged == unchanged else _commit(repository, staged, head, f"{message} (index)", now)
        worktree = None if files == unchanged else _commit(repository, files, head, message, now)
        return Saved(index, worktree)


@contextmanager
def _scratch(repository: Path, record: Record) -> Generator[Mapping[str, str]]:
    """Environment of a git with a configuration, attributes and an index of its own, over the same objects.

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
        f"[core]\n\tbare = false\n\tfilemode = true\n{_disk(repository)}", "utf-8"
    )
    (scratch / "info" / "attributes").write_text(_PLAIN, encoding="utf-8")
    copied = [repository / "info" / "exclude", *record.admin.glob("sharedindex.*"), record.admin / "index"]
    for file in copied:
        if file.exists():
            shutil.copy2(file, scratch / (Path("info") / "exclude" if file.name == "exclude" else file.name))


def _disk(repository: Path) -> str:
    """What git found out about the file system's names when the repository was made."""
    asked = answer(
        repository,
        "config",
        "--file",
        str(repository / "config"),
        "--get-regexp",
        r"^core\.(ignorecase|precompose)",
    )
    pairs = (line.split(" ") for line in asked.out.splitlines())
    return "".join(f"\t{key.removeprefix('core.')} = {value}\n" for key, value in pairs)


def _tree(folder: Path, env: Mapping[str, str]) -> str:
    return git(folder, *_DURABLE, "write-tree", env=env, deadline=DEADLINE).strip()


def _add_all(folder: Path, env: Mapping[str, str]) -> str:
    git(folder, *_DURABLE, "add", "--all", "--", ".", env=env, deadline=DEADLINE)
    return _tree(folder, env)


def _commit(repository: Path, tree: str, parent: str, message: str, now: datetime) -> str:
    parents = ["-p", parent] if parent else []
    return git(
        repository, *_DURABLE, "commit-tree", tree, *parents, "-m", message, env=_identity(now)
    ).strip()


def _identity(now: datetime) -> dict[str, str]:
    who = {
        "NAME": "Gas Town custody",
        "EMAIL": "custody@gastown.invalid",
        "DATE": now.isoformat(timespec="seconds"),
    }
    return {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in who.items()}
