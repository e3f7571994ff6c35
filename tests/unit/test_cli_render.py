"""How pages look: aligned, within 80 columns on a terminal, whole in a pipe, and harmless whatever they show."""

import json
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gastown.cli import output, times
from gastown.cli.render_queue import queues, request
from gastown.cli.render_status import page
from gastown.cli.tables import columns, fit, table
from gastown.domain.merges import GateOutcome, MergeState
from gastown.domain.runtime import Permission
from gastown.domain.worker_state import WorkerState
from gastown.ledger.convoys import ConvoyProgress
from gastown.views.queue import GateLine, QueueLine, RequestPage, RigQueue
from gastown.views.request_line import RequestLine
from gastown.views.rig_list import RigLine
from gastown.views.town_status import SupervisorLine, TownStatus
from gastown.views.waiting import WaitingLine
from gastown.views.workers import WorkerLine

NOW = datetime(2026, 1, 2, 12, 0, 0, tzinfo=UTC)


def before(**ago: float) -> datetime:
    return NOW - timedelta(**ago)


@contextmanager
def a_terminal(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """Standard output is a terminal of 80 columns without colours; a fixture would be undone by pytest."""
    leader, follower = os.openpty()
    with os.fdopen(follower, "w", encoding="utf-8") as stream, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", stream)
        patch.setenv("COLUMNS", "80")
        patch.setenv("NO_COLOR", "1")
        yield
    os.close(leader)


def worker(
    name: str,
    title: str | None = None,
    *,
    state: WorkerState = WorkerState.WORKING,
    why: str = "",
    rig: str = "web",
) -> WorkerLine:
    bead = f"we-{name.lower()}" if title else None
    return WorkerLine(
        address=f"{rig}/polecats/{name}", short=f"{rig}/{name}", rig=rig, name=name, session=f"we-{name}", bead=bead,
        title=title, generation=7, since=before(minutes=18), state=state, why=why or f"works on {bead}", until=None,
        last_sign=before(seconds=12), attached=0,
    )  # fmt: skip


def a_town(*, quiet: bool = False) -> TownStatus:
    working = () if quiet else (
        worker("Toast", "Add pagination to /users"),
        worker("Shadow", "Cache the feed of all that a person follows",
               state=WorkerState.STALLED, why="its turn has ended"),
    )  # fmt: skip
    waiting = () if quiet else (
        WaitingLine("answer", "web/Toast", "we-toast", "waits for an answer: Keep the old endpoint as an alias?",
                    before(minutes=12), "gt attach web/Toast"),
        WaitingLine("held", "mr-8k2xy", "we-9qk4d", 'gate "pytest" could not run (exit 127)', before(minutes=3),
                    "gt mq retry mr-8k2xy"),
    )  # fmt: skip
    return TownStatus(
        name="gt", path=str(Path.home() / "gt"), at=NOW,
        supervisor=SupervisorLine("down" if quiet else "up", None, None if quiet else before(hours=3), None),
        rigs=(
            RigLine("web", "https://example.org/web.git", "we", "main", "pytest -q", no_gate=False, gate_seconds=1800,
                    permissions=Permission.ASK, trust=False, parked=None),
            RigLine("api", "https://example.org/api.git", "ap", "main", None, no_gate=True, gate_seconds=1800,
                    permissions=Permission.UNATTENDED, trust=True, parked="a person says so"),
        ),
        waiting=waiting, working=working, idle=(worker("Ash", state=WorkerState.IDLE, rig="api"),),
        queues=(
            QueueLine("web", "running", 3, 1, None, None if quiet else "pytest -q", before(seconds=72), "mr-1", "we-1"),
            QueueLine("api", "stopped", 0, 0, None, None, None, None, None),
        ),
        convoys=(ConvoyProgress("cv-1", "Pagination", 5, 4), ConvoyProgress("cv-2", "Lone", 1, 0)),
        convoys_open=2,
        ready=2, max_polecats=4, cannot_see=() if quiet else ("cannot see what we-Shadow does: no status file",),
        next="gt attach web/Toast",
    )  # fmt: skip


def test_the_page_in_a_pipe_is_whole() -> None:
    assert (
        page(a_town())
        == """\
 Gas Town  ~/gt   2 rigs · 3 agents · supervisor up 3 h · 2 ready

 Waiting for you (2)
   ?  web/Toast  we-toast  waits for an answer: Keep the old endpoint as an alias?  12 m  gt attach web/Toast
   !  mr-8k2xy   we-9qk4d  gate "pytest" could not run (exit 127)                    3 m  gt mq retry mr-8k2xy

 Could not be seen
   ~  cannot see what we-Shadow does: no status file

 Working (2)                                                            since  last sign
   web  Toast   we-toast   Add pagination to /users                      18 m   12 s ago
   web  Shadow  we-shadow  Cache the feed of all that a person follows   18 m   12 s ago  stalled: its turn has ended

 Idle     api Ash
 Queue    web 3 waiting, 1 held, "pytest -q" 1:12 · api empty
 Convoys  ████████░░ 4/5  Pagination

 Rigs
   web  → main  gate pytest -q        agents: ask
   api  → main  gate none, by choice  agents: unattended, trusted  parked: a person says so
"""
    )


def test_agents_of_the_town_and_steps_are_shown() -> None:
    mayor = replace(worker("mayor", state=WorkerState.IDLE, rig=""), is_worker=False, runs=True)
    toast = replace(worker("Toast", "Add pagination"), step="3/5")
    shown = page(replace(a_town(), idle=(*a_town().idle, mayor), working=(toast,)))
    assert " Idle     api Ash · town mayor\n" in shown
    assert "12 s ago  step 3/5\n" in shown


def test_the_page_fits_a_terminal_of_80_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    with a_terminal(monkeypatch):
        shown = page(a_town())
    assert max(columns(line) for line in shown.splitlines()) <= 80
    for needed in (
        "gt attach web/Toast",
        "gt mq retry mr-8k2xy",
        "stalled",
        "Add pagination",
        "last sign",
        "unattended",
    ):
        assert needed in shown


def test_a_quiet_town_shows_only_what_there_is() -> None:
    shown = page(a_town(quiet=True))
    assert "supervisor DOWN" in shown
    assert "Waiting" not in shown
    assert "Working" not in shown


def test_hostile_text_changes_nothing_on_the_page() -> None:
    evil = "x\x1b[2J\r\n\x9b1m\x00"
    line = WaitingLine("failure", evil, evil, evil, NOW, evil)
    people = (worker("T", evil, why=evil),)
    shown = page(replace(a_town(), waiting=(line,), cannot_see=(evil,), working=people))
    assert not [c for c in shown if c != "\n" and not c.isprintable()]


def a_request(identity: str, state: MergeState, because: str | None = None, **more: object) -> RequestLine:
    values: dict[str, object] = {
        "id": identity, "bead": "we-x7k2m", "title": "Add pagination", "rig": "web", "agent": "web/polecats/Toast",
        "short": "web/Toast", "generation": 7, "state": state, "because": because, "submitted_at": before(minutes=5),
        "ended_at": None, "commit": "3f9c2ab" * 5, "branch": "polecat/Toast/we-x7k2m", "target": "main",
        "landed_as": None, "gate": None, "gate_since": None,
    }  # fmt: skip
    return RequestLine(**{**values, **more})  # type: ignore[arg-type]


def test_a_queue_shows_who_is_next_and_why_others_wait() -> None:
    queue = RigQueue(
        rig="web", target="main", newest_landing="3f9c2ab0123456", gate="pytest", no_gate=False, process="running",
        live=(
            a_request("mr-1", MergeState.QUEUED, gate="pytest", gate_since=before(seconds=72)),
            a_request("mr-2", MergeState.QUEUED),
            a_request("mr-3", MergeState.HELD, "the gate could not run (exit 127)"),
        ),
        ended=(
            a_request("mr-0", MergeState.MERGED, landed_as="abc" * 13, ended_at=before(minutes=2)),
            a_request("mr-9", MergeState.SENT_BACK, "the gate failed (exit 1)", ended_at=before(minutes=9)),
        ),
        landed=1, sent_back=1, gates=4,
    )  # fmt: skip
    assert (
        queues([queue], NOW)
        == """\
 web → main @ 3f9c2ab012   gate pytest · process running
   1  mr-1  we-x7k2m  Toast  Add pagination  gate pytest 1:12
   2  mr-2  we-x7k2m  Toast  Add pagination  waits
   3  mr-3  we-x7k2m  Toast  Add pagination  held: the gate could not run (exit 127)
   ✓  mr-0  we-x7k2m  Toast  Add pagination  landed abcabcabca 2 m ago
   ✗  mr-9  we-x7k2m  Toast  Add pagination  sent back 9 m ago: the gate failed (exit 1)
 last hour  1 landed · 4 gate runs · 1 sent back"""
    )


def test_a_request_shows_every_run_of_its_gate() -> None:
    runs = (
        GateLine(
            id=1, on_target=False, commit="3f9c2ab" * 5, command="pytest", log="/log/1", began_at=before(minutes=4),
            ended_at=before(minutes=3), status=127, outcome=GateOutcome.COULD_NOT_RUN, running=False,
        ),
        GateLine(
            id=2, on_target=True, commit="abc" * 13, command="pytest", log="/log/2", began_at=before(seconds=9),
            ended_at=None, status=None, outcome=None, running=True,
        ),
    )  # fmt: skip
    shown = request(RequestPage(a_request("mr-3", MergeState.HELD, "no\x1b gate"), runs), NOW)
    assert "mr-3  we-x7k2m  Add pagination" in shown
    assert " held: no� gate" in shown
    assert "on the change         3f9c2ab3f9  could not run  status 127  1:00   pytest" in shown
    assert "on the target itself  abcabcabca  runs                       9.0 s  pytest" in shown
    assert shown.endswith("   /log/2")


@pytest.mark.parametrize(
    "seconds, told",
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 m"),
        (3599, "59 m"),
        (3600, "1 h"),
        (47 * 3600, "47 h"),
        (3 * 86400, "3 d"),
        (-5, "0 s"),
    ],
)
def test_lengths_of_time(seconds: float, told: str) -> None:
    assert times.span(timedelta(seconds=seconds)) == told


