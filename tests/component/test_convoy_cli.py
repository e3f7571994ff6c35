"""Convoys on the command line: what is printed where, with which exit code, and a watcher that waits."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gastown.cli import app, exits
from gastown.ledger.sqlite import sqlite3
from gastown.operations.work import close as closing_beads
from gastown.operations.work.convoy_change import close as give_up
from gastown.operations.work.delete import delete
from gastown.operations.work.sling import sling
from gastown.town import Town
from tests.component.convoy_town import ConvoyTown
from tests.towns import HUMAN

GT = Path(sys.executable).parent / "gt"
PATIENCE = 30.0


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ConvoyTown]:
    place = ConvoyTown(tmp_path)
    monkeypatch.chdir(place.town.root)
    with closing(place.town):
        yield place


@pytest.fixture
def run(place: ConvoyTown, capsys: pytest.CaptureFixture[str]) -> "Run":
    del place
    return Run(capsys)


class Run:
    """Runs commands in this process and keeps what the last one printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.out = self.err = ""

    def __call__(self, *words: str, expect: int = 0) -> str:
        status = app.run("gt", words)
        self.out, self.err = self._capsys.readouterr()
        assert status == expect, (words, status, self.out, self.err)
        return self.out

    def json(self, *words: str) -> Any:  # noqa: ANN401 - whatever the command prints
        return json.loads(self(*words, "--json"))


# by hand


def test_a_convoy_from_its_making_to_its_landing(place: ConvoyTown, run: Run) -> None:
    one, two, three = place.work("One"), place.work("Two"), place.work("Three")
    out = run("convoy", "create", "Pagination", one, two, "--watch", "mayor", "--no-up")
    convoy = out.split()[1]
    assert out == f'created  {convoy} "Pagination"   ░░░░░░░░░░ 0/2\n'
    assert run.err == f"next:  gt sling {convoy}    gt convoy watch {convoy}\n"
    out = run("convoy", "add", convoy, one, three, "--watch", "mayor", "--no-up")
    assert out.splitlines()[1:] == [f"  put in: {three}", f"  in it before: {one}"]
    assert run("convoy", "remove", convoy, three, "--no-up").splitlines()[1:] == [f"  taken out: {three}"]
    assert run("convoy", "list").split()[:4] == [convoy, "Pagination", "░░░░░░░░░░", "0/2"]
    assert run("convoy", "status").startswith(f" {convoy}  Pagination")
    run("convoy", "close", convoy, "--no-up", expect=exits.NOT_POSSIBLE)
    assert f"gt: {convoy} tracks 2 that are open" in run.err
    place.close(one, two)
    assert "Convoy Pagination is done, but nothing landed: 2 closed otherwise" in run("status")
    page = run("convoy", "status", convoy)
    assert " done · ██████████ 2/2 · 2 closed otherwise" in page
    assert "is done" not in run("status")
    assert run("convoy", "list") == ""
    assert run.err.startswith("no convoy is open\n")
    assert "done" in run("convoy", "list", "--all")


def test_a_convoy_is_given_up_by_force(place: ConvoyTown, run: Run) -> None:
    convoy = place.convoy(place.work())
    out = run("convoy", "close", convoy, "--force", "--reason", "no time", "--no-up")
    assert out == f'closed  {convoy} "Pagination": no time   (nothing landed, 1 still open)\n'
    assert run("convoy", "close", convoy, "--no-up").startswith("closed before")


def test_watchers_are_known_by_short_names_and_may_be_several(place: ConvoyTown, run: Run) -> None:
    sling(place.town, place.work(), "Toast", by=HUMAN)
    made = run.json(
        "convoy", "create", "P", "--owner", "Toast", "--watch", "mayor", "--watch", "web/Toast", "--no-up"
    )
    assert (made["owner"], made["watchers"]) == ("web/polecats/Toast", ["mayor", "web/polecats/Toast"])
    run("convoy", "create", "P", "--watch", "nobody", "--no-up", expect=exits.INVALID)
    assert "'nobody' is no agent's address" in run.err


