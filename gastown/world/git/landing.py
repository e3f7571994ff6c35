"""Landing a commit: a clean checkout, the change replayed on the target, and the target moved."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gastown.domain.observed import Present
from gastown.errors import Refused, Unavailable
from gastown.world.git import remotes, targets
from gastown.world.git.command import MARK, answer, failure, git
from gastown.world.git.folders import delete
from gastown.world.git.foreign import without_foreign_programs
from gastown.world.git.orphans import outwait
from gastown.world.git.place import inside, own_attributes, with_settings
from gastown.world.git.records import Record, read_small, record_of
from gastown.world.git.remotes import Moved
from gastown.world.git.repository import Repository
from gastown.world.git.status import status, tracked
from gastown.world.process import Finished

__all__ = ["Conflict", "Moved", "Replayed", "clean_checkout", "push", "replay"]

CHECKOUT_DEADLINE = 600.0

_MERGING = (
    "-c", "merge.renames=true", "-c", "merge.directoryRenames=conflict", "-c", "merge.conflictStyle=merge",
    "-c", "merge.renormalize=false", "-c", "merge.log=false", "-c", "merge.stat=false", "-c", "merge.default=text",
)  # fmt: skip
"""A replay is the same whatever the configuration says."""

_WHOLE = {"core.sparseCheckout": "false"}
"""All files of a commit are written."""

_HARMLESS = frozenset({
    "binary", "crlf", "delta", "diff", "encoding", "eol", "export-ignore", "export-subst", "filter", "ident", "text",
    "whitespace", "working-tree-encoding",
})  # fmt: skip
"""Attributes that do not decide how two changes of a file become one."""


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
    """Put `commit` into the queue's own worktree, detached, with nothing else in it, ignored files included.

    A worktree that is missing, broken, or was made to hide something from git is made anew. Nothing in it is
    kept: only the queue works there. Raises Unavailable.
    """
    record = record_of(repository.path, folder)
    if record is None or not _sound(record) or not _cleaned(record, folder, commit):
        _rebuild(repository, folder, commit)


def _sound(record: Record) -> bool:
    """Whether it is a plain worktree: with no submodules, and no configuration that only counts there."""
    own = (record.admin / name for name in ("modules", "info/sparse-checkout", "index.lock"))
    sound = record.linked and not record.half_made and not record.furnished
    return sound and not any(path.exists() for path in own)


def _cleaned(record: Record, folder: Path, commit: str) -> bool:
    """Whether the worktree holds `commit` and nothing else now.

    The index is written anew, for the marks in it that hide files from git would outlive a reset.
    """
    env = _env(record)
    delete(record.admin / "index")
    steps = (
        ("reset", "--quiet", "--hard"),
        ("checkout", "--quiet", "--force", "--detach", commit, "--"),
        ("clean", "--quiet", "-ffdx"),
    )
    if any(answer(folder, *step, deadline=CHECKOUT_DEADLINE, env=env).status for step in steps):
        return False
    seen, files = status(folder, env), tracked(folder)
    return seen.head == commit and not seen.operation and not files.flagged and not files.missing


def _env(record: Record) -> dict[str, str]:
    return with_settings(inside(record), _WHOLE)


def _rebuild(repository: Repository, folder: Path, commit: str) -> None:
    if (record := record_of(repository.path, folder)) is not None:
        outwait(folder)
        delete(record.admin)
    delete(folder)
    env = with_settings(without_foreign_programs(repository.path), _WHOLE)
    git(
        repository.path, "worktree", "add", "--quiet", "--force", "--detach", str(folder), commit,
        deadline=CHECKOUT_DEADLINE, env={**env, MARK: str(folder)},
    )  # fmt: skip
    if (made := record_of(repository.path, folder)) is not None:
        for copied in ("config.worktree", "info/sparse-checkout"):  # agents can put them into the repository
            delete(made.admin / copied)


def replay(
    repository: Repository,
    folder: Path,
    *,
    commit: str,
    onto: str,
    committer: str,
    email: str,
    base: str | None = None,
) -> Replayed | Conflict:
    """Put what `commit` adds on top of `onto`, in the queue's clean worktree, which is at `head` afterwards.

    Authors, their dates and messages are kept; the committer is as given. A commit that changes nothing there
    is left out; when all are, `head` is `onto`. Where `onto` is in `commit`'s history nothing is rewritten. A
    history with merges in it is not taken apart, because merges may hold resolved conflicts: it lands whole,
    by one merge commit. After a conflict the worktree is at `onto`, clean.

    `base` is where the work began. What `commit` has from there and `onto` has no more was taken out of the
    target: it is not brought back, and that is a conflict.
    """
    fork = repository.merge_base(commit, onto)
    if fork is None:
        return Conflict((), f"{commit} has no history in common with {onto}")
    if base is not None and _taken_out(repository, base, commit=commit, onto=onto):
        return Conflict((), _REWRITTEN.format(base=base[:10], onto=onto[:10]))
    env = {**_env(_record(repository, folder)), **_identity(committer, email)}
    env = with_settings(env, {"core.attributesFile": own_attributes(repository.path)})
    commits = git(folder, "rev-list", "--reverse", "--topo-order", f"{onto}..{commit}", env=env).split()
    head = commit if fork == onto else onto
    git(folder, "checkout", "--quiet", "--detach", head, "--", deadline=CHECKOUT_DEADLINE, env=env)
    if head == commit or not commits:
        return Replayed(head, tuple((each, each) for each in commits))
    if (rule := _unowned_rule(repository.path)) is not None:
        return Conflict((), rule)
    if git(folder, "rev-list", "--merges", "--max-count=1", f"{onto}..{commit}", env=env).strip():
        return _merge(folder, commit, onto, commits, env)
    return _pick(folder, onto, commits, env)


_REWRITTEN = (
    "the target was rewritten: the work began at {base}, which is no longer in its history (now {onto}); "
    "put only the commits of this work on it: git rebase --onto {onto} {base}"
)


def _taken_out(repository: Repository, base: str, *, commit: str, onto: str) -> bool:
    known = isinstance(repository.resolve(base), Present)
    return known and repository.contains(commit, base) and not repository.contains(onto, base)


def _record(repository: Repository, folder: Path) -> Record:
    record = record_of(repository.path, folder)
    if record is None or not record.linked:
        raise Unavailable(f"{folder} is not the queue's worktree any more", "the queue makes it anew")
    return record


def _unowned_rule(repository: Path) -> str | None:
    """What the attributes that are in no commit say of merging, if anything: git cannot be told to pass them by."""
    file = repository / "info" / "attributes"
    if not os.path.lexists(file):
        return None
    for line in read_small(file).splitlines():
        named = [word.lstrip("-!").partition("=")[0] for word in line.split()[1:]]
        if not line.lstrip().startswith("#") and not _HARMLESS.issuperset(named):
            return f"{file} says how files are merged, in no commit: {line.strip()!r}; delete that line"
    return None


def _identity(name: str, email: str) -> dict[str, str]:
    """A cherry-pick keeps the author of what it picks; the merge commit is all ours."""
    return {
        "GIT_AUTHOR_NAME": name,
        "GIT_AUTHOR_EMAIL": email,
        "GIT_COMMITTER_NAME": name,
        "GIT_COMMITTER_EMAIL": email,
    }


def _merge(
    folder: Path, commit: str, onto: str, commits: list[str], env: Mapping[str, str]
) -> Replayed | Conflict:
    title = git(folder, "log", "-1", "--no-color", "--format=%s", commit, "--", env=env).strip()
    args = ("merge", "--quiet", "--no-ff", "--no-edit", "--no-verify", "-m", f"Merge: {title}", commit)
    done = answer(folder, *_MERGING, *args, deadline=CHECKOUT_DEADLINE, env=env)
    if done.status:
        return _conflict(folder, onto, args, done, env)
    return Replayed(_head(folder, env), tuple((each, each) for each in commits))


def _pick(folder: Path, onto: str, commits: list[str], env: Mapping[str, str]) -> Replayed | Conflict:
    pairs: list[tuple[str, str]] = []
    head = onto
    options = ("--allow-empty", "--allow-empty-message", "--keep-redundant-commits", "--cleanup=verbatim")
    for each in commits:
        args = ("cherry-pick", *options, each)
        done = answer(folder, *_MERGING, *args, deadline=CHECKOUT_DEADLINE, env=env)
        if done.status:
            return _conflict(folder, onto, args, done, env)
        new = _head(folder, env)
        if _same_files(folder, head, new, env):
            git(folder, "reset", "--quiet", "--hard", head, "--", deadline=CHECKOUT_DEADLINE, env=env)
            continue
        pairs.append((each, new))
        head = new
    return Replayed(head, tuple(pairs))


def _same_files(folder: Path, one: str, other: str, env: Mapping[str, str]) -> bool:
    """Whether two commits hold the very same; a diff would leave out what `.gitmodules` says to ignore."""
    return len(set(git(folder, "rev-parse", f"{one}^{{tree}}", f"{other}^{{tree}}", env=env).split())) == 1


def _conflict(
    folder: Path, onto: str, args: tuple[str, ...], done: Finished, env: Mapping[str, str]
) -> Conflict:
    """What conflicts, once the worktree is clean again. Raises GitFailed where git failed for another reason."""
    files = git(folder, "ls-files", "--unmerged", "-z", env=env).split("\0")
    git(folder, "reset", "--quiet", "--hard", onto, "--", deadline=CHECKOUT_DEADLINE, env=env)
    git(folder, "clean", "--quiet", "-ffdx", deadline=CHECKOUT_DEADLINE, env=env)
    if not any(files):
        raise failure(args, done)
    said = [line for line in (done.out + done.err).splitlines() if not line.startswith("hint:")]
    return Conflict(tuple(sorted({name.partition("\t")[2] for name in files if name})), "\n".join(said))


def _head(folder: Path, env: Mapping[str, str]) -> str:
    return git(folder, "rev-parse", "HEAD", env=env).strip()


def push(repository: Repository, branch: str, *, old: str, new: str) -> None:
    """Move the rig's `branch` from `old` to `new`; nothing happens when it is at `new` already.

    Moved when it is not at `old`. Refused in the remote's own words, or when `new` does not follow from `old`.
    Unavailable when the remote does not answer: then nobody knows whether it was moved.
    """
    if not repository.contains(new, old):
        raise Refused(f"{new[:10]} does not follow from {old[:10]}", "replay it on the target first")
    if repository.is_local_checkout():
        targets.land(repository.path, branch, old=old, new=new)
        return
    name = f"refs/heads/{branch}"
    remotes.push(
        repository.path, repository.url, f"{new}:{name}", options=(f"--force-with-lease={name}:{old}",)
    )
