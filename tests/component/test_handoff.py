"""`gt handoff`: the note, the wish and its fences, without a supervisor."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gastown.domain.assignments import Caller
from gastown.domain.endings import HANDOFF
from gastown.domain.identity import parse_address
from gastown.domain.messages import Kind
from gastown.errors import Refused
from gastown.ledger import agents, events, incarnations, messages
from gastown.ledger.quick import credential_hash
from gastown.ledger.sqlite import sqlite3
from gastown.operations.sessions.handoff import HandedOff, hand_off, hand_off_another
from gastown.operations.work.create import create
from gastown.operations.work.handoff import hand_off_with
from gastown.town import Town
from tests.support import a_repository
from tests.towns import HUMAN, a_town, put_to_work, start

TOAST, MAYOR = "web/polecats/Toast", "mayor"


class Ahead:
    """A clock that goes ahead of the computer's."""

    def __init__(self) -> None:
        self.by = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by


@pytest.fixture
def town(tmp_path: Path) -> Town:
    made = a_town(tmp_path)
    made.close()
    return Town(made.root, clock=Ahead())


def caller(town: Town, credential: str) -> Caller:
    holder = incarnations.by_credential(town.ledger, credential_hash(credential))
    assert holder is not None
    incarnation = holder.incarnation
    return Caller(incarnation.agent, incarnation.id, incarnation.generation, is_current=holder.is_newest)


def lasting(town: Town, address: str = MAYOR) -> Caller:
    """A session that was begun without work."""
    with town.ledger.transaction() as ledger:
        agents.add(ledger, parse_address(address), town.clock.now())
        incarnations.mint(
            ledger, address, None, credential_hash=credential_hash(f"secret {address}"), conversation="c-1",
            session="hq-mayor", head=None, why_older="the session ended", now=town.clock.now(), lasting=True,
        )  # fmt: skip
    return caller(town, f"secret {address}")


def later(town: Town, seconds: float) -> None:
    assert isinstance(town.clock, Ahead)
    town.clock.by += timedelta(seconds=seconds)


def told(town: Town, type_: str) -> list[dict[str, object]]:
    return [event.payload for event in events.after(town.ledger, 0) if event.type == type_]


def wish(town: Town, by: Caller) -> tuple[bool, str | None]:
    session = incarnations.get(town.ledger, by.incarnation or 0)
    assert session is not None
    return session.handoff_at is not None, session.handoff_by


def test_the_note_is_kept_for_the_next_session_with_the_wish_for_it(town: Town) -> None:
    by = caller(town, put_to_work(town))
    handed = hand_off(town, note="Half of it is done.\nThe rest is in door.py.", by=by)
    assert wish(town, by) == (True, TOAST)
    [note] = messages.notes_to_self(town.ledger, TOAST)
    assert (note.id, note.subject, note.body) == (
        handed.note,
        "Half of it is done.",
        "The rest is in door.py.",
    )
    assert (note.sender, note.recipient, note.kind) == (TOAST, TOAST, Kind.HANDOFF)
    assert (note.generation, note.incarnation, note.about) == (by.generation, by.incarnation, handed.bead)
    [event] = told(town, "agent.handoff_wished")
    assert (event["note"], event["bead"], event["incarnation"]) == (note.id, handed.bead, by.incarnation)


def test_without_a_note_there_is_no_message(town: Town) -> None:
    by = caller(town, put_to_work(town))
    assert hand_off(town, note=" \n", by=by).note is None
    assert wish(town, by) == (True, TOAST)
    assert not messages.notes_to_self(town.ledger, TOAST)


def test_a_second_call_gives_the_first_ones_result_and_adds_its_note(town: Town) -> None:
    by = caller(town, put_to_work(town))
    first = hand_off(town, note="one", by=by)
    later(town, 5)
    second = hand_off(town, note="two", by=by)
    assert (second.already, second.incarnation, second.bead) == (True, first.incarnation, first.bead)
    assert abs(second.wished_at - first.wished_at) < timedelta(seconds=1)
    assert [note.subject for note in messages.notes_to_self(town.ledger, TOAST)] == ["two", "one"]
    assert len(told(town, "agent.handoff_wished")) == 1


def test_an_older_session_hands_nothing_off(town: Town) -> None:
    by = caller(town, put_to_work(town))
    start(town)
    with pytest.raises(Refused, match="older session"):
        hand_off(town, note="too late", by=by)
    assert not messages.notes_to_self(town.ledger, TOAST)
    assert not told(town, "agent.handoff_wished")


def test_people_have_no_session_of_their_own(town: Town) -> None:
    with pytest.raises(Refused, match="you are the human") as refused:
        hand_off(town, by=HUMAN)
    assert refused.value.hint == "gt handoff AGENT"


