"""Where a rig's main branch is: on the remote, or, when that is somebody's checkout, in our own clone.

What is kept here stands in a ref of our own, `refs/gastown/target/<branch>`: a commit that an agent makes on
the branch of that name by mistake has not landed. The branch shows the same wherever that is possible.

Agents can write that ref too, and it is only a note of what follows from two things that they cannot: where the
checkout's branch is, and what landed last, as the ledger says. Who knows the ledger hands that over (`Landed`).
"""

from dataclasses import dataclass
from pathlib import Path

from gastown.errors import Busy, NotFound, Unavailable
from gastown.world.git.command import answer, failure, git, reason
from gastown.world.git.records import records
from gastown.world.git.remotes import Moved

TARGETS = "refs/gastown/target"
NOTHING = "0" * 40
"""As an old value: the ref must not exist yet."""

TRIES = 5


@dataclass(frozen=True, slots=True)
class Places:
    """The refs in which a target can be seen; None: there is no such ref."""

    branch: str
    remote: str | None
    ours: str | None
    shown: str | None


@dataclass(frozen=True, slots=True)
class Landed:
    """What the ledger knows of one target of a rig."""

    last: str | None
    """The commit that the newest merged request put there (its landing_new); None: nothing has landed yet."""
    begun: str | None = None
    """The commit of a landing that was written down and whose end nobody wrote down yet."""


def look(repository: Path, branch: str) -> Places:
    """Read all refs of one target at once. Raises Unavailable."""
    names = (f"refs/remotes/origin/{branch}", f"{TARGETS}/{branch}", f"refs/heads/{branch}")
    listed = git(repository, "for-each-ref", "--format=%(refname) %(objectname)", *names)
    found = dict(line.split(" ") for line in listed.splitlines())
    return Places(branch, *(found.get(name) for name in names))


def last_seen(seen: Places) -> str:
    """Where the remote's branch was at the last fetch. Raises NotFound."""
    if seen.remote is None:
        raise NotFound(f"the remote has no branch {seen.branch}", "set rig.target in its rig.toml")
    return seen.remote


def last_known(repository: Path, seen: Places) -> str:
    """Where a target beside a checkout stands, as far as our own refs say; nothing is moved. Raises NotFound."""
    return _standing(repository, seen.branch, theirs=seen.remote, ours=seen.ours)


def follow(repository: Path, branch: str, theirs: str | None, landed: Landed | None = None) -> str:
    """Where our own target stands, after it followed the checkout's, now at `theirs`, if that has all of ours.

    With `landed` ours is what landed last, whatever our ref says, and the ref is put right. Without it, the ref
    is believed. Raises NotFound when there is neither.
    """
    for _ in range(TRIES):
        seen = look(repository, branch)
        ours = seen.ours if landed is None else _last_landed(repository, landed, seen.ours)
        wanted = _standing(repository, branch, theirs=theirs, ours=ours)
        if wanted == seen.ours or move(repository, branch, old=seen.ours, new=wanted):
            if wanted != seen.shown:
                _show(repository, seen, wanted)
            return wanted
    raise Busy(f"the target {branch} of {repository} keeps moving", "try again in a moment")


def move(repository: Path, branch: str, *, old: str | None, new: str) -> bool:
    """Set our own target; False when it is not at `old`; None: when there is one. Raises Unavailable."""
    args = ("update-ref", f"{TARGETS}/{branch}", new, old or NOTHING)
    done = answer(repository, *args)
    if done.status and not any(
        sign in done.err for sign in ("but expected", "already exists", "unable to resolve")
    ):
        raise failure(args, done)
    return done.status == 0


def land(repository: Path, branch: str, *, old: str, new: str) -> None:
    """Move our own target from `old` to `new`, and show it. Moved when it is somewhere else."""
    seen = look(repository, branch)
    if seen.ours != new and not move(repository, branch, old=old if seen.ours else None, new=new):
        raise Moved(f"{branch} is not at {old[:10]} any more", "read it and try again")
    _show(repository, seen, new)


def is_shown(repository: Path, branch: str) -> bool:
    """Whether the branch of that name stands where our target does."""
    seen = look(repository, branch)
    return seen.ours is not None and seen.ours == seen.shown


def _last_landed(repository: Path, landed: Landed, ref: str | None) -> str | None:
    """What landed last: a landing that was begun is one when our ref is there. None: nothing that is here did."""
    if landed.begun is not None and landed.begun == ref:
        return ref
    if landed.last is None or landed.last == ref:
        return landed.last
    return landed.last if answer(repository, "cat-file", "-e", landed.last).status == 0 else None


def _standing(repository: Path, branch: str, *, theirs: str | None, ours: str | None) -> str:
    if theirs is None and ours is None:
        raise NotFound(f"the remote has no branch {branch}", "set rig.target in its rig.toml")
    if theirs is None or theirs == ours:
        return ours or ""
    return theirs if ours is None or contains(repository, theirs, ours) else ours


def _show(repository: Path, seen: Places, commit: str) -> None:
    """Let the branch follow, unless it has commits of its own or is checked out somewhere: then it stays."""
    if seen.shown is not None:
        taken = any(record.branch == seen.branch for record in records(repository))
        if taken or not contains(repository, commit, seen.shown):
            return
    answer(repository, "update-ref", f"refs/heads/{seen.branch}", commit, seen.shown or NOTHING)


def contains(repository: Path, commit: str, ancestor: str) -> bool:
    """Whether `ancestor` is `commit` or in its history. Raises Unavailable."""
    seen = answer(repository, "merge-base", "--is-ancestor", ancestor, commit)
    if seen.status in (0, 1) and not seen.err:
        return seen.status == 0
    why = reason(seen.err)
    raise Unavailable(f"the history of {commit} cannot be read: {why}", f"git -C {repository} fsck")