def test_programs_read_all_of_it(place: ConvoyTown, run: Run) -> None:
    one, two = place.work(), place.work()
    convoy = place.convoy(one, two)
    page = run.json("convoy", "status", convoy)
    assert page["convoy"]["states"] == {"ready": 2}
    assert page["ended"] == {"landed": 0, "unchanged": 0, "otherwise": 0}
    assert [bead["id"] for bead in page["beads"]] == [one, two]
    assert [bead["id"] for bead in run.json("convoy", "status", convoy, "-n", "1")["beads"]] == [one]
    assert [line["id"] for line in run.json("convoy", "list")] == [convoy]
    assert [line["id"] for line in run.json("convoy", "status")] == [convoy]


def test_less_than_none_is_no_limit(place: ConvoyTown, run: Run) -> None:
    convoy = place.convoy(place.work())
    for words in (("list",), ("status", convoy)):
        run("convoy", *words, "-n", "-1", expect=exits.INVALID)


def test_hostile_words_do_not_repaint_a_terminal(place: ConvoyTown, run: Run) -> None:
    convoy = place.convoy(place.insert("Wipe\x1b[2J it\x07 \x9b31m", rig="web\x1b["), title="T")
    give_up(place.town, convoy, force=True, reason="\x1b[31mred", by=HUMAN)
    for words in (["status", convoy], ["list", "--all"], ["status", convoy, "--json"]):
        assert not set(run("convoy", *words) + run.err) & {"\x1b", "\x07", "\x9b"}


# slinging


def test_a_convoy_is_slung_and_says_what_was_not(place: ConvoyTown, run: Run) -> None:
    ready, far = place.work("Ready"), place.insert("Far", rig="mars")
    convoy = place.convoy(ready, far)
    out = run("sling", convoy, "--no-up")
    assert out.splitlines() == [
        f"slung  1 of 2 in Pagination   (convoy {convoy})",
        f"   {ready}  Ready  → web/polecats/Toast  generation 1",
        " Not slung",
        f"   {far}  Far  there is no rig mars here",
    ]
    assert run.err == f"next:  gt convoy watch {convoy}    gt status\n"
    run("sling", convoy, "--no-up", expect=exits.NOT_POSSIBLE)
    assert run.out.splitlines()[0] == f"slung  0 of 2 in Pagination   (convoy {convoy})"


def test_an_epic_is_slung_with_a_convoy_around_it(place: ConvoyTown, run: Run) -> None:
    done, left = place.work(), place.work()
    epic = place.epic("Big", done, left)
    place.close(done)
    slung = run.json("sling", epic, "--no-up")
    assert (slung["type"], slung["closed"], [one["bead"] for one in slung["slung"]]) == ("epic", 1, [left])
    assert run("sling", epic, "--no-up").splitlines()[0] == (
        f"slung  0 of 2 in Big   (epic {epic}, convoy {slung['convoy']}, 1 closed)"
    )


# watching


def watcher(place: ConvoyTown, *words: str, terminal: int = subprocess.PIPE) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [str(GT), "convoy", "watch", *words],
        cwd=place.town.root,
        env={**os.environ, "TERM": "xterm"},
        stdin=subprocess.DEVNULL,
        stdout=terminal,
        stderr=terminal,
        text=True,
    )


def line_of(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_a_watcher_in_a_pipe_tells_each_change_and_ends_with_the_landing(place: ConvoyTown) -> None:
    one, two = place.work("One"), place.work("Two")
    convoy = place.convoy(one, two)
    process = watcher(place, convoy[:6])
    assert [line_of(process), line_of(process)] == [
        f"░░░░░░░░░░ 0/2  {one}  ready  One\n",
        f"░░░░░░░░░░ 0/2  {two}  ready  Two\n",
    ]
    sling(place.town, one, "Toast", by=HUMAN)
    assert line_of(process) == f"░░░░░░░░░░ 0/2  {one}  working: web/polecats/Toast  One\n"
    place.land(one)
    place.close(two)
    out, err = process.communicate(timeout=PATIENCE)
    assert out.splitlines()[-1] == f"done  {convoy}  Pagination: 1 landed, 1 closed otherwise"
    assert (process.returncode, err) == (0, "")
    assert place.messages() == []  # who has seen it need not be told


def test_a_watcher_for_programs_writes_an_object_a_line(place: ConvoyTown) -> None:
    work = place.work()
    process = watcher(place, place.convoy(work), "--json")
    assert json.loads(line_of(process))["state"] == "ready"
    place.close(work)
    out, _ = process.communicate(timeout=PATIENCE)
    assert [json.loads(line)["state"] for line in out.splitlines()] == ["closed", "done"]


def test_a_watcher_of_what_is_given_up_ends_with_1(place: ConvoyTown) -> None:
    convoy = place.convoy(place.work())
    process = watcher(place, convoy)
    line_of(process)
    give_up(place.town, convoy, force=True, reason="no time", by=HUMAN)
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out, err) == (1, f"closed  {convoy}  Pagination: nothing landed\n", "")


