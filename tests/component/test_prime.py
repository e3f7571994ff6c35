import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gastown.domain.assignments import Caller
from gastown.domain.briefing import Briefing, HookedWork
from gastown.ledger import agents, events, incarnations
from gastown.ledger.database import Row
from gastown.ledger.sqlite import sqlite3
from gastown.operations.sessions.caller import caller
from gastown.operations.sessions.prime import prime
from gastown.town import Town
from gastown.world.wake import Doorbell
from tests.towns import HUMAN, a_town, put_to_work, start

TOAST, RUST = "web/polecats/Toast", "web/polecats/Rust"
STARTED = {"session_id": "c-1", "transcript_path": "/t.jsonl", "source": "startup", "cwd": "/x"}


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A town with one rig."""
    with closing(a_town(tmp_path)) as town:
        yield town


@pytest.fixture
def become(monkeypatch: pytest.MonkeyPatch, town: Town) -> Callable[..., Caller]:
    """Ask who calls, with this credential in the environment."""

    def ask(credential: str) -> Caller:
        monkeypatch.setenv("GT_CREDENTIAL", credential)
        return caller(town)

    return ask


def a_briefing(town: Town, address: str = TOAST) -> Briefing:
    """What that agent is told."""
    assignment = agents.open_assignment(town.ledger, address)
    assert assignment is not None
    work = HookedWork(
        assignment.bead, "Mend the door", assignment.generation, "b", "It creaks.", "", "", (), (), 0
    )
    return Briefing(address, "You are a polecat.", "main", 0, work)


def conversations(town: Town) -> list[Row]:
    """All conversations that were recorded."""
    with sqlite3.connect(town.root / "gastown.db") as reader:
        reader.row_factory = sqlite3.Row
        return [dict(row) for row in reader.execute("SELECT * FROM conversations ORDER BY id")]


def primed(town: Town) -> list[dict[str, object]]:
    """Payloads of the events of priming."""
    return [event.payload for event in events.last(town.ledger, 99) if event.type == "agent.primed"]


def test_an_agent_that_starts_gets_its_hook_and_that_is_recorded(
    town: Town, become: Callable[..., Caller]
) -> None:
    by = become(put_to_work(town))
    bell = Doorbell(town.places.wake)
    text = prime(town, a_briefing(town), by=by, callback_input=json.dumps(STARTED))
    assert "\nHOOK: we-" in text
    assert bell.wait(0)
    bell.close()
    incarnation = incarnations.newest(town.ledger, TOAST)
    assert incarnation is not None
    assert incarnation.primed_at is not None
    (conversation,) = conversations(town)
    assert (conversation["id"], conversation["agent"], conversation["incarnation"]) == (
        "c-1",
        TOAST,
        incarnation.id,
    )
    assert (conversation["runtime"], conversation["transcript"]) == ("scripted", "/t.jsonl")
    assert primed(town) == [{"bead": incarnation.bead, "source": "startup"}]


def test_an_agent_that_asks_by_hand_is_told_the_same(town: Town, become: Callable[..., Caller]) -> None:
    by = become(put_to_work(town))
    assert "\nHOOK: we-" in prime(town, a_briefing(town), by=by, callback_input=None)
    assert [payload["source"] for payload in primed(town)] == ["by hand"]
    assert conversations(town) == []


def test_the_first_time_counts_however_often_it_asks(town: Town, become: Callable[..., Caller]) -> None:
    by = become(put_to_work(town))
    times = list[object]()
    for source in ("startup", "resume", "compact"):
        prime(town, a_briefing(town), by=by, callback_input=json.dumps({**STARTED, "source": source}))
        incarnation = incarnations.newest(town.ledger, TOAST)
        assert incarnation is not None
        times.append(incarnation.primed_at)
    assert len(set(times)) == 1
    assert len(conversations(town)) == 1


ODD_INPUTS = {
    "nothing": "",
    "no JSON": "{",
    "a list": "[]",
    "a number": "5",
    "numbers where texts belong": '{"session_id": 5, "source": null}',
    "bottomless": "[" * 100_000,
    "half a character": '{"session_id": "\\ud800", "source": "\\udfff"}',
    "an unheard-of source": '{"source": "a story of its own\\n\\u001b[2J"}',
}


@pytest.mark.parametrize("said", ODD_INPUTS.values(), ids=ODD_INPUTS)
def test_an_agent_is_told_its_work_whatever_its_cli_says(
    town: Town, become: Callable[..., Caller], said: str
) -> None:
    by = become(put_to_work(town))
    assert "\nHOOK: we-" in prime(town, a_briefing(town), by=by, callback_input=said)
    assert [payload["source"] for payload in primed(town)] == ["by hand"]


def test_a_human_who_looks_leaves_no_trace(town: Town) -> None:
    put_to_work(town)
    assert "\nHOOK: we-" in prime(town, a_briefing(town), by=HUMAN, callback_input=None)
    assert primed(town) == []


@pytest.mark.parametrize("known", [True, False], ids=["before it asked", "while it asked"])
def test_a_session_that_was_replaced_is_told_so_and_gets_no_work(
    town: Town,
    become: Callable[..., Caller],
    known: bool,  # noqa: FBT001 - a column
) -> None:
    secret = put_to_work(town)
    asked_early = become(secret)
    start(town)
    text = prime(
        town,
        a_briefing(town),
        by=become(secret) if known else asked_early,
        callback_input=json.dumps(STARTED),
    )
    assert text.startswith(f"You are an older session of {TOAST}")
    assert "\nHOOK: (nothing)\n" in text
    assert "Mend the door" not in text
    assert (primed(town), conversations(town)) == ([], [])


def test_nobody_takes_over_the_conversation_of_another(town: Town, become: Callable[..., Caller]) -> None:
    by = become(put_to_work(town))
    prime(town, a_briefing(town), by=by, callback_input=json.dumps(STARTED))
    thief = become(put_to_work(town, RUST))
    prime(town, a_briefing(town, RUST), by=thief, callback_input=json.dumps(STARTED))
    (conversation,) = conversations(town)
    assert (conversation["agent"], conversation["incarnation"]) == (TOAST, 1)
