import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gastown.errors import Busy, NotFound, Unavailable
from gastown.world.git.ledger_commits import with_trailers
from gastown.world.git.ledger_failures import Broken
from gastown.world.git.ledger_repository import LedgerRepository
from tests.support import git

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ANN = "Ann Example <ann@example.org>"


@pytest.fixture
def history(tmp_path: Path) -> Iterator[LedgerRepository]:
    """A new and empty history."""
    with closing(LedgerRepository(tmp_path / "ledger.git").open_or_create()) as made:
        yield made


def write(history: LedgerRepository, minute: int = 0, **files: str | None) -> str:
    """Commit these files, named with __ for the slash."""
    changes = {name.replace("__", "/"): text.encode() if text else None for name, text in files.items()}
    at = NOON + timedelta(minutes=minute)
    return history.write("main", changes, author=ANN, message=f"At {minute}", at=at)


def loose(history: LedgerRepository, identity: str) -> Path:
    """The file of an object."""
    file = history.path / "objects" / identity[:2] / identity[2:]
    file.chmod(0o644)
    return file


def test_a_new_history_is_a_bare_repository_that_git_understands(history: LedgerRepository) -> None:
    assert history.head() is None
    assert list(history.log()) == []
    write(history, beads__web__00="one")
    assert git("fsck", "--strict", cwd=history.path) == ""
    assert git("log", "--format=%an <%ae> %s", "main", cwd=history.path) == f"{ANN} At 0"
    assert git("cat-file", "blob", "main:beads/web/00", cwd=history.path) == "one"
    assert not (history.path / "hooks").exists()
    assert history.path.stat().st_mode & 0o777 == 0o700


