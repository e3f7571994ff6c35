"""The law of custody: whatever an agent did, and in whatever order we act, every commit and every byte is kept."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gastown.errors import GastownError
from gastown.world.git.worktrees import clear_stale_lock, prepare, release, remove
from tests.component.git_rig import GitRig, a_rig
from tests.support import IDENTITY

pytestmark = pytest.mark.needs("git")

Content = tuple[str, bytes]


@dataclass
class World:
    """A rig with one agent who does as it likes, and what it has made so far."""

    rig: GitRig
    commits: set[str] = field(default_factory=set[str])
    saved: set[Content] = field(default_factory=set[Content])
    """Files with contents that operations of ours took out of the worktree."""
    ticks: "count[int]" = field(default_factory=count)

    @property
    def folder(self) -> Path:
        return self.rig.polecat()

    def text(self) -> str:
        """What nobody has written before."""
        return f"text {next(self.ticks)}\n" * 3

    def agent(self, *args: str) -> None:
        """A git command of the agent's, which may fail; every commit it makes is remembered."""
        if (self.folder / ".git").exists():
            run(*args, cwd=self.folder)
            self.commits |= set(run("log", "-g", "--format=%H", cwd=self.folder).split())

    def write(self, name: str) -> None:
        if self.folder.is_dir():
            with suppress(IsADirectoryError, NotADirectoryError):
                (self.folder / name).write_text(self.text())


def run(*args: str, cwd: Path) -> str:
    done = subprocess.run(
        ["git", *args], cwd=cwd, env={**os.environ, **IDENTITY, "GIT_EDITOR": ":"}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, errors="surrogateescape", timeout=60, check=False,
    )  # fmt: skip
    return done.stdout if done.returncode == 0 else ""


# what the agent does


def edits(world: World) -> None:
    world.write("README.md")


def adds_files(world: World) -> None:
    world.write("new")
    world.write("odd\nname")


def stages(world: World) -> None:
    world.write("src/app.py")
    world.agent("add", "--all")
    world.write("src/app.py")


def commits(world: World) -> None:
    world.write("README.md")
    world.agent("add", "--all")
    world.agent("commit", "--quiet", "-m", "Work")


def amends(world: World) -> None:
    world.write("README.md")
    world.agent("commit", "--quiet", "--amend", "--all", "-m", "Work, again")


def detaches(world: World) -> None:
    world.agent("checkout", "--quiet", "--detach")


def resets(world: World) -> None:
    world.agent("reset", "--quiet", "--soft", "HEAD~1")


def goes_elsewhere(world: World) -> None:
    world.agent("checkout", "--quiet", "-B", "side", "origin/main")


def stashes(world: World) -> None:
    world.agent("stash", "push", "--quiet", "--include-untracked")


def conflicts(world: World) -> None:
    commits(world)
    world.agent("branch", "--force", "theirs")
    world.agent("reset", "--quiet", "--hard", "HEAD~1")
    commits(world)
    world.agent("rebase", "theirs")


def merges(world: World) -> None:
    commits(world)
    world.agent("branch", "--force", "theirs")
    world.agent("reset", "--quiet", "--hard", "HEAD~1")
    commits(world)
    world.agent("merge", "theirs")


def nests(world: World) -> None:
    inner = world.folder / "inner"
    if world.folder.is_dir() and not inner.exists():
        inner.mkdir()
        run("init", "--quiet", cwd=inner)
        (inner / "file").write_text(world.text())
        run("add", "file", cwd=inner)
        run("commit", "--quiet", "-m", "Inner", cwd=inner)


def hides(world: World) -> None:
    world.agent("update-index", "--assume-unchanged", "README.md")
    world.write("README.md")


def deletes_its_branch(world: World) -> None:
    branch = run("symbolic-ref", "--quiet", "HEAD", cwd=world.folder).strip() if world.folder.is_dir() else ""
    if branch:
        world.agent("update-ref", "-d", branch)


def loses_its_git_file(world: World) -> None:
    if (world.folder / ".git").is_file():
        (world.folder / ".git").unlink()


def is_deleted(world: World) -> None:
    if world.folder.is_dir():
        shutil.rmtree(world.folder)


def leaves_a_lock(world: World) -> None:
    where = world.rig.repository.path / "worktrees" / "Toast"
    if where.is_dir():
        (where / "index.lock").touch()


# what we do


def prepares_one(world: World) -> None:
    prepares(world, "polecat/Toast/we-1")


def prepares_two(world: World) -> None:
    prepares(world, "polecat/Toast/we-2")


