"""A rig's repository for tests: a remote with one commit, its bare clone, and folders for worktrees."""

import atexit
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gastown.world.git.repository import Repository
from tests.support import a_repository, git

FILES = {"README.md": "# Example\n", "src/app.py": "print('hello')\n", ".gitignore": "*.log\nbuild/\n"}


@dataclass(frozen=True)
class GitRig:
    """What the tests of the git room work with."""

    root: Path
    origin: Path
    """The remote: bare, or a checkout in which somebody works."""
    repository: Repository

    @property
    def start(self) -> str:
        """Where work begins."""
        return self.repository.target("main")

    def polecat(self, name: str = "Toast") -> Path:
        """A polecat's folder."""
        return self.root / "polecats" / name

    @property
    def queue(self) -> Path:
        """The queue's own worktree."""
        return self.root / "queue"

    def refs(self, prefix: str) -> Mapping[str, str]:
        """Refs of the bare clone."""
        return self.repository.refs(prefix)

    def rescued(self) -> Mapping[str, str]:
        """Rescue refs by their last two parts: worktree's name left out, stamp left out."""
        return {ref.rpartition("/")[2]: commit for ref, commit in self.refs("refs/gastown/rescue/").items()}


def a_rig(folder: Path, files: Mapping[str, str] = FILES, *, checkout: bool = False) -> GitRig:
    """Make one under `folder`; `checkout`: its remote is a repository with a worktree."""
    template = _template(tuple(sorted(files.items())))
    name = "source" if checkout else "origin.git"
    shutil.copytree(template / name, folder / name)
    shutil.copytree(template / "repo.git", folder / "web" / "repo.git")
    git("config", "remote.origin.url", str(folder / name), cwd=folder / "web" / "repo.git")
    return GitRig(folder / "web", folder / name, Repository(folder / "web" / "repo.git"))


@cache
def _template(files: tuple[tuple[str, str], ...]) -> Path:
    """A source, a bare remote and the rig's clone of it, made once and copied for every test."""
    folder = Path(tempfile.mkdtemp(prefix="gastown-rig-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    source = a_repository(folder / "source", dict(files))
    git("clone", "--quiet", "--bare", "--template=", str(source), str(folder / "origin.git"), cwd=folder)
    Repository.clone(str(folder / "origin.git"), folder / "repo.git")
    return folder


def commit(folder: Path, name: str, text: str, message: str = "") -> str:
    """Commit one file in a worktree and return the commit."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    git("add", "--", name, cwd=folder)
    git("commit", "--quiet", "-m", message or f"Write {name}", cwd=folder)
    return head(folder)


def head(folder: Path, rev: str = "HEAD") -> str:
    """The commit that `rev` names."""
    return git("rev-parse", "--verify", f"{rev}^{{commit}}", cwd=folder)


def push_from_elsewhere(rig: GitRig, name: str, text: str) -> str:
    """Let somebody else push a commit to the remote's main; return it."""
    clone = rig.root.parent / f"elsewhere-{name.replace('/', '-')}"
    git("clone", "--quiet", str(rig.origin), str(clone), cwd=rig.root.parent)
    made = commit(clone, name, text)
    git("push", "--quiet", "origin", "main", cwd=clone)
    return made


def file_at(folder: Path, rev: str, path: str) -> bytes:
    """The bytes of a file of a commit."""
    return subprocess.run(
        ["git", "cat-file", "blob", f"{rev}:{path}"], cwd=folder, capture_output=True, check=True
    ).stdout