def test_a_watcher_of_what_is_deleted_ends_with_1(place: ConvoyTown) -> None:
    convoy = place.convoy(place.work())
    process = watcher(place, convoy)
    line_of(process)
    delete(place.town, [convoy], force=True, reason="a slip", by=HUMAN)
    _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err.splitlines()[0]) == (1, f"gt: {convoy} was deleted: a slip")


def test_a_watcher_gives_up_in_time_and_one_that_comes_late_is_told_at_once(place: ConvoyTown) -> None:
    work = place.work()
    convoy = place.convoy(work)
    process = watcher(place, convoy, "--timeout", "0.1")
    _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (
        75,
        f"{convoy} is still open: 0 of 1 closed\nnext:  gt sling {convoy}\n",
    )
    place.close(work)
    process = watcher(place, convoy, "--timeout=0")
    out, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (0, f"done  {convoy}  Pagination: 1 closed otherwise\n")


def test_a_watcher_goes_on_with_the_file_that_replaces_the_ledger(place: ConvoyTown) -> None:
    work = place.work()
    convoy = place.convoy(work)
    process = watcher(place, convoy)
    line_of(process)
    place.town.close()
    file, new = place.ledger.path, place.town.root / "new.db"
    copy = sqlite3.connect(file)
    copy.execute("VACUUM INTO ?", (str(new),))
    copy.close()
    new.replace(file)
    for left in (f"{file}-wal", f"{file}-shm"):
        Path(left).unlink(missing_ok=True)
    restored = Town(place.town.root)
    closing_beads.close(restored, [work], by=HUMAN)
    restored.close()
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out.splitlines()[-1]) == (
        0,
        f"done  {convoy}  Pagination: 1 closed otherwise",
    ), err


def test_a_watcher_that_is_interrupted_ends_with_130(place: ConvoyTown) -> None:
    process = watcher(place, place.convoy(place.work()))
    line_of(process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (130, "")


def test_on_a_terminal_one_bar_is_drawn_anew(place: ConvoyTown) -> None:
    work = place.work("One")
    convoy = place.convoy(work)
    ours, theirs = pty.openpty()
    process = watcher(place, convoy, terminal=theirs)
    os.close(theirs)
    shown = read_until(ours, "1 ready")
    place.close(work)
    shown += read_until(ours, "done")
    assert process.wait(PATIENCE) == 0
    os.close(ours)
    bars = shown.replace("\r\n", "\n").split("\n")[0].split("\r\x1b[K")
    assert bars[1] == "░░░░░░░░░░ 0/1  Pagination  1 ready"
    assert bars[-1] == "██████████ 1/1  Pagination"


def read_until(terminal: int, words: str) -> str:
    """What the terminal shows up to these words."""
    seen = b""
    while words.encode() not in seen:
        ready, _, _ = select.select([terminal], [], [], PATIENCE)
        assert ready, seen
        seen += os.read(terminal, 65_536)
    return seen.decode()


# speed


@pytest.mark.parametrize(
    "words", ["convoy list", "convoy status CV", "sling CV --no-up", "convoy add CV we-2 --no-up"]
)
def test_convoys_load_neither_typer_nor_anything_heavy(place: ConvoyTown, words: str) -> None:
    place.insert("Two", id="we-2", rig="web")
    convoy = place.convoy(place.work())
    argv = [sys.executable, "-X", "importtime", "-m", "gastown", *words.replace("CV", convoy).split()]
    done = subprocess.run(argv, cwd=place.town.root, capture_output=True, text=True, timeout=60, check=True)
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert not loaded & {"typer", "click", "rich", "pydantic", "libtmux", "pygit2", "sqlite_utils", "textual"}
