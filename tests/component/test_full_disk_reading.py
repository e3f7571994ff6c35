"""A disk without any room: what only wants to read says that the disk is full, and reads again when it is not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gastown.errors import Unavailable
from gastown.ledger.database import Database
from gastown.ledger.failures import said_plainly
from gastown.ledger.sqlite import sqlite3
from tests.conftest import ROOT

FILLED = """
mount -t tmpfs -o size=1m${4:+,nr_inodes=$4} tmpfs "$1" && cp "$2" "$1/gastown.db" || exit 77
if [ -z "$4" ]; then
    dd if=/dev/zero of="$1/filler" bs=4096 2>/dev/null
    dd if=/dev/zero of="$1/rest" bs=1 2>/dev/null
else
    for i in 1 2 3 4 5 6 7 8 9; do touch "$1/file.$i" 2>/dev/null; done
fi
"$3" -c "$5" "$1/gastown.db"
rm "$1"/f* "$1"/rest 2>/dev/null
"$3" -c "$5" "$1/gastown.db"
"""

READ = """
import sys
from pathlib import Path
from gastown.errors import GastownError
from gastown.ledger import events
from gastown.ledger.database import Database
try:
    print(f"read {len(events.last(Database(Path(sys.argv[1])), 9))}")
except GastownError as failure:
    print(type(failure).__name__, failure.message, failure.hint, sep="|")
"""


@pytest.mark.parametrize("files", ["", "8"], ids=["no room", "no more files"])
def test_on_a_full_disk_also_a_reader_is_told_that_it_is_full(tmp_path: Path, files: str) -> None:
    disk, path = tmp_path / "disk", tmp_path / "gastown.db"
    disk.mkdir()
    Database(path, create=True).close()
    if shutil.which("unshare") is None:
        pytest.skip("no disk can be mounted here")
    rights = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    words = ["sh", "-c", FILLED, "sh", str(disk), str(path), sys.executable, files, READ]
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        ["unshare", *rights, "--mount", *words], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    if done.returncode and not done.stdout:
        pytest.skip(f"no disk can be mounted here: {done.stderr}")
    assert done.stdout.splitlines() == [
        f"Unavailable|the disk of {disk} is full; nothing was changed|make room, then try again",
        "read 0",
    ]


def test_a_disk_that_fails_with_room_on_it_is_not_called_full(tmp_path: Path) -> None:
    with (
        pytest.raises(Unavailable, match="cannot be read or written: disk I/O error"),
        said_plainly(tmp_path / "x"),
    ):
        raise sqlite3.OperationalError("disk I/O error")
