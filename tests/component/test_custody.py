"""Nothing that a worktree holds is lost: snapshots byte for byte, loose commits, stashes, folders moved whole."""

import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from gastown.domain.custody import CustodyFacts
from gastown.domain.observed import Unknown
from gastown.errors import Busy, GastownError, Unavailable
from gastown.world.git import snapshot
from gastown.world.git.custody import Secured, inspect, restore_hint, secure
from gastown.world.git.worktrees import prepare, remove, status
from tests.component.git_rig import GitRig, a_rig, commit, file_at, head
from tests.support import git

pytestmark = pytest.mark.needs("git")

BRANCH = "polecat/Toast/we-1"
NOW = datetime(2026, 5, 4, 3, 2, 1, 987_654, tzinfo=UTC)


@pytest.fixture
def rig(tmp_path: Path) -> GitRig:
    rig = a_rig(tmp_path)
    prepare(rig.repository, rig.polecat(), BRANCH, start=rig.start)
    return rig


def secured(rig: GitRig) -> Secured:
    return secure(rig.repository, rig.polecat(), reason="a test", now=NOW)


def raw_git(*args: str, cwd: Path, said: bytes = b"") -> bytes:
    """What git prints, as bytes."""
    return subprocess.run(["git", *args], cwd=cwd, input=said, capture_output=True, check=True).stdout


def raw_status(folder: Path) -> str:
    """What git says of a worktree, and the bytes of its index: looking must change neither."""
    index = Path(git("rev-parse", "--git-path", "index", cwd=folder))
    return git("status", "--porcelain=v2", "-uall", cwd=folder) + str(hash(index.read_bytes()))


def files_of(folder: Path) -> dict[bytes, tuple[str, bytes]]:
    """Every file below `folder`, names as bytes, with its mode as git knows it; `.git` left out."""
    found: dict[bytes, tuple[str, bytes]] = {}
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != ".git"]
        for path in (Path(parent, name) for name in names if name != ".git"):
            key = os.fsencode(path.relative_to(folder))
            if path.is_symlink():
                found[key] = ("120000", os.fsencode(path.readlink()))
            else:
                found[key] = ("100755" if path.stat().st_mode & 0o100 else "100644", path.read_bytes())
    return found


def files_in(rig: GitRig, rev: str) -> dict[bytes, tuple[str, bytes]]:
    """The same of a commit, straight from its objects."""
    listed = raw_git("ls-tree", "-r", "-z", rev, cwd=rig.repository.path)
    entries = (entry.split(b"\t", 1) for entry in listed.split(b"\0") if entry)
    found = ((name, info.decode().split()) for info, name in entries)
    return {
        name: (mode, raw_git("cat-file", "blob", blob, cwd=rig.repository.path))
        for name, (mode, _, blob) in found
    }


def test_a_clean_worktree_costs_nothing(rig: GitRig) -> None:
    commit(rig.polecat(), "a", "a")
    assert secured(rig).places == ()
    assert rig.rescued() == {}


def test_staged_and_unstaged_changes_are_told_apart(rig: GitRig) -> None:
    folder = rig.polecat()
    (folder / "README.md").write_text("staged\n")
    git("add", "README.md", cwd=folder)
    (folder / "README.md").write_text("not staged\n")
    (folder / "new").write_text("untracked\n")
    before = raw_status(folder)
    kept = secured(rig)
    assert kept.refs == ("refs/gastown/rescue/Toast/20260504T030201-987/worktree",)
    (worktree,) = kept.refs
    repository = rig.repository.path
    assert file_at(repository, f"{worktree}^2", "README.md") == b"staged\n"
    assert file_at(repository, worktree, "README.md") == b"not staged\n"
    assert file_at(repository, worktree, "new") == b"untracked\n"
    assert head(repository, f"{worktree}^") == head(folder)
    assert raw_status(folder) == before


def test_a_snapshot_says_where_it_is_from_and_how_it_comes_back(rig: GitRig) -> None:
    (rig.polecat() / "README.md").write_text("changed\n")
    kept = secured(rig)
    told = git("log", "-1", "--format=%s%n%an", kept.refs[0], cwd=rig.repository.path)
    assert told == f"Uncommitted in Toast on {BRANCH} (a test)\nGas Town custody"
    git("reset", "--quiet", "--hard", cwd=rig.polecat())
    for line in restore_hint(kept.refs).splitlines():
        git(*line.split()[1:], cwd=rig.polecat())
    assert (rig.polecat() / "README.md").read_text() == "changed\n"


