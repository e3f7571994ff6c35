"""A rig's repository for tests: a remote with one commit, its bare clone, and folders for worktrees."""

from collections.abc import Mapping
from dataclasses import dataclass
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
        return self.root / "refinery"

    def refs(self, prefix: str) -> Mapping[str, str]:
        """Refs of the bare clone."""
        return self.repository.refs(prefix)

    def rescued(self) -> Mapping[str, str]:
        """Rescue refs by their last two parts: worktree's name left out, stamp left out."""
        return {ref.rpartition("/")[2]: commit for ref, commit in self.refs("refs/gastown/rescue/").items()}


def a_rig(folder: Path, files: Mapping[str, str] = FILES, *, checkout: bool = False) -> GitRig:
    """Make one under `folder`; `checkout`: its remote is a repository with a worktree."""
    source = a_repository(folder / "source", files)
    origin = source
    if not checkout:
        origin = folder / "origin.git"
        git("clone", "--quiet", "--bare", str(source), str(origin), cwd=folder)
    repository = Repository.clone(str(origin), folder / "web" / "repo.git")
    return GitRig(folder / "web", origin, repository)


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
    import subprocess

    return subprocess.run(
        ["git", "cat-file", "blob", f"{rev}:{path}"], cwd=folder, capture_output=True, check=True
    ).stdout