def test_nobodys_configuration_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".gitconfig").write_text("[user]\n\tname = Somebody\n[gastown]\n\ttown = theirs\n[core\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    with closing(LedgerRepository(tmp_path / "ledger.git").open_or_create()) as history:
        assert history.setting("gastown.town") is None
        history.set_setting("gastown.town", "0123")
        assert history.setting("gastown.town") == "0123"
        write(history, a="one")


def test_what_was_written_is_read_at_every_commit(history: LedgerRepository) -> None:
    first = write(history, 0, a__b="one", a__c="two", d="three")
    second = write(history, 1, a__b="changed", d=None)
    assert history.read(first, "a/b") == b"one"
    assert history.read(second, "a/b") == b"changed"
    assert history.read(second, "d") is None
    assert [path for path, _ in history.files(first)] == ["a/b", "a/c", "d"]
    assert [path for path, _ in history.files(second, "a")] == ["a/b", "a/c"]
    assert [path for path, _ in history.files(second, "nowhere")] == []
    assert history.subtree(first, "a") != history.subtree(second, "a")


def test_an_emptied_folder_is_gone_and_nothing_changed_is_no_commit(history: LedgerRepository) -> None:
    first = write(history, a__b__c="one", d="two")
    assert write(history, 1, d="two") == first
    second = write(history, 2, a__b__c=None)
    assert [path for path, _ in history.files(second)] == ["d"]
    third = write(history, 3, d=None)
    assert list(history.files(third)) == []


def test_the_trailers_are_read_back(history: LedgerRepository) -> None:
    message = with_trailers("Mend the door\n\nwe-1: closed", {"Ledger-Seq": 17, "Ledger-Journal": "abc"})
    history.write("main", {"a": b"x"}, author="web/polecats/Töast <x>", message=message, at=NOON)
    head = history.head()
    assert head is not None
    assert head.trailers == {"Ledger-Seq": "17", "Ledger-Journal": "abc"}
    assert (head.subject, head.author, head.email, head.at) == (
        "Mend the door", "web/polecats/Töast", "x", NOON,
    )  # fmt: skip


@pytest.mark.parametrize("author", ["", "<>", "\n", "a\0b <c\nd>", "…<…>", "x" * 5_000, ". , <@>"])
def test_every_author_can_be_written(history: LedgerRepository, author: str) -> None:
    history.write("main", {"a": b"x"}, author=author, message="", at=NOON)
    head = history.head()
    assert head is not None
    assert head.author
    assert git("fsck", cwd=history.path) == ""


def test_a_branch_that_moved_meanwhile_is_busy_and_keeps_what_it_has(history: LedgerRepository) -> None:
    first = write(history, 0, a="one")
    second = write(history, 1, a="two")
    with pytest.raises(Busy):
        history.write("main", {"a": b"3"}, author=ANN, message="late", at=NOON, parents=[first])
    with pytest.raises(Busy):
        history.write("main", {"a": b"3"}, author=ANN, message="late", at=NOON, parents=[])
    with pytest.raises(Busy):
        history.move("main", first, was=first)
    head = history.head()
    assert head is not None
    assert head.id == second
    history.move("main", first, was=second)
    history.move("other", first, was=None)
    assert history.branches() == {"main": first, "other": first}


def test_of_two_processes_that_commit_at_once_none_loses_anything(history: LedgerRepository) -> None:
    program = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from gastown.errors import Busy
from gastown.world.git.ledger_repository import LedgerRepository
history = LedgerRepository(Path(sys.argv[1]))
for number in range(25):
    while True:
        head = history.head()
        parents = [head.id] if head else []
        try:
            change = {f"{sys.argv[2]}/{number}": b"x"}
            history.write("main", change, author="a <b>", message="m", at=datetime.now(UTC), parents=parents)
            break
        except Busy:
            pass
"""

    words = [sys.executable, "-c", program, str(history.path)]
    running = [subprocess.Popen([*words, name]) for name in "abc"]
    assert [child.wait(60) for child in running] == [0, 0, 0]
    head = history.head()
    assert head is not None
    assert len(list(history.files(head.id))) == 75
    assert len(list(history.log())) == 75
    assert git("fsck", "--no-dangling", cwd=history.path) == ""


def test_a_merge_has_two_parents_and_the_base_is_found(history: LedgerRepository) -> None:
    base = write(history, 0, a="one", b="one")
    ours = write(history, 1, a="ours")
    history.move("theirs", base, was=None)
    theirs = history.write("theirs", {"b": b"theirs"}, author=ANN, message="theirs", at=NOON)
    assert history.merge_base(ours, theirs) == base
    merged = history.write(
        "main", {"b": b"theirs"}, author=ANN, message="merged", at=NOON, parents=[ours, theirs]
    )
    assert history.commit(merged).parents == (ours, theirs)
    assert next(commit.id for commit in history.log()) == merged
    assert {commit.id for commit in history.log()} == {merged, ours, theirs, base}
    again = history.write("main", {}, author=ANN, message="again", at=NOON, parents=[merged, theirs])
    assert again != merged


@pytest.mark.timeout(20)
def test_a_commit_that_is_cut_short_has_no_base_that_anybody_waits_for(history: LedgerRepository) -> None:
    base, ours = write(history, 0, a="one"), write(history, 1, a="ours" * 500)
    history.move("theirs", base, was=None)
    theirs = history.write("theirs", {"b": b"x"}, author=ANN, message="theirs", at=NOON)
    file = loose(history, base)
    file.write_bytes(file.read_bytes()[:50])
    with pytest.raises(Broken):
        history.merge_base(ours, theirs)


def test_a_folder_becomes_a_branch_of_its_own(history: LedgerRepository) -> None:
    first = write(history, 0, beads__web__00="one", towns__x="two")
    folder = history.subtree(first, "beads/web")
    assert folder is not None
    made = history.graft("rigs/web", folder, author=ANN, message="shared", at=NOON)
    assert history.read(made, "00") == b"one"
    assert history.graft("rigs/web", folder, author=ANN, message="again", at=NOON) == made


def test_the_log_of_a_path_holds_what_touched_it(history: LedgerRepository) -> None:
    ids = [write(history, minute, a=f"{minute // 2}", b=f"{minute}") for minute in range(6)]
    assert [commit.id for commit in history.log(path="a")] == [ids[4], ids[2], ids[0]]
    assert [commit.id for commit in history.log(path="b", most=2)] == [ids[5], ids[4]]
    assert [commit.id for commit in history.log(most=1)] == [ids[5]]


def test_commits_are_named_in_many_ways(history: LedgerRepository) -> None:
    ids = [write(history, minute, a=f"{minute}") for minute in range(4)]
    for what in (ids[3], ids[3][:9], ids[3][:9].upper(), "main", "HEAD"):
        assert history.resolve(what).id == ids[3]
    assert history.resolve("main~2").id == ids[1]
    assert history.resolve(f"{ids[3][:8]}^").id == ids[2]
    assert history.resolve(NOON + timedelta(minutes=2)).id == ids[2]
    assert history.resolve(NOON + timedelta(minutes=1, seconds=59)).id == ids[1]
    assert history.resolve(NOON + timedelta(days=1)).id == ids[3]
    blob = history.subtree(ids[0], "a")
    for nothing in ("", "nothing", "main~4", "ffffffff", "-x", "a..b", "..", "main:", "\0", str(blob)):
        with pytest.raises(NotFound):
            history.resolve(nothing)
    with pytest.raises(NotFound, match="does not reach back"):
        history.resolve(NOON - timedelta(seconds=1))


@pytest.mark.parametrize("kept", [0, 0.3, 0.9, 1.0])
@pytest.mark.parametrize("what", ["commit", "tree", "blob"])
@pytest.mark.timeout(20)
def test_an_object_that_is_cut_short_is_broken_and_nobody_waits_for_ever(
    history: LedgerRepository, what: str, kept: float
) -> None:
    head = write(history, a__b=os.urandom(9_000).hex())
    whole = {"commit": head, "tree": history.subtree(head, "a"), "blob": history.subtree(head, "a/b")}[what]
    assert whole
    file = loose(history, whole)
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * kept)] + (b"" if kept < 1 else b"more"))
    if kept == 1.0:
        file.unlink()
    history.close()
    with pytest.raises(Broken, match="is damaged"):
        assert history.read(history.resolve("main").id, "a/b")


@pytest.mark.parametrize("content", [b"", b"\0" * 41, b"1" * 40 + b"\n"])
def test_a_branch_that_names_nothing_is_broken(history: LedgerRepository, content: bytes) -> None:
    write(history, a="one")
    (history.path / "refs" / "heads" / "main").write_bytes(content)
    with pytest.raises(Broken):
        history.head()


def test_a_history_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    assert not LedgerRepository(tmp_path / "ledger.git").exists()
    with pytest.raises(Unavailable, match="there is no history"):
        LedgerRepository(tmp_path / "ledger.git").head()


def test_the_lock_of_a_killed_writer_is_taken_away_once_it_is_old(history: LedgerRepository) -> None:
    write(history, 0, a="one")
    lock = history.path / "refs" / "heads" / "main.lock"
    lock.touch()
    with pytest.raises(Busy, match="locked"):
        write(history, 1, a="two")
    os.utime(lock, (time.time() - 60, time.time() - 60))
    write(history, 2, a="three")
    assert not lock.exists()
