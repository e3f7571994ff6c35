"""Other repositories: whether somebody works there, what is fetched from them, and what is pushed to them."""

import re
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Self

from gastown.errors import Busy, GastownError, NotFound, Refused, Unavailable
from gastown.world.git.addresses import masked
from gastown.world.git.command import answer, hint_for, reason
from gastown.world.git.foreign import straight_to
from gastown.world.process import Finished

REFSPEC = "+refs/heads/*:refs/remotes/origin/*"
FETCH_DEADLINE = 120.0
CLONE_DEADLINE = 3600.0
STALLED = {"http.lowSpeedLimit": "1000", "http.lowSpeedTime": "60"}
"""A transfer over HTTP slower than this many bytes a second for this many seconds is given up."""

TRIES = 4
_RACE = ("cannot lock ref", "unable to update local ref", "fetch-pack: unable to")
_LOST = (
    "stale info",
    "fetch first",
    "non-fast-forward",
    "cannot lock ref",
    "failed to update ref",
    "incorrect old value",
)
_BUSY = ".lock': File exists"
_ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_MISSING = re.compile(
    r"not found|does not exist|not appear to be a git repository|no such file", re.IGNORECASE
)


class Moved(Busy):
    """The branch is not where it was expected; nothing was changed."""


def is_checkout(folder: Path) -> bool:
    """Whether a folder holds a repository in which somebody works. Unavailable when it cannot be read.

    One is taken for bare only where it says so itself, and only while it has no other worktrees.
    """
    if (folder / ".git").exists():
        return True
    if not (folder / "HEAD").is_file():
        raise Unavailable(f"there is no repository at {folder} any more", "bring it back, or gt rig remove")
    bare = answer(folder, "config", "--file", str(folder / "config"), "--type=bool", "core.bare")
    worktrees = folder / "worktrees"
    try:
        return bare.out.strip() != "true" or (worktrees.is_dir() and any(worktrees.iterdir()))
    except OSError as error:
        raise Unavailable(f"{worktrees} cannot be read: {error.strerror}", "check its rights") from error


def fetch(
    repository: Path,
    url: str,
    *,
    deadline: float = FETCH_DEADLINE,
    progress: Callable[[str], None] | None = None,
) -> None:
    """Bring refs/remotes/origin up to date, and nothing else. Raises NotFound or Unavailable.

    The refspec is given, not read: a configured one that an agent changed could make pruning delete branches.
    """
    settings = [word for key, value in STALLED.items() for word in ("-c", f"{key}={value}")]
    options = ["--prune", "--no-prune-tags", "--refmap=", "--no-write-fetch-head", "--no-recurse-submodules"]
    own = ["--update-shallow", "--no-auto-maintenance", "--quiet", "--upload-pack=git-upload-pack"]
    args = (*settings, "fetch", *options, *own, "--", url, REFSPEC)
    for attempt in range(TRIES):
        with _told(repository, progress):
            done = _asked(repository, url, *args, deadline=deadline)
        if done.status == 0:
            return
        if attempt + 1 == TRIES or not any(race in done.err for race in _RACE):
            raise unreachable(url, done.err)
        time.sleep(0.1 * 2**attempt)  # somebody else fetches into the same refs


def push(
    repository: Path,
    url: str,
    *refspecs: str,
    options: tuple[str, ...] = (),
    deadline: float = FETCH_DEADLINE,
) -> Finished:
    """Push `refspecs`. Raises Refused in the remote's own words, Moved when a lease did not hold, or Unavailable."""
    plain = ["--no-follow-tags", "--recurse-submodules=no", "--no-verify", "--receive-pack=git-receive-pack"]
    args = ("push", "--porcelain", "--no-signed", *plain, *options, "--", url, *refspecs)
    done = _asked(repository, url, *args, deadline=deadline)
    for attempt in range(TRIES):
        if not _locked(done):
            break
        time.sleep(0.1 * 2**attempt)  # somebody else pushes to the same branch
        done = _asked(repository, url, *args, deadline=deadline)
    if done.status == 0:
        return done
    why = _rejection(done)
    if not why:
        raise unreachable(url, done.err)
    words = masked("; ".join(_remotes_words(done)) or why)
    if _locked(done):
        raise Unavailable(
            f"{masked(url)} is locked: {words}", "a git works there, or left a lock when killed"
        )
    if any(race in why for race in _LOST):
        raise Moved(f"{refspecs[0].rpartition(':')[2]} has moved on {masked(url)}", "fetch and try again")
    raise Refused(f"{masked(url)} refuses it: {words}", "see what the remote asks for")


