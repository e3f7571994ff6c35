"""The commands of the ledger, as they are typed."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.component.history_town import HistoryTown
from tests.conftest import ROOT


@pytest.fixture
def town(tmp_path: Path) -> Iterator[HistoryTown]:
    with closing(HistoryTown(tmp_path)) as made:
        made.add("we-1", title="Mend the \x1b[31mdoor", by="ann")
        made.record()
        made.comment("we-1", by="bob")
        made.record()
        yield made


def gt(town: HistoryTown, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    town.close()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GT_")}
    return subprocess.run(
        [sys.executable, "-m", "gastown", "ledger", *words],
        cwd=town.root, env={**clean, "PYTHONPATH": str(ROOT), **env}, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip


def test_the_log_lists_commits_and_those_of_a_bead(town: HistoryTown) -> None:
    done = gt(town, "log")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 2)
    assert "bob" in done.stdout.splitlines()[0]
    assert "\x1b" not in done.stdout
    assert "next:  gt ledger restore --at" in done.stderr
    of_bead = json.loads(gt(town, "log", "we-1", "--json").stdout)
    assert [entry["what"] for entry in of_bead] == ["comments", "created"]
    nothing = gt(town, "log", "we-nothing")
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert "knows no bead" in nothing.stderr


def test_verify_says_sound_or_what_is_not(town: HistoryTown) -> None:
    done = gt(town, "verify")
    assert (done.returncode, done.stdout) == (0, "sound     1 beads, 2 changes\n")
    town.open()
    town.sql("UPDATE readiness SET kids = kids + 3")
    wrong = gt(town, "verify")
    assert wrong.returncode == 65
    assert wrong.stdout.startswith("wrong     the readiness of we-1 is not what it should be\n")
    assert gt(town, "verify", "--repair").stdout.startswith("repaired  the readiness of we-1")
    assert json.loads(gt(town, "verify", "--json").stdout)["findings"] == []


def test_backup_and_restore_say_what_they_did_and_how_to_undo_it(town: HistoryTown, tmp_path: Path) -> None:
    made = gt(town, "backup", str(tmp_path / "copy.db"))
    assert made.stdout == f"{tmp_path / 'copy.db'}\n"
    assert gt(town, "backup", str(tmp_path / "copy.db")).returncode == 1
    done = gt(town, "restore", "--at", "main~1")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("restored  1 beads from the history at ")
    undo = next(line for line in done.stderr.splitlines() if line.startswith("undo:"))
    undone = gt(town, *undo.removeprefix("undo:  gt ledger ").split())
    assert undone.returncode == 0, undone.stderr
    assert json.loads(gt(town, "log", "we-1", "--json").stdout)[0]["author"] == "overseer"


def test_a_ledger_that_cannot_be_opened_names_the_command_that_brings_it_back(town: HistoryTown) -> None:
    town.close()
    (town.root / "gastown.db").write_text("Dear diary " * 1_000)
    for words in (["verify"], ["backup"]):
        refused = gt(town, *words)
        assert refused.returncode == 65
        assert "gt ledger restore" in refused.stderr
    assert gt(town, "restore").returncode == 0
    assert gt(town, "verify").returncode == 0


def test_restore_is_for_people(town: HistoryTown) -> None:
    refused = gt(town, "restore", GT_CREDENTIAL="x", GT_ADDRESS="web/polecats/Toast")
    assert refused.returncode == 1
    assert "for people" in refused.stderr
