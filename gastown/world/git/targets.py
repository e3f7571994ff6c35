"""Where a rig's main branch is: on the remote, or, when that is somebody's checkout, in our own clone."""

from typing import TYPE_CHECKING

from gastown.domain.observed import Absent, Present, Unknown
from gastown.errors import Busy, NotFound, Unavailable
from gastown.world.git.command import answer

if TYPE_CHECKING:
    from gastown.world.git.repository import Repository

TRIES = 3


def last_seen(repository: "Repository", branch: str) -> str:
    """Where the remote's branch was at the last fetch. Raises NotFound."""
    match repository.resolve(f"refs/remotes/origin/{branch}"):
        case Present(commit):
            return commit
        case Absent():
            raise NotFound(f"the remote has no branch {branch}", "set rig.target in its rig.toml")
        case Unknown(why):
            raise Unavailable(f"the branch {branch} cannot be read: {why}", f"git -C {repository.path} fsck")


def kept_here(repository: "Repository", branch: str) -> str:
    """Where our own branch is, after it followed the checkout's as far as that holds all of ours."""
    for _ in range(TRIES):
        name = f"refs/heads/{branch}"
        match repository.resolve(name):
            case Unknown(why):
                raise Unavailable(
                    f"the branch {branch} cannot be read: {why}", f"git -C {repository.path} fsck"
                )
            case Absent():
                wanted = last_seen(repository, branch)
                old = "0" * 40
            case Present(old):
                match repository.resolve(f"refs/remotes/origin/{branch}"):
                    case Present(theirs) if theirs != old and repository.contains(theirs, old):
                        wanted = theirs
                    case _:
                        return old
        if answer(repository.path, "update-ref", name, wanted, old).status == 0:
            return wanted
    raise Busy(f"the branch {branch} of {repository.path} keeps moving", "try again in a moment")