def test_what_took_over_by_a_handoff_just_now_goes_on_with_its_work(town: Town) -> None:
    before = caller(town, put_to_work(town))
    hand_off(town, note="go on", by=before)
    with town.ledger.transaction() as ledger:
        incarnations.end(ledger, before.incarnation or 0, HANDOFF, town.clock.now())
    by = caller(town, start(town))
    later(town, 20)
    with pytest.raises(Refused, match=r"took over by a handoff 2[01] s ago") as refused:
        hand_off(town, note="again", by=by)
    assert "gt hook" in refused.value.hint
    assert wish(town, by) == (False, None)
    later(town, 45)
    assert not hand_off(town, note="again", by=by).already


def test_what_has_committed_something_since_may_hand_off_again(town: Town) -> None:
    before = caller(town, put_to_work(town))
    hand_off(town, by=before)
    with town.ledger.transaction() as ledger:
        incarnations.end(ledger, before.incarnation or 0, HANDOFF, town.clock.now())
    by = caller(town, start(town))
    a_repository(town.places.home(by.address), {"a.txt": "1"})
    with closing(sqlite3.connect(town.root / "gastown.db", isolation_level=None)) as raw:
        raw.execute("UPDATE incarnations SET head = ? WHERE id = ?", ("c" * 40, by.incarnation))
    assert hand_off(town, by=by).already is False


def test_one_that_began_otherwise_may_hand_off_at_once(town: Town) -> None:
    put_to_work(town)
    by = caller(town, start(town))
    assert hand_off(town, by=by).already is False


def test_what_its_role_may_not_it_does_not(town: Town) -> None:
    by = caller(town, put_to_work(town))
    (town.root / "roles").mkdir()
    (town.root / "roles" / "polecat.toml").write_text('may = ["done"]\n')
    with pytest.raises(Refused, match="a polecat may not hand off its session"):
        hand_off(town, by=by)
    assert wish(town, by) == (False, None)


def test_a_person_hands_off_an_agent_and_what_they_say_is_mail(town: Town) -> None:
    agent = caller(town, put_to_work(town))
    handed = hand_off_another(town, TOAST, note="you go in circles", by=HUMAN)
    assert isinstance(handed, HandedOff)
    assert wish(town, agent) == (True, "overseer")
    [mail] = messages.unread(town.ledger, TOAST)
    assert (mail.sender, mail.kind, mail.subject) == ("overseer", "note", "you go in circles")
    assert hand_off_another(town, TOAST, by=HUMAN).already


def test_without_a_session_there_is_nothing_to_hand_off(town: Town) -> None:
    agent = caller(town, put_to_work(town))
    with town.ledger.transaction() as ledger:
        incarnations.end(ledger, agent.incarnation or 0, "the session ended", town.clock.now())
    with pytest.raises(Refused, match="no session to hand off"):
        hand_off_another(town, TOAST, by=HUMAN)


def test_a_worker_hands_off_nobody_else_but_the_mayor_may(town: Town) -> None:
    worker = caller(town, put_to_work(town))
    mayor = lasting(town)
    with pytest.raises(Refused, match="a polecat may not hand off others"):
        hand_off_another(town, MAYOR, by=worker)
    with pytest.raises(Refused, match="does not hand off itself"):
        hand_off_another(town, MAYOR, by=mayor)
    assert hand_off_another(town, TOAST, by=mayor).agent == TOAST
    assert wish(town, worker) == (True, MAYOR)


def test_with_a_bead_it_is_on_the_own_hook_first(town: Town) -> None:
    by = lasting(town)
    bead = create(town, "Look at the town", by=HUMAN).id
    handed = hand_off_with(town, bead, note="begin with the gates", by=by)
    assert handed.bead == bead
    work = agents.open_assignment(town.ledger, MAYOR)
    assert work is not None
    assert work.bead == bead
    assert messages.notes_to_self(town.ledger, MAYOR)[0].generation == work.generation
    assert hand_off_with(town, bead, by=by).already


def test_with_a_bead_while_another_is_on_the_hook_nothing_happens(town: Town) -> None:
    by = caller(town, put_to_work(town))
    bead = create(town, "Something else", by=HUMAN).id
    with pytest.raises(Refused, match="is on your hook, and stays there"):
        hand_off_with(town, bead, note="x", by=by)
    assert wish(town, by) == (False, None)
    assert not messages.notes_to_self(town.ledger, TOAST)


def test_a_long_first_line_is_cut_in_the_subject_alone(town: Town) -> None:
    by = caller(town, put_to_work(town))
    hand_off(town, note="x" * 500, by=by)
    [note] = messages.notes_to_self(town.ledger, TOAST)
    assert len(note.subject) == 120
    assert note.body == "x" * 500
