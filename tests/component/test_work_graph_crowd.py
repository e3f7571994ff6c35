"""Thirty processes write the work graph at once, some are killed: nobody fails, and nothing acknowledged is lost."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from gastown.ledger import derived
from gastown.ledger.sqlite import sqlite3
from gastown.operations.work.create import create
from gastown.town import Town
from tests.component import graph_model
from tests.conftest import ROOT
from tests.towns import HUMAN, a_town

CROWD, SHARED, KILLED = 30, 40, 5
SECONDS = float(os.environ.get("GASTOWN_CROWD_SECONDS", "4"))
"""GASTOWN_CROWD_SECONDS=60 looks longer."""

WRITE = """
import json, random, sys, time
from pathlib import Path
from gastown.domain.assignments import Caller
from gastown.errors import Refused
from gastown.operations.work.close import close
from gastown.operations.work.comment import comment
from gastown.operations.work.create import create
from gastown.operations.work.depend import depend
from gastown.operations.work.label import label
from gastown.operations.work.reopen import reopen
from gastown.operations.work.update import Changes, update
from gastown.town import Town

root, me, seconds, shared = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]), sys.argv[4].split()
town, by, chance, mine, number = Town(root), Caller(me), random.Random(me), [], 0

def say(*words):
    print(json.dumps(words), flush=True)

print("here", flush=True)
sys.stdin.readline()
end = time.monotonic() + seconds
while time.monotonic() < end:
    number += 1
    what, word = chance.randrange(8), f"{me}-{number}"
    bead = chance.choice(mine) if mine else ""
    try:
        if what < 2 or not bead:
            bead = create(town, word, by=by, rig="web", priority=number % 5).id
            mine.append(bead)
            say("created", bead, word)
        elif what == 2:
            comment(town, chance.choice([bead, *shared]), word, by=by)
            say("commented", word)
        elif what == 3:
            label(town, [bead, word], by=by)
            say("labelled", bead, word)
        elif what == 4:
            update(town, [bead], Changes(notes=word), by=by)
            say("noted", bead, word)
        elif what == 5:
            wanted = chance.choice(shared)
            update(town, [wanted], Changes(claim=True), by=by)
            say("claimed", wanted)
            close(town, [wanted], reason=word, by=by)
            say("closed", wanted, word)
            reopen(town, [wanted], by=by)
            update(town, [wanted], Changes(assignee=""), by=by)
            say("let go", wanted)
        elif what == 6:
            close(town, [bead], reason=word, by=by)
            mine.remove(bead)
            say("ended", bead)
        else:
            depend(town, bead, chance.choice(shared + mine), by=by)
            say("linked", bead)
    except Refused as refused:
        say("refused", refused.message)
say("done")
"""


def test_thirty_write_whatever_they_like_and_nothing_is_lost(tmp_path: Path) -> None:
    town = a_town(tmp_path)
    shared = [create(town, f"Shared {number}", by=HUMAN, rig="web").id for number in range(SHARED)]
    crowd = [joined(town.root, f"web/crew/W{number}", shared) for number in range(CROWD)]
    for one in crowd:
        assert one.stdout is not None
        assert one.stdout.readline() == "here\n"
    for one in crowd:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    time.sleep(SECONDS / 2)  # they are all at work
    for one in crowd[:KILLED]:
        one.send_signal(signal.SIGKILL)
    said = [one.communicate(timeout=60 + SECONDS) for one in crowd]
    assert [err for _, err in said] == [""] * CROWD
    assert [one.returncode for one in crowd] == [-signal.SIGKILL] * KILLED + [0] * (CROWD - KILLED)
    told = [json.loads(line) for out, _ in said for line in out.splitlines() if line.endswith("]")]
    count = Counter(words[0] for words in told)
    print(count)  # noqa: T201 - for who looks longer
    assert set(count) >= {"created", "commented", "labelled", "noted", "claimed", "closed", "ended", "linked"}
    nothing_is_lost(town, told)


def joined(root: Path, who: str, shared: Sequence[str]) -> subprocess.Popen[str]:
    """One more process that writes."""
    words = [sys.executable, "-c", WRITE, str(root), who, str(SECONDS), " ".join(shared)]
    pipe = subprocess.PIPE
    return subprocess.Popen(words, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def nothing_is_lost(town: Town, told: Sequence[Sequence[str]]) -> None:
    """Every write that was acknowledged is there; events, journal and readiness agree."""
    with closing(sqlite3.connect(town.ledger.path)) as reader:
        titles = dict(reader.execute("SELECT id, title FROM beads"))
        comments = {row[0] for row in reader.execute("SELECT body FROM comments")}
        labels = set(reader.execute("SELECT bead, label FROM labels"))
        notes = {row[0] for row in reader.execute(
            "SELECT value FROM changes, json_each(what, '$.notes') WHERE json_valid(what) AND value IS NOT NULL"
        )}  # fmt: skip
        events = Counter(reader.execute("SELECT type, subject FROM events"))
        reasons = {row[0] for row in reader.execute(
            "SELECT payload ->> '$.reason' FROM events WHERE type = 'bead.closed'"
        )}  # fmt: skip
        assert graph_model.differences(reader) == []
    claims = Counter(words[1] for words in told if words[0] == "claimed")
    for words in told:
        match words:
            case ["created", bead, title]:
                assert titles[bead] == title
                assert events["bead.created", bead] == 1
            case ["commented", word]:
                assert word in comments
            case ["labelled", bead, word]:
                assert (bead, word) in labels
            case ["noted", _, word]:
                assert word in notes
            case ["closed", _, word]:
                assert word in reasons
            case _:
                pass
    assert all(events["bead.claimed", bead] >= times for bead, times in claims.items())
    assert derived.check(town.ledger) == []