def test_moments() -> None:
    assert (times.since(None, NOW), times.ago(None, NOW)) == ("-", "-")
    assert times.ago(before(seconds=12), NOW) == "12 s ago"
    assert [times.lasted(s) for s in (8.34, 72, 3723)] == ["8.3 s", "1:12", "1:02:03"]
    here = NOW.astimezone()
    assert times.clock(NOW, NOW) == f"{here:%H:%M:%S}"
    assert times.clock(before(days=40), NOW).startswith("Nov")


def test_wide_and_combining_characters_keep_columns_straight() -> None:
    assert [columns(text) for text in ("abc", "日本", "e\u0301", "")] == [3, 4, 1, 0]
    assert [fit(text, 4) for text in ("abcd", "abcde", "日本語")] == ["abcd", "abc…", "日…"]
    lines = table([("日本", "x"), ("ab", "y")], indent=0)
    assert lines == ["日本  x", "ab    y"]


def test_an_empty_table_has_no_lines() -> None:
    assert table([], gives_way={3: 5}) == []
    assert table([("a", "", "b")], indent=0) == ["a  b"]


@dataclass(frozen=True)
class Thing:
    at: datetime
    length: timedelta
    path: Path
    state: MergeState
    inner: tuple["Thing", ...] = ()


def test_json_is_plain_and_safe_on_a_terminal() -> None:
    thing = Thing(NOW, timedelta(seconds=90), Path("/x"), MergeState.HELD)
    shown = json.loads(output.json_text(Thing(NOW, timedelta(0), Path("/"), MergeState.QUEUED, (thing,))))
    assert shown["inner"] == [
        {"at": "2026-01-02T12:00:00+00:00", "length": 90.0, "path": "/x", "state": "held", "inner": []}
    ]
    text = output.json_text({"title": "ü \x1b\x9b\x7f\u2028"})
    assert "ü" in text
    assert not [c for c in text if c != "\n" and not c.isprintable()]
    assert json.loads(text) == {"title": "ü \x1b\x9b\x7f\u2028"}
