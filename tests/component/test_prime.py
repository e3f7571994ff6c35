import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gastown.domain.assignments import Caller
from gastown.domain.briefing_facts import Briefing
from gastown.errors import Refused
from gastown.ledger import agents, events, incarnations, messages, primings
from gastown.ledger.database import Row
from gastown.ledger.quick import credential_hash
from gastown.ledger.sqlite import sqlite3
from gastown.operations.sessions import prime as priming
from gastown.operations.sessions.caller import caller
from gastown.operations.sessions.mail import seen
from gastown.operations.talk.send import send
from gastown.operations.work.create import create
from gastown.operations.work.sling import sling
from gastown.operations.work.update import Changes, update
from gastown.town import Town
from gastown.views.briefing import briefing
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


def prime(
    town: Town,
    by: Caller,
    source: str = "startup",
    *,
    address: str = TOAST,
    said: str | None = "",
    at: str = "c-1",
) -> str:
    """What the agent reads; `said` None: it asked by hand, else what its CLI says."""
    texts = list[str]()
    facts = json.dumps({**STARTED, "source": source, "session_id": at}) if said == "" else said

    def read() -> Briefing:
        return briefing(town, address, reader=by.incarnation)

    priming.prime(town, read, by=by, callback_input=facts, say=texts.append)
    (text,) = texts
    return text


def lasting(town: Town, address: str = TOAST, as_: str = "lasting") -> str:
    """Begin a session that lasts, without work; gives its credential."""
    with town.ledger.transaction() as ledger:
        incarnations.mint(
            ledger, address, None, credential_hash=credential_hash(as_), conversation="c-0", session="we-Toast",
            head=None, why_older="", now=town.clock.now(), lasting=True, runtime="claude",
        )  # fmt: skip
    return as_


def write(town: Town, subject: str, body: str = "At the door.", **more: object) -> str:
    """A message to Toast."""
    words = {"sender": "mayor", "recipient": TOAST, **more}
    with town.ledger.transaction() as ledger:
        return send(town, ledger, subject=subject, body=body, now=town.clock.now(), **words)  # type: ignore[arg-type]


def unread(town: Town) -> list[str]:
    return [message.subject for message in messages.unread(town.ledger, TOAST)]


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
    text = prime(town, by)
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
    assert "\nHOOK: we-" in prime(town, by, said=None)
    assert [payload["source"] for payload in primed(town)] == ["by hand"]
    assert conversations(town) == []


def test_the_first_time_counts_however_often_it_asks(town: Town, become: Callable[..., Caller]) -> None:
    by = become(put_to_work(town))
    times = list[object]()
    for source in ("startup", "resume", "compact"):
        prime(town, by, source)
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
    assert "\nHOOK: we-" in prime(town, by, said=said or "nothing")
    assert [payload["source"] for payload in primed(town)] == ["by hand"]


def test_a_human_who_looks_leaves_no_trace(town: Town) -> None:
    put_to_work(town)
    assert "\nHOOK: we-" in prime(town, HUMAN, said=None)
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
    text = prime(town, become(secret) if known else asked_early)
    assert text.startswith(f"You are an older session of {TOAST}")
    assert "\nHOOK: (nothing)\n" in text
    assert "Mend the door" not in text
    assert (primed(town), conversations(town)) == ([], [])


def test_nobody_takes_over_the_conversation_of_another(town: Town, become: Callable[..., Caller]) -> None:
    by = become(put_to_work(town))
    prime(town, by)
    thief = become(put_to_work(town, RUST))
    prime(town, thief, address=RUST)
    (conversation,) = conversations(town)
    assert (conversation["agent"], conversation["incarnation"]) == (TOAST, 1)


# what is recorded


def test_what_was_told_is_recorded_with_its_size_and_sections(
    town: Town, become: Callable[..., Caller]
) -> None:
    by = become(put_to_work(town))
    text = prime(town, by)
    told = primings.of_conversation(town.ledger, TOAST, "c-1")
    assert told is not None
    assert (told.incarnation, told.source, told.characters) == (by.incarnation, "startup", len(text))
    assert {"role", "title", "description", "step", "steps"} <= told.told.keys()
    assert primings.of_conversation(town.ledger, RUST, "c-1") is None


# mail and notes


def test_mail_that_was_shown_whole_counts_as_seen_and_what_was_not_is_shown_again(
    town: Town, become: Callable[..., Caller]
) -> None:
    by = become(put_to_work(town))
    short, long = write(town, "short"), write(town, "long", "x" * 20_000)
    assert "| short\n| At the door.\n" in prime(town, by)
    assert unread(town) == ["long"]
    seen = messages.get(town.ledger, short)
    assert seen is not None
    assert seen.seen_by == by.incarnation
    again = prime(town, by, "clear", at="c-2")
    assert "| short\n" not in again
    assert f"gt mail read {long}\n" in again


