import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gastown.domain.clock import stamp
from gastown.errors import Busy, Unavailable
from gastown.ledger import bead_writes, history, records
from gastown.ledger.copies import copy
from gastown.operations.history.log import log
from gastown.operations.history.record import MARK, PART, SEQ, record
from gastown.world.git.ledger_repository import LedgerRepository
from gastown.world.locks import lock
from tests.component.history_town import HistoryTown
from tests.conftest import ROOT
from tests.support import eventually, git

NASTY = 'Ünïcödé \u2028\u2029 "quoted" \\back\\ \t\r\n\x01 \U0001f980 עברית <a> Ledger-Seq: 1'


@pytest.fixture
def town(tmp_path: Path) -> Iterator[HistoryTown]:
    """A town whose history is written by hand."""
    with closing(HistoryTown(tmp_path, "web", "api")) as made:
        yield made


def authors(town: HistoryTown) -> list[str]:
    """Who made the commits, oldest first."""
    return [commit.author for commit in town.history.log()][::-1]


def test_what_is_recorded_is_one_line_a_bead_in_shards_by_rig(town: HistoryTown) -> None:
    town.add("we-1", title="Mend the door", description=NASTY)
    town.add("hq-2", rig=None)
    town.add("ap-3", rig="api")
    done = town.record()
    assert (done.beads, done.commits, done.whole) == (3, 1, True)
    beads = sorted(path for path in town.tree() if path.startswith("beads/"))
    assert [path.split("/")[1] for path in beads] == ["_town", "api", "web"]
    assert town.line("we-1")["description"] == NASTY
    assert town.tree()["format.json"] == b'{"format": 1}\n'
    with town.ledger.snapshot() as ledger:
        assert town.line("ap-3") == records.read(ledger, "ap-3")


def test_nothing_changed_is_no_commit_and_no_object(town: HistoryTown) -> None:
    town.add("we-1")
    first = town.record()
    before = sorted(town.root.joinpath("ledger.git").rglob("*"))
    assert town.record() == type(first)()
    assert sorted(town.root.joinpath("ledger.git").rglob("*")) == before


def test_what_only_happened_is_no_commit_either(town: HistoryTown) -> None:
    town.add("we-1")
    town.record()
    town.tell("overseer", "note", "town", {})
    with town.ledger.transaction() as ledger:
        new = bead_writes.NewBead("wisp", prefix="we", ephemeral=True)
        bead_writes.insert(ledger, new, by="overseer", now=town.clock.now())
    assert town.record().commit is None


def test_each_who_changed_something_gets_a_commit_in_the_order_of_their_last_changes(
    town: HistoryTown,
) -> None:
    town.record()
    for bead, by in (("we-1", "ann"), ("we-2", "web/polecats/Toast"), ("we-3", "ann")):
        town.clock.push(seconds=1)
        town.add(bead, by=by)
    done = town.record()
    assert (done.commits, done.beads) == (2, 3)
    newest, older, _ = town.history.log()
    assert (older.author, older.email) == ("web/polecats/Toast", "web/polecats/Toast@town")
    assert (newest.author, newest.at) == ("ann", town.clock.now())
    assert older.trailers[PART] == "1/2"
    assert PART not in newest.trailers
    assert newest.trailers[SEQ] == str(history.newest(town.ledger))
    assert "we-1: created" in newest.message
    assert "we-3: created" in newest.message
    assert older.subject == "we-2: created \u2013 we-2"


def test_many_actors_share_one_commit_beyond_the_eighth(town: HistoryTown) -> None:
    town.record()
    for number in range(30):
        town.clock.push(seconds=1)
        town.add(f"we-{number}", by=f"actor{number}")
    assert town.record().commits == 9
    assert authors(town)[-9:] == ["Gas Town", *(f"actor{number}" for number in range(22, 30))]
    assert len([path for path in town.tree() if path.startswith("beads/")]) > 20


def test_a_message_stays_short(town: HistoryTown) -> None:
    town.record()
    for number in range(100):
        town.add(f"we-{number}", title="x" * 400)
    town.record()
    head = town.history.head()
    assert head is not None
    assert head.subject == "100 beads"
    assert "… and 80 more" in head.message
    assert len(head.message) < 3_000


