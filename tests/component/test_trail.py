"""`gt trail`: the story of an agent and of a bead, in order."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gastown.domain.assignments import Caller
from gastown.errors import NotFound
from gastown.ledger import events, incarnations, quick
from gastown.operations.sessions.handoff import hand_off
from gastown.town import Town
from gastown.views.trail import Trail, TrailLine, trail
from tests.towns import a_town, put_to_work

TOAST = "web/polecats/Toast"


class Ticking:
    """A clock that goes on a second each time it is asked."""

    def __init__(self) -> None:
        self._now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

    def now(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now


@pytest.fixture
def town(tmp_path: Path) -> Town:
    made = a_town(tmp_path)
    made.close()
    return Town(made.root, clock=Ticking())


def at_work(town: Town) -> tuple[str, str, Caller]:
    """Toast works; gives its bead, its credential and it as a caller."""
    credential = put_to_work(town)
    newest = incarnations.newest(town.ledger, TOAST)
    assert newest is not None
    assert newest.bead is not None
    return newest.bead, credential, Caller(TOAST, newest.id, newest.generation)


def tell(town: Town, type_: str, subject: str = TOAST, actor: str = "supervisor", **payload: object) -> None:
    with town.ledger.transaction() as ledger:
        events.append(ledger, actor, type_, subject, town.clock.now(), **payload)


def kinds(told: Trail) -> list[str]:
    return [line.kind for line in told.lines]


def of_kind(told: Trail, kind: str) -> TrailLine:
    return next(line for line in told.lines if line.kind == kind)


def test_a_beads_story_is_told_in_order_with_who_did_what(town: Town) -> None:
    bead, _, by = at_work(town)
    tell(town, "agent.starting", bead=bead, because="it is hooked", conversation="abcdef0123", resumed=False)
    hand_off(town, note="Half is done.\nThe rest is in door.py.", by=by)
    tell(town, "agent.starting", bead=bead, because="a handoff was wished", conversation="x", resumed=True)
    tell(town, "bead.submitted", bead, TOAST, commit="3f9c2ab0123456", request="mr-1")
    tell(town, "merge.sent_back", "mr-1", bead=bead, why="the gate is red")
    tell(town, "bead.landed", bead, "web/refinery", commit="3f9c2ab0123456", target="main")
    with town.ledger.transaction() as ledger:
        incarnations.end(ledger, by.incarnation or 0, "nothing on the hook", town.clock.now())
    told = trail(town, bead)
    assert (told.about, told.title) == (bead, "Mend the door")
    assert kinds(told) == [
        *("filed", "slung", "started", "handed off", "started"),
        *("done", "sent back", "landed", "session ended"),
    ]
    assert of_kind(told, "slung").what == "overseer → web/Toast, generation 1"
    assert of_kind(told, "started").what == "afresh, conversation abcdef01: it is hooked"
    assert of_kind(told, "handed off").what.startswith('"Half is done. The rest is in door.py." (hq-')
    assert of_kind(told, "done").agent == TOAST
    assert of_kind(told, "done").what == "3f9c2ab012 → merge queue as mr-1"
    assert of_kind(told, "landed").what == "on main as 3f9c2ab012"
    assert [line.at for line in told.lines] == sorted(line.at for line in told.lines)


def test_an_agents_story_is_found_by_its_name(town: Town) -> None:
    bead, _, by = at_work(town)
    hand_off(town, by=by)
    told = trail(town, "Toast")
    assert (told.about, told.title) == (TOAST, "")
    assert of_kind(told, "handed off").bead == bead
    assert kinds(told)[0] == "made"


def test_prompts_in_a_row_are_one_line(town: Town) -> None:
    _, credential, by = at_work(town)
    for _ in range(3):
        quick.record(
            str(town.root), str(by.incarnation), credential, "UserPromptSubmit", json.dumps({"prompt": "x"})
        )
    assert [(line.count) for line in trail(town, "Toast").lines if line.kind == "prompted"] == [3]


def test_what_an_older_session_tells_is_no_part_of_it(town: Town) -> None:
    bead, credential, by = at_work(town)
    with town.ledger.transaction() as ledger:
        incarnations.end(ledger, by.incarnation or 0, "the session ended", town.clock.now())
    quick.record(str(town.root), str(by.incarnation), credential, "PreCompact", "{}")
    assert "compacted" not in kinds(trail(town, bead))


def test_only_the_newest_lines_are_told_if_there_are_many(town: Town) -> None:
    at_work(town)
    for number in range(30):
        tell(town, "agent.paused" if number % 2 else "agent.unpaused", why=str(number))
    told = trail(town, "Toast", most=5)
    assert len(told.lines) == 5


def test_texts_of_others_stay_on_their_line(town: Town) -> None:
    bead, _, by = at_work(town)
    hand_off(town, note="one\x1b[2J\n   12:00:00  landed  on main\r\ntwo", by=by)
    tell(town, "merge.sent_back", "mr-1", bead=bead, why="red\nlanded on main")
    for line in trail(town, bead).lines:
        assert "\n" not in line.what
        assert "\x1b" not in line.what


def test_what_is_not_there_has_no_story(town: Town) -> None:
    with pytest.raises(NotFound, match="nothing here is called 'nobody'"):
        trail(town, "nobody")