def test_a_session_that_dies_before_it_said_anything_has_seen_nothing(
    town: Town, become: Callable[..., Caller]
) -> None:
    by = become(put_to_work(town))
    write(town, "short")

    def die(_: str) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        priming.prime(town, lambda: briefing(town, TOAST), by=by, callback_input=None, say=die)
    assert unread(town) == ["short"]
    assert "| short\n" in prime(town, become(start(town)))


def test_a_human_and_an_older_session_see_nothing_in_an_agents_place(
    town: Town, become: Callable[..., Caller]
) -> None:
    secret = put_to_work(town)
    write(town, "short")
    assert "| short\n" in prime(town, HUMAN, said=None)
    start(town)
    assert "short" not in prime(town, become(secret))
    assert unread(town) == ["short"]


def leave(town: Town, by: Caller, *notes: str) -> None:
    """What this session leaves for the next."""
    for note in notes:
        write(
            town, note, note, sender=by.address, kind="handoff", generation=by.generation, incarnation=by.incarnation
        )  # fmt: skip


def test_the_notes_of_the_session_before_are_told_to_each_that_goes_on_with_that_work(
    town: Town, become: Callable[..., Caller]
) -> None:
    by = become(put_to_work(town))
    leave(town, by, "The hinge.", "The lock.")
    text = prime(town, become(start(town)))
    assert text.count("[note of the session before you, ") == 2
    assert text.index("| The lock.\n") < text.index("| The hinge.\n")
    assert unread(town) == []
    third = become(start(town))
    assert prime(town, third).count(", it was read before: quoted") == 2
    leave(town, third, "The paint.")
    text = prime(town, become(start(town)))
    assert "| The paint.\n" in text
    assert "The lock." not in text
    agents_work(town, RUST)
    with town.ledger.transaction() as ledger:
        agents.end_assignment(ledger, by.generation or 0, "unslung", town.clock.now())
        agents.unhook(ledger, TOAST, hooked(town, TOAST))
    assert "The lock." not in prime(town, HUMAN, said=None)


def without_work(town: Town, become: Callable[..., Caller]) -> Caller:
    """A session of Toast that lasts, and has nothing on its hook."""
    put_to_work(town)
    with town.ledger.transaction() as ledger:
        assignment = agents.open_assignment(ledger, TOAST)
        assert assignment is not None
        agents.end_assignment(ledger, assignment.generation, "unslung", town.clock.now())
        agents.unhook(ledger, TOAST, assignment.bead)
    return become(lasting(town))


@pytest.mark.parametrize("has_work", [True, False], ids=["with work", "without work"])
def test_a_session_neither_is_shown_nor_reads_away_what_it_leaves_for_the_next(
    town: Town,
    become: Callable[..., Caller],
    has_work: bool,  # noqa: FBT001 - a column
) -> None:
    by = become(put_to_work(town)) if has_work else without_work(town, become)
    leave(town, by, "The hinge.")
    (note,) = messages.notes_to_self(town.ledger, TOAST)
    for source, said in (("compact", ""), ("clear", ""), ("startup", None)):
        text = prime(town, by, source, said=said)
        assert "The hinge." not in text
        assert note.id not in text
    assert not seen(town, note.id, by=by)
    assert unread(town) == ["The hinge."]
    after = become(start(town) if has_work else lasting(town, as_="next"))
    assert "| The hinge.\n" in prime(town, after)
    read = messages.get(town.ledger, note.id)
    assert read is not None
    assert (read.seen_by, unread(town)) == (after.incarnation, [])
    assert "| The hinge.\n" in prime(town, after, said=None)


def test_a_note_that_was_not_shown_whole_stays_unread_and_is_named_to_each_that_follows(
    town: Town, become: Callable[..., Caller]
) -> None:
    by = without_work(town, become)
    leave(town, by, "long " + "x" * 30_000, "short")
    (_, long) = messages.notes_to_self(town.ledger, TOAST)
    for name in ("next", "one more"):
        by = become(lasting(town, as_=name))
        assert f"… mail that is not here whole: {long.id}: gt mail read ID\n" in prime(town, by)
        assert unread(town) == [long.subject]
    assert seen(town, long.id, by=by)
    assert unread(town) == []


def test_what_a_restored_town_remembers_of_a_session_of_that_number_is_told(
    town: Town, become: Callable[..., Caller]
) -> None:
    """Incarnations are counted anew there; a note that is older than its reader is not its own."""
    write(town, "before", "The hinge.", sender=TOAST, kind="handoff", incarnation=1)
    by = become(put_to_work(town))
    assert by.incarnation == 1
    assert "| The hinge.\n" in prime(town, by)
    assert unread(town) == []


def agents_work(town: Town, address: str) -> None:
    """Give another agent work of its own."""
    sling(town, create(town, "Paint the wall", by=HUMAN).id, address, by=HUMAN)


def hooked(town: Town, address: str) -> str:
    agent = agents.get(town.ledger, address)
    assert agent is not None
    return agent.hook_bead or ""