def test_agents_hooks_assignments_and_certificates_are_the_towns_own(town: HistoryTown) -> None:
    work = town.bead("Mend")
    town.sling(work)
    town.start()
    request = town.hand_over()
    town.record()
    uid = town.history.setting("gastown.town")
    files = {
        path.removeprefix(f"towns/{uid}/"): file for path, file in town.tree().items() if uid and uid in path
    }
    assert json.loads(files["town.json"]) == {"name": "town", "generation": 1, "incarnation": 1}
    assert json.loads(files["agents.jsonl"])["address"] == "web/polecats/Toast"
    assert json.loads(files["assignments/0.jsonl"])["outcome"] == "submitted"
    merges = [json.loads(file) for path, file in files.items() if path.startswith("merges/")]
    assert [row["id"] for row in merges] == [request]
    more = town.bead("Paint")
    town.sling(more)
    town.record()
    assert json.loads(town.tree()[f"towns/{uid}/agents.jsonl"])["hook_bead"] == more
    assert town.line(more)["status"] == "in_progress"


def rename(town: HistoryTown, bead: str, **fields: object) -> None:
    """Change a bead's id or rig, as a pull does."""
    with town.ledger.transaction() as ledger:
        known = records.read(ledger, bead)
        assert known is not None
        records.replace(ledger, {**known, "updated_at": stamp(town.clock.now()), **fields})  # type: ignore[dict-item]


def test_a_bead_that_gets_another_id_or_rig_leaves_its_old_place(town: HistoryTown) -> None:
    town.add("we-1")
    town.add("we-2")
    with town.ledger.transaction() as ledger:
        bead_writes.touch(ledger, "we-2", by="ann", now=town.clock.now())
        town.ledger.write(
            "records", "add_dependency", bead="we-2", depends_on="we-1", kind="blocks",
            created_at=stamp(town.clock.now()), created_by="ann",
        )  # fmt: skip
    town.sling("we-1")
    town.record()
    rename(town, "we-1", id="we-9")
    rename(town, "we-2", rig="api")
    town.record()
    tree = town.tree()
    with town.ledger.snapshot() as ledger:
        assert town.line("we-2") == records.read(ledger, "we-2")
    assert '"depends_on_id": "we-9"' in json.dumps(town.line("we-2"))
    assert not [file for file in tree.values() if b'"id":"we-1"' in file]
    assert not [file for file in tree.values() if b'"hook_bead":"we-1"' in file or b'"bead":"we-1"' in file]
    assert [path.split("/")[1] for path, file in tree.items() if file.startswith(b'{"id":"we-2"')] == ["api"]


def test_a_file_that_was_put_back_from_a_copy_is_compared_whole(town: HistoryTown, tmp_path: Path) -> None:
    town.add("we-1")
    copy(town.ledger.path, tmp_path / "copy.db")
    town.add("we-2")
    town.record()
    town.lose()
    (tmp_path / "copy.db").rename(town.root / "gastown.db")
    town.open()
    town.add("we-3")  # the journal has as many rows again
    done = town.record()
    assert done.whole
    beads = [
        line["id"]
        for file in town.tree().values()
        for line in map(json.loads, file.splitlines())
        if "id" in line
    ]
    assert sorted(beads) == ["we-1", "we-3"]
    assert town.record().commit is None


def damage(town: HistoryTown, what: str) -> None:
    """Let something of the newest commit be unreadable."""
    head = town.history.head()
    assert head is not None
    path = next(path for path in town.tree() if path.startswith("beads/"))
    blob = town.history.subtree(head.id, path)
    names = {"commit": head.id, "tree": head.tree, "blob": str(blob)}
    town.history.close()
    if what == "HEAD":
        (town.root / "ledger.git/HEAD").unlink()
        return
    if what == "branch":
        (town.root / "ledger.git/refs/heads/main").write_bytes(b"")
        return
    name = names[what]
    file = town.root / "ledger.git" / "objects" / name[:2] / name[2:]
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[:20])


@pytest.mark.timeout(30)
@pytest.mark.parametrize("what", ["HEAD", "branch", "commit", "tree", "blob"])
def test_a_history_that_a_power_cut_damaged_is_kept_aside_and_begun_anew(
    town: HistoryTown, what: str
) -> None:
    town.add("we-1")
    town.record()
    uid = town.history.setting("gastown.town")
    damage(town, what)
    town.comment("we-1")
    done = town.record()
    assert done.whole
    assert done.broken is not None
    assert done.broken.name.startswith("ledger.git.broken-")
    assert (done.broken / "objects").is_dir()
    assert town.line("we-1")["comments"]
    assert LedgerRepository(town.root / "ledger.git").setting("gastown.town") == uid
    assert git("fsck", cwd=town.root / "ledger.git") == ""