def prepares(world: World, branch: str) -> None:
    clear_stale_lock(world.rig.repository, world.folder)
    prepare(world.rig.repository, world.folder, branch, start=world.rig.start)


def releases(world: World) -> None:
    clear_stale_lock(world.rig.repository, world.folder)
    release(world.rig.repository, world.folder)


def removes(world: World) -> None:
    clear_stale_lock(world.rig.repository, world.folder)
    remove(world.rig.repository, world.folder)


def acts_at_a_locked_door(world: World) -> None:
    leaves_a_lock(world)
    with suppress(GastownError):
        prepare(world.rig.repository, world.folder, "polecat/Toast/we-3", start=world.rig.start)


Deed = Callable[[World], None]
OURS: list[Deed] = [prepares_one, prepares_two, releases, removes, acts_at_a_locked_door]
AGENTS: list[Deed] = [
    edits, adds_files, stages, commits, amends, detaches, resets, goes_elsewhere, stashes, conflicts, merges,
    nests, hides, deletes_its_branch, loses_its_git_file, is_deleted, leaves_a_lock,
]  # fmt: skip


# what must hold


def uncommitted(folder: Path) -> set[Content]:
    """Every file that lies in the worktree and is not ignored; names as git would write them."""
    found: set[Content] = set()
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in (".git", "build")]
        for path in (Path(parent, name) for name in names if name != ".git" and not name.endswith(".log")):
            found.add((str(path.relative_to(folder)), path.read_bytes()))
    return found


def on_disk(rig: GitRig) -> set[Content]:
    places = [rig.polecat(), *(path for path in (rig.root / ".rescued").glob("*") if path.is_dir())]
    return {content for place in places for content in uncommitted(place)}


def in_refs(rig: GitRig) -> set[Content]:
    """Every file of every commit that a ref reaches, or a worktree's log."""
    repository = rig.repository.path
    found: set[Content] = set()
    known: dict[str, bytes] = {}
    for commit in reachable(rig) | logs_of(rig):
        for entry in run("ls-tree", "-r", "-z", commit, cwd=repository).split("\0"):
            info, _, name = entry.partition("\t")
            if name:
                blob = info.split()[2]
                if blob not in known:
                    known[blob] = run("cat-file", "blob", blob, cwd=repository).encode()
                found.add((name, known[blob]))
    return found


def reachable(rig: GitRig) -> set[str]:
    """Every commit that refs reach."""
    return set(run("rev-list", "--all", cwd=rig.repository.path).split())


def logs_of(rig: GitRig) -> set[str]:
    """Commits that the logs of worktrees still remember: nothing was done there that needs more."""
    found: set[str] = set()
    for log in (rig.repository.path / "worktrees").glob("*/logs/HEAD"):
        for line in log.read_text().splitlines():
            found.update(line.split()[:2])
    return found


@settings(
    max_examples=int(os.environ.get("GASTOWN_EXAMPLES", "12")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    database=None,
    derandomize="GASTOWN_EXAMPLES" not in os.environ,
)
@example([commits, detaches, commits, is_deleted, prepares_two, removes])
@example([stages, conflicts, loses_its_git_file, prepares_one, removes])
@example([commits, stashes, deletes_its_branch, amends, prepares_two, prepares_one, removes])
@example([edits, nests, stages, removes])
@example([nests, hides, releases, prepares_two, edits, releases, prepares_one])
@given(st.lists(st.one_of(st.sampled_from(AGENTS), st.sampled_from(OURS)), min_size=4, max_size=14))
def test_no_sequence_of_operations_loses_a_commit_or_an_uncommitted_byte(deeds: list[Deed]) -> None:
    with tempfile.TemporaryDirectory(prefix="gastown-law-") as folder:
        world = World(a_rig(Path(folder)))
        prepares_one(world)
        for deed in deeds:
            found = uncommitted(world.folder)
            deed(world)
            if deed in OURS:
                check(world, found, deeds)


def check(world: World, found: set[Content], deeds: list[Deed]) -> None:
    """Of what an operation of ours `found`, and of all that earlier ones saved, everything is there."""
    told = [deed.__name__ for deed in deeds]
    missing = world.commits - reachable(world.rig) - logs_of(world.rig)
    assert not missing, (told, missing)
    lost = (world.saved | found) - on_disk(world.rig)
    if lost:
        lost -= in_refs(world.rig)
    assert not lost, (told, lost)
    world.saved |= found - uncommitted(world.folder)