# conversations that go on


def test_after_compaction_it_is_said_what_was_withdrawn(town: Town, become: Callable[..., Caller]) -> None:
    by = become(put_to_work(town))
    orders = town.root / "directives" / "polecat.md"
    orders.parent.mkdir(exist_ok=True)
    orders.write_text("Be kind.\n")
    update(town, [hooked(town, TOAST)], Changes(acceptance="Keep the first API."), by=HUMAN)
    assert "| Keep the first API.\n" in prime(town, by)
    update(town, [hooked(town, TOAST)], Changes(acceptance=""), by=HUMAN)
    orders.unlink()
    lost = "Told before, and there no more, so it no longer holds: standing orders, acceptance.\n"
    assert lost in prime(town, by, "compact")
    assert lost not in prime(town, by, "resume")


def test_after_compaction_and_resume_only_what_changed_is_told(
    town: Town, become: Callable[..., Caller]
) -> None:
    by = become(put_to_work(town))
    prime(town, by)
    write(town, "new")
    for source in ("compact", "resume"):
        text = prime(town, by, source)
        assert text.startswith("This conversation was told its work before")
        assert "\nHOOK: we-" in text
        assert "The rules in short: " in text
        assert "[your step now, " in text
        assert "You are Toast, a polecat" not in text
        assert "Mend the door" not in text
        assert ("| new\n" in text) == (source == "compact")
    assert "Mend the door" in prime(town, by, "clear", at="c-2")
    assert "Mend the door" in prime(town, by, said=None)


def test_a_conversation_that_goes_on_in_a_new_session_knows_what_it_was_told(
    town: Town, become: Callable[..., Caller]
) -> None:
    prime(town, become(put_to_work(town)))
    by = become(start(town))
    assert "Mend the door" not in prime(town, by, "resume")
    assert "Mend the door" in prime(town, by, "resume", at="c-unheard-of")
    assert "Mend the door" in prime(town, by)


# sessions that last, and work that waits


def took_up(town: Town) -> list[object]:
    return [event.payload["bead"] for event in events.last(town.ledger, 99) if event.type == "agent.took_up"]


def test_a_session_that_lasts_takes_up_one_assignment_after_the_other(
    town: Town, become: Callable[..., Caller]
) -> None:
    put_to_work(town)
    with town.ledger.transaction() as ledger:
        assignment = agents.open_assignment(ledger, TOAST)
        assert assignment is not None
        agents.end_assignment(ledger, assignment.generation, "unslung", town.clock.now())
        agents.unhook(ledger, TOAST, assignment.bead)
    secret = lasting(town)
    assert "HOOK: (nothing)\nYou are web/polecats/Toast. There is nothing on your hook" in prime(
        town, become(secret)
    )
    agents_work(town, TOAST)
    assert "Paint the wall" in prime(town, become(secret), "compact")
    incarnation = incarnations.newest(town.ledger, TOAST)
    assert incarnation is not None
    assert (incarnation.bead, took_up(town)) == (hooked(town, TOAST), [hooked(town, TOAST)])
    prime(town, become(secret), said=None)
    assert len(took_up(town)) == 1
    assert conversations(town)[0]["runtime"] == "claude"


@pytest.mark.parametrize("source", ["compact", "clear", "startup", "resume", None])
def test_deferred_work_begins_with_a_session_or_when_its_agent_asks(
    town: Town, become: Callable[..., Caller], source: str | None
) -> None:
    by = become(put_to_work(town))
    with town.ledger.transaction() as ledger:
        ledger.select("UPDATE assignments SET deferred = 1", {})
    begins = source not in ("compact", "clear")
    prime(town, by, source or "", said="" if source else None)
    assignment = agents.open_assignment(town.ledger, TOAST)
    assert assignment is not None
    assert assignment.deferred is not begins


def test_work_that_comes_while_the_briefing_is_read_is_told(
    town: Town, become: Callable[..., Caller]
) -> None:
    put_to_work(town)
    with town.ledger.transaction() as ledger:
        assignment = agents.open_assignment(ledger, TOAST)
        assert assignment is not None
        agents.end_assignment(ledger, assignment.generation, "unslung", town.clock.now())
        agents.unhook(ledger, TOAST, assignment.bead)
    by = become(lasting(town))
    texts = list[str]()
    read = iter([briefing(town, TOAST)])
    agents_work(town, TOAST)
    priming.prime(
        town, lambda: next(read, None) or briefing(town, TOAST), by=by, callback_input=None, say=texts.append
    )
    assert "Paint the wall" in texts[0]


def test_nobody_is_told_anothers_work(town: Town, become: Callable[..., Caller]) -> None:
    by = become(put_to_work(town))
    put_to_work(town, RUST)
    with pytest.raises(Refused, match=f"you are {TOAST}"):
        prime(town, by, address=RUST)
    assert primed(town) == []