def test_a_history_that_cannot_be_reached_just_now_is_left_alone(town: HistoryTown) -> None:
    town.record()
    with lock(town.town.places.lock("history"), what="it"), pytest.raises(Busy):
        record(town.town, wait=0)
    (town.root / "ledger.git").rename(town.root / "away")
    (town.root / "ledger.git").write_text("a file")
    town.add("we-1")
    with pytest.raises(Unavailable):
        town.record()
    assert (town.root / "ledger.git").read_text() == "a file"


RECORD_WITHOUT_ROOM = """
import resource, sys
from pathlib import Path
from gastown.errors import GastownError
from gastown.operations.history.record import record
from gastown.town import Town
town = Town(Path(sys.argv[1]))
town.ledger.data_version()
resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))
try:
    record(town)
except GastownError as problem:
    print(type(problem).__name__, problem.message)
"""


def test_what_cannot_be_written_spoils_nothing(town: HistoryTown) -> None:
    town.add("we-1", description="x")
    town.record()
    before = town.tree()
    town.comment("we-1", os.urandom(3_000).hex())
    words = [sys.executable, "-c", RECORD_WITHOUT_ROOM, str(town.root)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("Unavailable the history "), done
    assert town.tree() == before
    assert not list(town.root.glob("*broken*"))
    assert town.record().beads == 1


CHANGE_AND_RECORD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from gastown.errors import Busy
from gastown.ledger import bead_writes
from gastown.operations.history.record import record
from gastown.town import Town
town = Town(Path(sys.argv[1]))
number = 0
while True:
    number += 1
    with town.ledger.transaction() as ledger:
        by, now = f"{sys.argv[2]}{number % 3}", datetime.now(UTC)
        bead_writes.add_comment(ledger, f"we-{number % 40}", "said", by=by, now=now)
    record(town)
    print(number, flush=True)
"""


@pytest.mark.timeout(120)
def test_killed_at_any_point_and_two_at_once_the_history_stays_whole(town: HistoryTown) -> None:
    for number in range(40):
        town.add(f"we-{number}")
    town.close()
    for round_ in range(3):
        running = [
            subprocess.Popen(
                [sys.executable, "-c", CHANGE_AND_RECORD, str(town.root), name],
                cwd=ROOT, stdout=subprocess.PIPE, text=True,
            )
            for name in "ab"
        ]  # fmt: skip
        for child in running:
            assert child.stdout is not None
            for _ in range(3 + round_):
                child.stdout.readline()
            child.send_signal(signal.SIGKILL)
            child.wait()
            child.stdout.close()
        assert "error" not in git("fsck", "--no-dangling", cwd=town.root / "ledger.git")
    lock_file = town.root / "ledger.git/refs/heads/main.lock"
    if lock_file.exists():
        os.utime(lock_file, (0, 0))
    town.open()
    eventually(lambda: town.record().broken is None, within=20, what="a record")
    assert not list(town.root.glob("ledger.git.broken*"))
    with town.ledger.snapshot() as ledger:
        for number in range(40):
            assert town.line(f"we-{number}") == records.read(ledger, f"we-{number}")


def test_the_log_of_a_bead_tells_what_became_of_it(town: HistoryTown) -> None:
    town.add("we-1", by="ann")
    town.add("we-2")
    town.record()
    for step in range(2):
        town.clock.push(minutes=1)
        town.comment("we-1", by=f"bob{step}")
        town.comment("we-2")
        town.record()
    with town.ledger.transaction() as ledger:
        bead_writes.close(ledger, "we-1", "done", by="ann", now=town.clock.now())
    town.record()
    told = [(entry.author, entry.what) for entry in log(town.town, "we-1", most=99)]
    assert told == [
        ("ann", "closed (done)"),
        ("bob1", "comments"),
        ("bob0", "comments"),
        ("Gas Town", "created"),
    ]
    assert len(log(town.town, "we-1", most=2)) == 2
    town.lose()
    assert len(log(town.town, "we-1", most=99)) == 4
    assert len(log(town.town, most=3)) == 3


def test_the_mark_tells_rows_of_the_same_number_apart(town: HistoryTown) -> None:
    town.add("we-1")
    town.record()
    head = town.history.head()
    assert head is not None
    seq = int(head.trailers[SEQ])
    assert head.trailers[MARK] == history.mark(town.ledger, seq) != history.mark(town.ledger, seq - 1)
