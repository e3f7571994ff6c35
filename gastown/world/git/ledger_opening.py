"""libgit2 itself: how it behaves in our processes, and how a repository of the ledger is made and opened."""

import shutil
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygit2 import Repository, Signature


@cache
def _settled() -> None:
    """What libgit2 does for the whole process: nobody's settings, and what is written is made to last."""
    import pygit2
    from pygit2.enums import ConfigLevel

    for level in (ConfigLevel.SYSTEM, ConfigLevel.XDG, ConfigLevel.GLOBAL):
        pygit2.settings.search_path[level] = ""
    pygit2.settings.enable_fsync_gitdir(True)  # noqa: FBT003 - so it is called


def opened(path: Path) -> "Repository":
    """The bare repository at exactly this path."""
    import pygit2
    from pygit2.enums import RepositoryOpenFlag

    _settled()
    return pygit2.Repository(path, RepositoryOpenFlag.NO_SEARCH | RepositoryOpenFlag.BARE)


def make(path: Path) -> None:
    """Make an empty bare repository that only its owner may enter, with no hooks and from no template."""
    import pygit2
    from pygit2.enums import RepositoryInitFlag

    _settled()
    made = pygit2.init_repository(
        path, flags=RepositoryInitFlag.BARE | RepositoryInitFlag.MKPATH, initial_head="main"
    )
    made.free()
    shutil.rmtree(path / "hooks", ignore_errors=True)
    path.chmod(0o700)


def signature(name: str, email: str, at: datetime) -> "Signature":
    """Who, and when, as git keeps it: in whole seconds."""
    from pygit2 import Signature

    return Signature(name, email, max(0, int(at.timestamp())), 0)
