"""A rig's bare clone: fetching it, reading its history, freezing commits in it."""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote

from gastown.domain.observed import Absent, Observed, Present, Unknown
from gastown.errors import Invalid, NotFound, Refused, Unavailable
from gastown.world.git import addresses, remotes, targets
from gastown.world.git.command import GitFailed, answer, git, reason
from gastown.world.git.targets import NOTHING, Landed

SUBMITTED = "refs/gastown/submitted"

NO_PUSHING = "/nothing is pushed from here, gt done hands work over"
"""A place that is not there: a plain `git push` of an agent fails with these words. Ours names the URL."""

COMMITS_FORMAT = "--format=%H%x1f%an%x1f%s%x1f%ct"


@dataclass(frozen=True, slots=True)
class CommitInfo:
    """One commit as a person wants to see it."""

    id: str
    author: str
    subject: str
    at: datetime
    """When it was committed."""


class Repository:
    """The bare repository at `path` that all worktrees of a rig share. Reads raise Unavailable when they cannot."""

    def __init__(self, path: Path, url: str | Callable[[], str] | None = None) -> None:
        """`url` says where it comes from, as the rig's settings do; a function is asked at every use.

        Without it the clone's own configuration is believed, which agents can write.
        """
        self.path = path
        self._url = url

    @classmethod
    def clone(cls, url: str, path: Path, *, progress: Callable[[str], None] | None = None) -> "Repository":
        """Clone `url` to `path`, whole or not at all. `progress` is called from another thread.

        Raises Invalid, Refused when there is something at `path`, and NotFound or Unavailable with git's words.
        """
        addresses.check_url(url)
        if path.exists():
            raise Refused(f"there is {path} already", "choose another place")
        local = addresses.path_of(url)
        if local is not None and not local.expanduser().exists():
            raise NotFound(
                f"there is no repository at {addresses.masked(url)}", "give a URL or the path of a repository"
            )
        source = addresses.whole(url)
        making = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            _fill(making, source, progress)
            making.rename(path)
        except OSError as error:
            raise Unavailable(
                f"{path} cannot be made: {error.strerror}", "check the folder and the disk"
            ) from error
        finally:
            shutil.rmtree(making, ignore_errors=True)
        return cls(path, source)

    @property
    def url(self) -> str:
        """Where it comes from."""
        if self._url is None:
            return git(self.path, "config", "--get", "remote.origin.url").rstrip("\n")
        return addresses.whole(self._url() if callable(self._url) else self._url)

    def default_branch(self) -> str:
        """The branch that the remote's HEAD named at the clone; else main, master, or the only one there is.

        Refused for a repository without any commit.
        """
        branches: list[str] = [
            ref.removeprefix("refs/remotes/origin/") for ref in self.refs("refs/remotes/origin/")
        ]
        head = answer(self.path, "symbolic-ref", "--short", "HEAD").out.strip()
        only = branches if len(branches) == 1 else []
        for branch in (head, "main", "master", *only):
            if branch in branches:
                return branch
        if not branches:
            raise Refused(
                f"{addresses.masked(self.url)} has no commit yet",
                "commit and push something there first, if only a README",
            )
        raise Refused(
            f"{addresses.masked(self.url)} does not say which of its {len(branches)} branches is the main one",
            "give its HEAD a branch",
        )

    def is_local_checkout(self) -> bool:
        """Whether the remote is a repository on this computer in which somebody works: it is never pushed to."""
        folder = addresses.path_of(self.url)
        return folder is not None and remotes.is_checkout(folder)

    def fetch(self, *, patience: float = remotes.FETCH_DEADLINE) -> None:
        """Bring refs/remotes/origin up to date within `patience` seconds. Raises NotFound or Unavailable."""
        remotes.fetch(self.path, self.url, deadline=patience)

    def target(self, branch: str) -> str:
        """The commit where the rig's `branch` stands, as far as this clone knows; moves nothing. Raises NotFound.

        It is read from refs that agents can write: good enough to begin work at, not to land on. For a remote it
        is where that was last seen; beside a local checkout it is where our own is, or the checkout's when last
        seen, if that has all of ours.
        """
        seen = targets.look(self.path, branch)
        try:
            beside_checkout = self.is_local_checkout()
        except Unavailable:  # the folder is away just now; what was kept here stays so
            return seen.ours or targets.last_seen(seen)
        return targets.last_known(self.path, seen) if beside_checkout else targets.last_seen(seen)

    def read_target(self, branch: str, *, landed: Landed | None = None) -> str:
        """The commit where the rig's `branch` stands now, asked of the remote itself; its objects are here then.

        Beside a local checkout our own target moves with it when the checkout has all that landed here. What
        that is the caller says by `landed`, from the ledger: then no ref that an agent wrote counts, and our
        ref is put right. Without `landed` the ref is believed. Raises NotFound or Unavailable.
        """
        theirs = self._brought(branch)
        if self.is_local_checkout():
            return targets.follow(self.path, branch, theirs, landed)
        if theirs is None:
            raise NotFound(f"the remote has no branch {branch}", "set rig.target in its rig.toml")
        return theirs

    def kept_target(self, branch: str) -> str | None:
        """What our own ref says of a target beside a local checkout; None: nothing yet. Nothing is moved.

        Agents can write that ref. What it should be follows from the ledger and the checkout alone:
        `read_target` with `landed` works that out, and afterwards the ref is that.
        """
        return targets.look(self.path, branch).ours

    def _brought(self, branch: str) -> str | None:
        """Where the remote's branch is, once its objects are here; None when it has none."""
        for _ in range(remotes.TRIES):
            there = remotes.branch_at(self.path, self.url, branch)
            if there is None or there == targets.look(self.path, branch).remote:
                return there
            self.fetch()
            if isinstance(self.resolve(there), Present):
                return there
        raise Unavailable(f"{branch} of {addresses.masked(self.url)} keeps moving", "try again in a moment")

    def pull_command(self, branch: str) -> str:
        """What a person types to have, in their local checkout, what landed here."""
        checkout = addresses.path_of(self.url) or Path(self.url)
        if checkout.name == ".git":
            checkout = checkout.parent
        name = branch if targets.is_shown(self.path, branch) else f"{targets.TARGETS}/{branch}"
        return " ".join(quote(word) for word in ("git", "-C", str(checkout), "pull", str(self.path), name))

    def resolve(self, rev: str) -> Observed[str]:
        """The commit that `rev` names."""
        if not rev or "\n" in rev:
            return Absent()
        try:
            seen = answer(self.path, "cat-file", "--batch-check=%(objectname)", input=f"{rev}^{{commit}}\n")
        except Unavailable as problem:
            return Unknown(problem.message)
        if seen.status or seen.err:
            return Unknown(reason(seen.err) or f"git cat-file ended with {seen.status}")
        found = seen.out.strip()
        if not found.endswith((" missing", " ambiguous")):
            return Present(found)
        if rev.startswith("refs/") and rev in self.refs(rev):
            return Unknown(f"the object of {rev} is missing")
        return Absent()

    def commit(self, rev: str) -> str:
        """The commit that `rev` names. Raises NotFound or Unavailable."""
        match self.resolve(rev):
            case Present(commit):
                return commit
            case Absent():
                raise NotFound(f"there is no {rev} in {self.path}", "git fetch may bring it")
            case Unknown(why):
                raise Unavailable(f"{rev} cannot be read: {why}", f"git -C {self.path} fsck")

    def contains(self, commit: str, ancestor: str) -> bool:
        """Whether `ancestor` is `commit` or in its history."""
        return targets.contains(self.path, commit, ancestor)

    def merge_base(self, a: str, b: str) -> str | None:
        """The best common ancestor; None when the two have nothing in common."""
        seen = answer(self.path, "merge-base", a, b)
        if seen.status in (0, 1) and not seen.err:
            return seen.out.strip() or None
        raise Unavailable(
            f"the history of {a} cannot be read: {reason(seen.err)}", f"git -C {self.path} fsck"
        )

    def commits_between(self, base: str, head: str) -> Sequence[CommitInfo]:
        """The commits of `head` that `base` does not have, oldest first."""
        listed = git(
            self.path, "log", "-z", "--topo-order", "--reverse", "--no-color",
            COMMITS_FORMAT, f"{base}..{head}", "--",
        )  # fmt: skip
        return read_commits(listed)

    def refs(self, prefix: str) -> Mapping[str, str]:
        """All refs under `prefix` (or the one of that name), with what they point at."""
        listed = git(self.path, "for-each-ref", "--format=%(refname) %(objectname)", prefix.rstrip("/"))
        return dict(line.split(" ") for line in listed.splitlines())

    def freeze(self, commit: str, bead: str, generation: int) -> str:
        """Keep `commit` as what was submitted for a bead, and return the ref's name; safe to repeat.

        Refused when another commit was submitted under the same generation.
        """
        name = f"{SUBMITTED}/{bead}/{generation}"
        whole = self.commit(commit)
        made = answer(self.path, "update-ref", name, whole, NOTHING)
        if made.status == 0:
            return name
        if "check-ref-format" in made.err or "bad name" in made.err or "invalid ref" in made.err:
            raise Invalid(
                f"{bead!r} cannot be part of a ref's name", "bd create --id takes letters, digits, - and ."
            )
        match self.resolve(name):
            case Present(known) if known == whole:
                return name
            case Present(known):
                raise Refused(
                    f"{name} is {known[:10]} already, not {whole[:10]}",
                    "a generation submits one commit: sling again",
                )
            case Absent() | Unknown():
                raise GitFailed(
                    f"{name} cannot be written: {reason(made.err)}", status=made.status, err=made.err
                )

    def push_submitted(self, ref: str, *, patience: float = 120.0) -> None:
        """Copy a frozen commit to the remote under the same name; nothing for a local checkout.

        Raises Refused in the remote's own words, or Unavailable.
        """
        if not self.is_local_checkout():
            remotes.push(self.path, self.url, f"{ref}:{ref}", deadline=patience)


def read_commits(listed: str) -> Sequence[CommitInfo]:
    """What `git log -z` lists in the format `COMMITS_FORMAT`."""
    fields = (entry.split("\x1f") for entry in listed.split("\0") if entry)
    return [CommitInfo(e[0], e[1], "\x1f".join(e[2:-1]), _moment(e[-1])) for e in fields]


def _moment(seconds: str) -> datetime:
    """When that was; commits may claim any time, also one that no calendar has."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def _fill(path: Path, url: str, progress: Callable[[str], None] | None) -> None:
    path.mkdir(parents=True)
    git(path.parent, "init", "--quiet", "--bare", "--template=", str(path))
    if addresses.has_credentials(url):
        (path / "config").chmod(0o600)
    git(path, "config", "remote.origin.url", url)
    git(path, "config", "remote.origin.pushurl", NO_PUSHING)
    git(path, "config", "remote.origin.fetch", remotes.REFSPEC)
    git(path, "config", "core.logAllRefUpdates", "true")
    remotes.fetch(path, url, deadline=remotes.CLONE_DEADLINE, progress=progress)
    branch = remotes.default_branch(path, url)
    if branch is not None:
        git(path, "symbolic-ref", "HEAD", f"refs/heads/{branch}")
