"""Landing a commit: a clean checkout, the change replayed on the target, and the target moved."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from gastown.errors import Refused
from gastown.world.git import remotes
from gastown.world.git.command import answer, failure, git
from gastown.world.git.foreign import without_foreign_programs
from gastown.world.git.records import record_of
from gastown.world.git.remotes import Moved
from gastown.world.git.repository import NOTHING, Repository

__all__ = ["Conflict", "Moved", "Replayed", "clean_checkout", "push", "replay"]

CHECKOUT_DEADLINE = 600.0


@dataclass(frozen=True, slots=True)
class Replayed:
    """The change on top of the target: `head` is checked out; `commits` are pairs of old and new."""

    head: str
    commits: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """It cannot be replayed: the files that conflict, and what git said."""

    files: tuple[str, ...]
    detail: str


def clean_checkout(repository: Repository, folder: Path, commit: str) -> None:
    """Put `commit` into the queue's own worktree, with nothing else in it; a broken worktree is made anew."""
    env = without_foreign_programs(repository.path)
    record = record_of(repository.path, folder)
    if record is None or not record.linked or record.half_made or not _cleaned(folder, commit, env):
        _rebuild(repository, folder, commit, env)


def _cleaned(folder: Path, commit: str, env: dict[str, str]) -> bool:
    steps = (
        ("checkout", "--quiet", "--force", "--detach", commit, "--"),
        ("reset", "--quiet", "--hard", commit, "--"),
        ("clean", "-ffdxq"),
    )
    return all(answer(folder, *step, deadline=CHECKOUT_DEADLINE, env=env).status == 0 for step in steps)


def _rebuild(repository: Repository, folder: Path, commit: str, env: dict[str, str]) -> None:
    record = record_of(repository.path, folder)
    if folder.is_dir() and not folder.is_symlink():
        shutil.rmtree(folder)
    else:
        folder.unlink(missing_ok=True)
    if record is not None:
        shutil.rmtree(record.admin)
    git(
        repository.path, "worktree", "add", "--quiet", "--force", "--detach", str(folder), commit,
        deadline=CHECKOUT_DEADLINE, env=env,
    )  # fmt: skip


def replay(
    repository: Repository, folder: Path, *, commit: str, onto: str, committer: str, email: str
) -> Replayed | Conflict:
    """Put what `commit` adds on top of `onto`, in the queue's worktree, which is at `head` afterwards.

    Authors, their dates and messages are kept; the committer is as given. A commit whose change is there
    already is left out; when all is there, `head` is `onto`. Where `onto` is in `commit`'s history nothing is
    rewritten. A history with merges in it is not taken apart: it lands by one merge commit, because merges
    may hold resolved conflicts. After a conflict the worktree is at `onto`, clean.
    """
    base = repository.merge_base(commit, onto)
    if base is None:
        return Conflict((), f"{commit} has no history in common with {onto}")
    if base in (commit, onto):
        head = commit if base == onto else onto
        git(folder, "checkout", "--quiet", "--detach", head, "--", deadline=CHECKOUT_DEADLINE)
        kept = () if head == onto else git(folder, "rev-list", "--reverse", f"{onto}..{commit}").split()
        return Replayed(head, tuple((each, each) for each in kept))
    env = {
        **without_foreign_programs(folder),
        "GIT_COMMITTER_NAME": committer,
        "GIT_COMMITTER_EMAIL": email,
        "GIT_AUTHOR_NAME": committer,
        "GIT_AUTHOR_EMAIL": email,
    }
    commits = git(folder, "rev-list", "--reverse", "--topo-order", f"{onto}..{commit}").split()
    git(folder, "checkout", "--quiet", "--detach", onto, "--", deadline=CHECKOUT_DEADLINE, env=env)
    if git(folder, "rev-list", "--merges", "--max-count=1", f"{onto}..{commit}").strip():
        return _merge(folder, commit, onto, commits, env)
    return _pick(folder, onto, commits, env)


def _merge(
    folder: Path, commit: str, onto: str, commits: list[str], env: dict[str, str]
) -> Replayed | Conflict:
    title = git(folder, "log", "-1", "--format=%s", commit).strip()
    args = ("merge", "--quiet", "--no-ff", "--no-edit", "--cleanup=verbatim", "-m", f"Merge: {title}", commit)
    done = answer(folder, *args, deadline=CHECKOUT_DEADLINE, env=env)
    if done.status:
        return _conflict(folder, onto, done.out + done.err)
    return Replayed(_head(folder), tuple((each, each) for each in commits))


def _pick(folder: Path, onto: str, commits: list[str], env: dict[str, str]) -> Replayed | Conflict:
    pairs: list[tuple[str, str]] = []
    head = onto
    for each in commits:
        args = ("cherry-pick", "--allow-empty", "--keep-redundant-commits", "--cleanup=verbatim", each)
        done = answer(folder, *args, deadline=CHECKOUT_DEADLINE, env=env)
        if done.status:
            if not git(folder, "ls-files", "--unmerged"):
                git(folder, "reset", "--quiet", "--hard", onto, "--")
                raise failure(args, done)
            return _conflict(folder, onto, done.out + done.err)
        new = _head(folder)
        if answer(folder, "diff-tree", "--quiet", head, new).status == 0:
            git(folder, "reset", "--quiet", "--hard", head, "--")
            continue
        pairs.append((each, new))
        head = new
    return Replayed(head, tuple(pairs))


def _conflict(folder: Path, onto: str, said: str) -> Conflict:
    files = git(folder, "diff", "--name-only", "--diff-filter=U", "-z").split("\0")
    git(folder, "reset", "--quiet", "--hard", onto, "--")
    git(folder, "clean", "-ffdxq")
    return Conflict(tuple(sorted({name for name in files if name})), said.strip())


def _head(folder: Path) -> str:
    return git(folder, "rev-parse", "HEAD").strip()


def push(repository: Repository, branch: str, *, old: str, new: str) -> None:
    """Move the rig's `branch` from `old` to `new`; nothing happens when it is at `new` already.

    Moved when it is not at `old`. Refused in the remote's own words, or when `new` does not follow from `old`.
    Unavailable when the remote does not answer: then nobody knows whether it was moved.
    """
    if old != NOTHING and not repository.contains(new, old):
        raise Refused(f"{new[:10]} does not follow from {old[:10]}", "replay it on the target first")
    name = f"refs/heads/{branch}"
    if not repository.is_local_checkout():
        lease = f"--force-with-lease={name}:{old}"
        remotes.push(repository.path, repository.url, f"{new}:{name}", options=(lease,))
        return
    done = answer(repository.path, "update-ref", name, new, old)
    if done.status and repository.refs(name).get(name) != new:
        if "but expected" in done.err or "reference already exists" in done.err:
            raise Moved(f"{branch} is not at {old[:10]} any more", "read it and try again")
        raise failure(("update-ref",), done)
