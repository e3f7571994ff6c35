"""The ledger's history and other repositories: what is fetched from them, and what is pushed to them."""

from collections.abc import Sequence
from pathlib import Path

from gastown.errors import Busy, Refused
from gastown.world.git import remotes
from gastown.world.git.addresses import masked
from gastown.world.git.command import answer, failure, git
from gastown.world.git.foreign import straight_to

MAIN = "refs/heads/main"
SHARED = "refs/gastown/ledger"
"""Where a rig's own remote keeps the beads of the rig."""

FETCH_DEADLINE = 600.0
_FETCHED = "refs/remotes"


def tips(repository: Path, url: str, *refs: str) -> dict[str, str]:
    """The commits at these refs of a remote, asked of it now. Raises NotFound or Unavailable."""
    args = ("ls-remote", "--upload-pack=git-upload-pack", "--", url, *refs)
    done = answer(repository, *args, deadline=remotes.FETCH_DEADLINE, env=straight_to(repository, url))
    if done.status:
        raise remotes.unreachable(url, done.err)
    lines = (line.split("\t") for line in done.out.splitlines() if "\t" in line)
    return {ref: commit for commit, ref in lines if ref in refs}


def fetch(repository: Path, url: str, ref: str, name: str, *, shallow: bool = False) -> str | None:
    """Bring what the remote has at `ref` here, as refs/remotes/`name`; gives the commit, None when it has none.

    Its objects are checked as they come. `shallow`: without what came before. Raises NotFound or Unavailable.
    """
    if ref not in tips(repository, url, ref):
        return None
    kept = f"{_FETCHED}/{name}"
    settings = [word for key, value in remotes.STALLED.items() for word in ("-c", f"{key}={value}")]
    options = [
        "--no-tags",
        "--refmap=",
        "--no-write-fetch-head",
        "--no-recurse-submodules",
        "--no-auto-maintenance",
    ]
    own = ["--quiet", "--upload-pack=git-upload-pack", *(["--depth=1"] if shallow else [])]
    args = (*settings, "-c", "fetch.fsckObjects=true", "fetch", *options, *own, "--", url, f"+{ref}:{kept}")
    done = answer(repository, *args, deadline=FETCH_DEADLINE, env=straight_to(repository, url))
    if done.status:
        raise remotes.unreachable(url, done.err)
    return git(repository, "rev-parse", "--verify", f"{kept}^{{commit}}").strip()


def push(repository: Path, url: str, commit: str, ref: str) -> None:
    """Let the remote's `ref` stand at `commit`. Raises Busy when that would take away what others pushed.

    Never forced. Raises Refused in the remote's own words, NotFound or Unavailable.
    """
    try:
        remotes.push(repository, url, f"{commit}:{ref}", deadline=FETCH_DEADLINE)
    except remotes.Moved as behind:
        raise Busy(f"{masked(url)} has what is not here yet", "gt ledger pull, then push again") from behind
    except Refused as refusal:
        bare = "a branch that somebody has checked out is not pushed to: name a bare repository"
        raise Refused(
            refusal.message, bare if "checked out" in refusal.message else refusal.hint
        ) from refusal


def common(repository: Path, one: str, other: str) -> Sequence[str]:
    """All best common ancestors of two commits, in the same order whichever comes first; none: unrelated.

    Raises GitFailed when that cannot be told: taken for unrelated, what was removed would come back.
    """
    args = ("merge-base", "--all", one, other)
    done = answer(repository, *args)
    if done.status not in (0, 1):
        raise failure(args, done)
    return sorted(done.out.split())


def contains(repository: Path, newer: str, older: str) -> bool:
    """Whether `newer` is `older`, or came after it."""
    return answer(repository, "merge-base", "--is-ancestor", older, newer).status == 0


def is_here(repository: Path, commit: str) -> bool:
    """Whether this commit was fetched before."""
    return answer(repository, "cat-file", "-e", f"{commit}^{{commit}}").status == 0