def _rejection(done: Finished) -> str:
    """Why the first ref was not taken; empty: git did not come that far."""
    rejected = [line.split("\t") for line in done.out.splitlines() if line.startswith("!\t")]
    return rejected[0][-1] if rejected else ""


def _remotes_words(done: Finished) -> list[str]:
    lines = _ESCAPES.sub("", done.err).splitlines()
    said = [line.removeprefix("remote: ").strip() for line in lines if line.startswith("remote: ")]
    return [word for word in said if word]


def _locked(done: Finished) -> bool:
    """Whether the remote could not write the ref because another git does, or did when it was killed."""
    why = _rejection(done)
    return any(race in why for race in _LOST) and any(_BUSY in word for word in _remotes_words(done))


def unreachable(url: str, err: str) -> GastownError:
    """Why `url` cannot be read, in git's own words."""
    said = masked(reason(err)) or "git did not say why"
    kind = NotFound if _MISSING.search(said) and "cannot run" not in said else Unavailable
    hint = hint_for(err) or f"try: git ls-remote {masked(url)}"
    return kind(f"cannot read {masked(url)}: {said}", hint)


def default_branch(repository: Path, url: str) -> str | None:
    """The branch that the remote's HEAD names, asked of the remote; None when it names none."""
    args = ("ls-remote", "--symref", "--upload-pack=git-upload-pack", "--", url, "HEAD")
    done = _asked(repository, url, *args)
    if done.status:
        raise unreachable(url, done.err)
    named = re.match(r"ref: refs/heads/(\S+)\tHEAD", done.out)
    return named[1] if named else None


def branch_at(repository: Path, url: str, branch: str) -> str | None:
    """The commit of a branch, asked of the remote itself; None when it has no such branch."""
    name = f"refs/heads/{branch}"
    args = ("ls-remote", "--upload-pack=git-upload-pack", "--", url, name)
    done = _asked(repository, url, *args)
    if done.status:
        raise unreachable(url, done.err)
    found = (line.split("\t") for line in done.out.splitlines() if "\t" in line)
    return next((commit for commit, ref in found if ref == name), None)


def _asked(repository: Path, url: str, *args: str, deadline: float = FETCH_DEADLINE) -> Finished:
    """How a git that speaks with `url` ended. Raises Unavailable when it is silent, or could be led elsewhere."""
    env = straight_to(repository, url)
    try:
        return answer(repository, *args, deadline=deadline, env=env)
    except Unavailable as silent:
        raise Unavailable(f"cannot reach {masked(url)}: {silent.message}", silent.hint) from silent


def _told(repository: Path, progress: Callable[[str], None] | None) -> AbstractContextManager[object]:
    return nullcontext() if progress is None else _Progress(repository, progress)


class _Progress:
    """Says every few seconds how much of a clone has arrived, from a thread of its own."""

    EVERY = 2.0

    def __init__(self, repository: Path, say: Callable[[str], None]) -> None:
        self._packs = repository / "objects" / "pack"
        self._say = say
        self._over = Event()
        self._thread = Thread(target=self._watch, name="clone progress", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(self.EVERY):
            self._say(f"received {self._arrived() / 1e6:.0f} MB")

    def _arrived(self) -> int:
        sizes: Mapping[Path, int] = {}
        try:
            sizes = {file: file.stat().st_size for file in self._packs.iterdir()}
        except OSError:  # files come and go while git works
            return 0
        return sum(sizes.values())