def test_every_kind_of_file_is_kept_byte_for_byte(rig: GitRig) -> None:
    odd = {
        b"new\nline": b"a name with a newline",
        b"latin-\xe9": b"a name that is not UTF-8",
        b' "quoted" \\ \t': b"",
        b"-rf": b"an option?",
        b":(top)*": b"a pathspec?",
        b"deep/er/file": bytes(range(256)) * 100,
        b"crlf.txt": b"one\r\ntwo\nthree\r",
        b"src/app.py": b"print('changed')\r\n",
        b"README.md/inner": b"a file became a folder",
    }
    folder = rig.polecat()
    (folder / "README.md").unlink()
    for name, data in odd.items():
        path = folder / os.fsdecode(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (folder / "crlf.txt").chmod(0o755)
    (folder / "link").symlink_to(os.fsdecode(b"no/where\xe9"))
    kept = secured(rig)
    assert files_in(rig, kept.refs[-1]) == files_of(folder)


@pytest.mark.parametrize("autocrlf", ["true", "input", "false"])
@pytest.mark.parametrize(
    "attributes",
    ["", "* text=auto\n", "* text eol=crlf\n", "* ident\n", "* working-tree-encoding=UTF-16LE\n"],
    ids=["none", "auto", "crlf", "ident", "encoding"],
)
def test_no_conversion_touches_a_snapshot(rig: GitRig, autocrlf: str, attributes: str) -> None:
    folder = rig.polecat()
    commit(folder, "text", "one\ntwo\n")
    git("config", "core.autocrlf", autocrlf, cwd=folder)
    (folder / ".gitattributes").write_text(attributes)
    encoding = "utf-16-le" if "UTF-16" in attributes else "utf-8"
    (folder / "text").write_bytes("$Id: x$ mixed\r\nends\nö\r\n".encode(encoding))
    (folder / "new").write_bytes("$Id$ also\r\nmixed\n".encode(encoding))
    kept = secured(rig)
    assert files_in(rig, kept.refs[-1]) == files_of(folder)


def test_a_filter_that_an_agent_set_neither_runs_nor_changes_a_snapshot(rig: GitRig, tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    folder = rig.polecat()
    git("config", "filter.bad.clean", f"touch {witness}; sed s/secret/hidden/", cwd=folder)
    (folder / ".gitattributes").write_text("* filter=bad\n")
    (folder / "file").write_text("secret\n")
    facts = inspect(rig.repository, folder)
    assert isinstance(facts, CustodyFacts)
    kept = secured(rig)
    assert file_at(rig.repository.path, kept.refs[-1], "file") == b"secret\n"
    assert not witness.exists()


def test_ignored_files_are_no_part_of_it(rig: GitRig) -> None:
    (rig.polecat() / "noise.log").write_text("x")
    (rig.polecat() / "build").mkdir()
    (rig.polecat() / "build" / "out").write_text("x")
    assert secured(rig).places == ()


def test_modes_alone_are_a_change(rig: GitRig) -> None:
    (rig.polecat() / "README.md").chmod(0o755)
    kept = secured(rig)
    listed = git("ls-tree", kept.refs[-1], "README.md", cwd=rig.repository.path)
    assert listed.startswith("100755")


def test_a_split_index_is_read_too(rig: GitRig) -> None:
    git("update-index", "--split-index", cwd=rig.polecat())
    (rig.polecat() / "README.md").write_text("staged\n")
    git("add", "README.md", cwd=rig.polecat())
    kept = secured(rig)
    assert file_at(rig.repository.path, kept.refs[0], "README.md") == b"staged\n"


def test_saving_the_same_again_adds_nothing(rig: GitRig) -> None:
    (rig.polecat() / "new").write_text("x")
    first = secured(rig)
    later = secure(rig.repository, rig.polecat(), reason="again")
    assert later.refs == first.refs
    (rig.polecat() / "new").write_text("y")
    assert secured(rig).refs == ("refs/gastown/rescue/Toast/20260504T030201-987-2/worktree",)


def test_a_branch_without_any_commit_is_saved(rig: GitRig) -> None:
    git("checkout", "--quiet", "--orphan", "fresh", cwd=rig.polecat())
    (rig.polecat() / "README.md").write_text("orphan\n")
    kept = secured(rig)
    assert file_at(rig.repository.path, kept.refs[-1], "README.md") == b"orphan\n"


def test_files_that_keep_changing_are_busy_not_lost(rig: GitRig, monkeypatch: pytest.MonkeyPatch) -> None:
    trees = count()

    def never_the_same(*_: object) -> str:
        return str(next(trees))

    monkeypatch.setattr(snapshot, "_add_all", never_the_same)
    (rig.polecat() / "new").write_text("x")
    with pytest.raises(Busy, match="keep changing"):
        secured(rig)


# commits


def test_a_detached_commit_gets_a_ref(rig: GitRig) -> None:
    git("checkout", "--quiet", "--detach", cwd=rig.polecat())
    made = commit(rig.polecat(), "a", "a")
    assert rig.refs(secured(rig).refs[0]) == {
        f"refs/gastown/rescue/Toast/20260504T030201-987/commit-{made[:10]}": made
    }


def test_commits_that_only_the_log_remembers_get_refs_at_their_tips(rig: GitRig) -> None:
    folder = rig.polecat()
    first = commit(folder, "a", "a")
    second = commit(folder, "b", "b")
    git("reset", "--quiet", "--hard", rig.start, cwd=folder)
    third = commit(folder, "c", "c")
    git("commit", "--quiet", "--amend", "-m", "Reworded", cwd=folder)
    kept = secured(rig)
    assert set(rig.rescued().values()) == {second, third}
    assert rig.repository.contains(second, first)
    assert secured(rig).refs == ()
    assert len(kept.refs) == 2


def test_a_branch_that_was_deleted_under_the_worktree_is_kept(rig: GitRig) -> None:
    made = commit(rig.polecat(), "a", "a")
    git("update-ref", "-d", f"refs/heads/{BRANCH}", cwd=rig.repository.path)
    secured(rig)
    assert made in rig.rescued().values()


def test_what_the_remote_has_is_not_pinned(rig: GitRig) -> None:
    git("checkout", "--quiet", "--detach", "origin/main", cwd=rig.polecat())
    assert secured(rig).places == ()


# stashes


def test_stashes_go_with_their_branch_and_stay_where_they_are(rig: GitRig) -> None:
    other = rig.polecat("Nux")
    prepare(rig.repository, other, "polecat/Nux/we-2", start=rig.start)
    for folder in (rig.polecat(), other):
        (folder / "README.md").write_text(f"stashed in {folder.name}\n")
        git("stash", "push", "--quiet", "-m", f"of {folder.name}", cwd=folder)
    listed = git("stash", "list", cwd=rig.polecat())
    kept = secured(rig)
    assert len(kept.refs) == 1
    assert file_at(rig.repository.path, kept.refs[0], "README.md") == b"stashed in Toast\n"
    assert secured(rig).refs == ()
    assert git("stash", "list", cwd=rig.polecat()) == listed


def test_a_stash_made_on_a_detached_head_is_known_by_its_commit(rig: GitRig) -> None:
    git("checkout", "--quiet", "--detach", cwd=rig.polecat())
    made = commit(rig.polecat(), "a", "a")
    (rig.polecat() / "a").write_text("stashed")
    git("stash", "push", "--quiet", cwd=rig.polecat())
    kept = secured(rig)
    assert {rig.refs(ref)[ref] for ref in kept.refs} == {made, head(rig.repository.path, "refs/stash")}


def test_untracked_files_in_a_stash_are_kept_with_it(rig: GitRig) -> None:
    (rig.polecat() / "new").write_text("untracked")
    git("stash", "push", "--quiet", "--include-untracked", cwd=rig.polecat())
    (ref,) = secured(rig).refs
    git("stash", "drop", "--quiet", cwd=rig.polecat())
    git(*restore_hint([ref]).split()[1:], cwd=rig.polecat())
    assert (rig.polecat() / "new").read_text() == "untracked"


# moved aside whole


def conflicting(rig: GitRig) -> None:
    """Leave two branches that both changed the README."""
    folder = rig.polecat()
    commit(folder, "README.md", "mine\n")
    git("checkout", "--quiet", "-b", "theirs", rig.start, cwd=folder)
    commit(folder, "README.md", "theirs\n")
    git("checkout", "--quiet", BRANCH, cwd=folder)


def failing(*args: str, cwd: Path) -> None:
    with pytest.raises(AssertionError):
        git(*args, cwd=cwd)


def a_merge(rig: GitRig) -> str:
    conflicting(rig)
    failing("merge", "theirs", cwd=rig.polecat())
    return "a merge is in progress"


def a_rebase(rig: GitRig) -> str:
    conflicting(rig)
    failing("rebase", "theirs", cwd=rig.polecat())
    return "a rebase is in progress"


def a_cherry_pick(rig: GitRig) -> str:
    conflicting(rig)
    failing("cherry-pick", "theirs", cwd=rig.polecat())
    return "a cherry-pick is in progress"


def an_unmerged_index(rig: GitRig) -> str:
    conflicting(rig)
    blob = git("hash-object", "-w", "README.md", cwd=rig.polecat())
    lines = "".join(f"100644 {blob} {stage}\tunmerged\n" for stage in (1, 2, 3))
    raw_git("update-index", "--index-info", cwd=rig.polecat(), said=lines.encode())
    return "its index has 1 unmerged file"


def a_nested_repository(rig: GitRig) -> str:
    inner = rig.polecat() / "lib"
    inner.mkdir()
    git("init", "--quiet", cwd=inner)
    commit(inner, "x", "inner")
    return "it holds a repository of its own: lib/"


def a_nested_repository_that_was_staged(rig: GitRig) -> str:
    because = a_nested_repository(rig).rstrip("/")
    git("add", "--all", cwd=rig.polecat())
    return because


def a_nested_repository_that_was_committed(rig: GitRig) -> str:
    because = a_nested_repository_that_was_staged(rig)
    git("commit", "--quiet", "-m", "By mistake", cwd=rig.polecat())
    return because


def hidden_changes(rig: GitRig) -> str:
    git("update-index", "--assume-unchanged", "README.md", cwd=rig.polecat())
    (rig.polecat() / "README.md").write_text("hidden\n")
    return "git was told to overlook 1 file in it"


def skipped_changes(rig: GitRig) -> str:
    git("update-index", "--skip-worktree", "README.md", cwd=rig.polecat())
    (rig.polecat() / "README.md").write_text("hidden\n")
    return "git was told to overlook 1 file in it"


def a_damaged_index(rig: GitRig) -> str:
    (rig.polecat() / "README.md").write_text("changed\n")
    index = Path(git("rev-parse", "--git-path", "index", cwd=rig.polecat()))
    index.write_bytes(b"damaged")
    return "its index cannot be read: "


BEYOND = [
    a_merge, a_rebase, a_cherry_pick, an_unmerged_index, a_nested_repository,
    a_nested_repository_that_was_staged, a_nested_repository_that_was_committed, hidden_changes, skipped_changes,
    a_damaged_index,
]  # fmt: skip


@pytest.mark.parametrize("situation", BEYOND, ids=lambda each: each.__name__)
def test_what_no_snapshot_holds_is_moved_aside_whole(rig: GitRig, situation: Callable[[GitRig], str]) -> None:
    because = situation(rig)
    before = files_of(rig.polecat())
    commits = head(rig.repository.path, BRANCH)
    kept = secured(rig)
    assert kept.because.startswith(because)
    assert kept.moved_to is not None
    assert kept.moved_to == rig.root / ".rescued" / "Toast-20260504T030201-987"
    assert not rig.polecat().exists()
    assert files_of(kept.moved_to) == before
    assert because in kept.moved_to.with_name(f"{kept.moved_to.name}.txt").read_text()
    prepared = prepare(rig.repository, rig.polecat(), BRANCH, start=rig.start)
    assert (prepared.head, prepared.made) == (commits, True)


def test_a_moved_worktree_goes_on_working(rig: GitRig) -> None:
    a_merge(rig)
    kept = secured(rig)
    assert kept.moved_to is not None
    prepare(rig.repository, rig.polecat(), BRANCH, start=rig.start)
    (kept.moved_to / "README.md").write_text("resolved\n")
    git("add", "README.md", cwd=kept.moved_to)
    git("commit", "--quiet", "-m", "Merge", cwd=kept.moved_to)
    assert status(kept.moved_to).branch is None
    assert not status(kept.moved_to).dirty


def with_a_submodule(rig: GitRig, tmp_path: Path) -> Path:
    library = a_rig(tmp_path / "library").origin
    folder = rig.polecat()
    git("-c", "protocol.file.allow=always", "submodule", "add", "--quiet", str(library), "lib", cwd=folder)
    git("commit", "--quiet", "-m", "Add lib", cwd=folder)
    return folder / "lib"


def test_a_submodule_with_changes_goes_along(rig: GitRig, tmp_path: Path) -> None:
    submodule = with_a_submodule(rig, tmp_path)
    assert secured(rig).moved_to is None
    (submodule / "README.md").write_text("changed\n")
    kept = secured(rig)
    assert kept.because == "it holds a repository of its own: lib"
    assert kept.moved_to is not None
    assert (kept.moved_to / "lib" / "README.md").read_text() == "changed\n"


def test_a_submodules_own_commits_survive_the_removal_of_the_worktree(rig: GitRig, tmp_path: Path) -> None:
    submodule = with_a_submodule(rig, tmp_path)
    git("checkout", "--quiet", "-b", "work", cwd=submodule)
    made = commit(submodule, "a", "a")
    git("checkout", "--quiet", "-", cwd=submodule)
    remove(rig.repository, rig.polecat())
    (moved,) = (path for path in (rig.root / ".rescued").iterdir() if path.is_dir())
    assert git("rev-parse", "work", cwd=moved / "lib") == made


def test_a_worktree_inside_a_worktree_goes_on_working_too(rig: GitRig) -> None:
    git("worktree", "add", "--quiet", "-b", "inner", "inner", cwd=rig.polecat())
    made = commit(rig.polecat() / "inner", "a", "a")
    kept = secured(rig)
    assert kept.moved_to is not None
    assert head(kept.moved_to / "inner") == made
    assert status(kept.moved_to / "inner").branch == "inner"


def test_two_moves_in_one_moment_do_not_meet(rig: GitRig) -> None:
    places: list[Path | None] = []
    for _ in range(2):
        a_nested_repository(rig)
        places.append(secured(rig).moved_to)
        prepare(rig.repository, rig.polecat(), BRANCH, start=rig.start)
    assert [place.name for place in places if place] == [
        "Toast-20260504T030201-987",
        "Toast-20260504T030201-987-2",
    ]


def test_a_folder_that_is_no_worktree_is_moved_too(rig: GitRig) -> None:
    folder = rig.polecat("Nux")
    folder.mkdir(parents=True)
    (folder / "notes").write_text("mine")
    kept = secure(rig.repository, folder, reason="a test", now=NOW)
    assert kept.moved_to is not None
    assert (kept.moved_to / "notes").read_text() == "mine"


# when saving fails


def no_objects(rig: GitRig) -> None:
    """Nothing can be added to the object store."""
    for number in range(256):
        place = rig.repository.path / "objects" / f"{number:02x}"
        if not place.exists():
            place.write_text("in the way")


def test_a_snapshot_that_cannot_be_written_makes_us_move_the_folder(rig: GitRig) -> None:
    (rig.polecat() / "big").write_text("precious")
    no_objects(rig)
    kept = secured(rig)
    assert kept.moved_to is not None
    assert "a snapshot failed" in kept.because
    assert (kept.moved_to / "big").read_text() == "precious"


def blocked_refs(rig: GitRig) -> None:
    shutil.rmtree(rig.repository.path / "refs" / "gastown", ignore_errors=True)
    (rig.repository.path / "refs" / "gastown").write_text("in the way")


def blocked_moves(rig: GitRig) -> None:
    a_nested_repository(rig)
    (rig.root / ".rescued").write_text("in the way")


@pytest.mark.parametrize("obstacle", [blocked_refs, blocked_moves])
@pytest.mark.parametrize("act", ["secure", "prepare", "remove"])
def test_what_cannot_be_kept_is_left_untouched_with_a_clear_error(
    rig: GitRig, obstacle: Callable[[GitRig], None], act: str
) -> None:
    (rig.polecat() / "precious").write_text("precious")
    obstacle(rig)
    before = raw_status(rig.polecat())
    acts: dict[str, Callable[[], object]] = {
        "secure": lambda: secured(rig),
        "prepare": lambda: prepare(rig.repository, rig.polecat(), "polecat/Toast/we-2", start=rig.start),
        "remove": lambda: remove(rig.repository, rig.polecat()),
    }
    with pytest.raises(GastownError, match=r"gastown|moved aside"):
        acts[act]()
    assert raw_status(rig.polecat()) == before


def test_what_cannot_be_seen_is_unknown_and_left_alone(rig: GitRig) -> None:
    (rig.polecat() / "precious").write_text("precious")
    made = commit(rig.polecat(), "a", "a")
    (rig.repository.path / "objects" / made[:2] / made[2:]).chmod(0o644)
    (rig.repository.path / "objects" / made[:2] / made[2:]).write_bytes(b"")
    assert isinstance(inspect(rig.repository, rig.polecat()), Unknown)
    with pytest.raises(Unavailable, match="left as it is: cannot see what it holds"):
        secured(rig)
    assert (rig.polecat() / "precious").read_text() == "precious"


def test_nothing_of_a_snapshot_is_left_lying_about(rig: GitRig) -> None:
    (rig.polecat() / "new").write_text("x")
    secured(rig)
    assert not list(rig.repository.path.glob("**/gastown-scratch"))
