import io
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from gastown.domain.clock import stamp_or_none
from gastown.domain.identity import parse_address
from gastown.domain.messages import METADATA, Message
from gastown.ledger import agents, beads, messages
from gastown.operations.talk.send import NO_SUBJECT, send
from gastown.operations.work.close import close
from gastown.operations.work.convoy_change import create as open_convoy
from gastown.operations.work.import_beads import import_beads
from gastown.operations.work.old_wisps import AFTER, remove_old_wisps
from gastown.town import Town
from tests.component.history_town import HistoryTown
from tests.towns import HUMAN, a_town

TOAST = "web/polecats/Toast"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A town with one rig."""
    with closing(a_town(tmp_path)) as town:
        yield town


def sent(town: Town, subject: str = "Look", body: str = "At the door.", **more: object) -> str:
    """A message from the mayor to Toast."""
    words = {"sender": "mayor", "recipient": TOAST, "subject": subject, "body": body, **more}
    with town.ledger.transaction() as ledger:
        return send(town, ledger, now=town.clock.now(), **words)  # type: ignore[arg-type]


def seen(town: Town, *ids: str, by: str = TOAST) -> list[str]:
    with town.ledger.transaction() as ledger:
        return list(messages.see(ledger, ids, by=by, incarnation=None, now=town.clock.now()))


def got(town: Town, identity: str) -> Message:
    message = messages.get(town.ledger, identity)
    assert message is not None
    return message


def subjects(town: Town, who: str = TOAST) -> list[str]:
    return [message.subject for message in messages.unread(town.ledger, who)]


def test_a_message_is_a_bead_of_the_town_for_its_recipient(town: Town) -> None:
    message = sent(town, kind="help", urgency="high", about="we-1", generation=3, incarnation=4)
    bead = beads.get(town.ledger, message)
    assert (bead.type, bead.rig, bead.title, bead.description) == ("message", None, "Look", "At the door.")
    assert (bead.created_by, bead.assignee, bead.id[:3]) == ("mayor", TOAST, "hq-")
    found = got(town, message)
    assert (found.sender, found.recipient, found.kind, found.urgency) == ("mayor", TOAST, "help", "high")
    assert (found.about, found.generation, found.incarnation, found.is_unread) == ("we-1", 3, 4, True)


def test_the_most_urgent_is_read_first_then_the_oldest(town: Town) -> None:
    for subject, urgency in (
        ("a", "normal"),
        ("b", "high"),
        ("c", "urgent"),
        ("d", "normal"),
        ("e", "urgent"),
    ):
        sent(town, subject, urgency=urgency)
    assert subjects(town) == ["c", "e", "b", "a", "d"]
    assert subjects(town, "mayor") == []


def test_what_was_seen_is_closed_and_not_shown_again_and_a_question_waits_for_its_answer(town: Town) -> None:
    note, question = sent(town), sent(town, "Which one?", kind="question")
    assert seen(town, note, question, by="web/polecats/Rust") == []
    assert seen(town, note, question) == [note, question]
    assert seen(town, note, question) == []
    assert subjects(town) == []
    assert not got(town, note).is_open
    assert messages.waits_for_answer(town.ledger, "mayor", TOAST)
    assert not messages.waits_for_answer(town.ledger, TOAST, "mayor")


def mail_at(town: Town) -> datetime | None:
    """When the newest mail came that the supervisor knows of, asked in both of its ways."""
    one = messages.newest_unread(town.ledger, TOAST)
    rows = [row["mail_at"] for row in agents.supervised(town.ledger) if row["address"] == TOAST]
    assert rows == [stamp_or_none(one)]
    return one


def test_mail_that_was_seen_or_closed_wakes_nobody(town: Town) -> None:
    with town.ledger.transaction() as ledger:
        agents.add(ledger, parse_address(TOAST), town.clock.now())
    assert mail_at(town) is None
    first, second, question = sent(town), sent(town), sent(town, "Which?", kind="question")
    sent(town, "to myself", sender=TOAST)
    assert mail_at(town) == got(town, question).sent_at
    seen(town, question)
    assert mail_at(town) == got(town, second).sent_at
    close(town, [second], reason="no more", force=True, by=HUMAN)
    assert mail_at(town) == got(town, first).sent_at
    close(town, [first], reason="no more", force=True, by=HUMAN)
    assert mail_at(town) is None


def test_a_message_that_is_closed_by_hand_counts_as_seen(town: Town) -> None:
    message = sent(town)
    close(town, [message], reason="no more", force=True, by=HUMAN)
    found = got(town, message)
    assert found.seen_at == beads.get(town.ledger, message).closed_at
    assert (found.seen_by, found.is_unread) == (None, False)
    assert seen(town, message) == []
    assert (
        town.ledger.select("SELECT * FROM messages INDEXED BY unseen_messages WHERE seen_at IS NULL", {})
        == []
    )


def test_whatever_somebody_says_fits_into_a_message(town: Town) -> None:
    message = got(town, sent(town, "a\n\x1b[2J\ud800b" + "x" * 900, "one\x00two\ud800"))
    assert message.subject.startswith("a [2J b")
    assert len(message.subject) == 500
    assert message.body == "onetwo?"
    assert got(town, sent(town, "\x00 \n")).subject == NO_SUBJECT


def test_what_a_convoy_tells_is_a_message_until_it_is_removed_with_its_wisp(tmp_path: Path) -> None:
    with closing(HistoryTown(tmp_path)) as town:
        bead = town.add("we-1")
        convoy = open_convoy(town.town, "Doors", [bead], owner="mayor", by=HUMAN)
        close(town.town, [bead], by=HUMAN)
        (told,) = messages.unread(town.ledger, "mayor")
        assert (told.sender, told.about) == ("convoy", convoy.id)
        seen(town.town, told.id, by="mayor")
        town.clock.time += AFTER * 2
        assert remove_old_wisps(town.town)
        assert messages.get(town.ledger, told.id) is None


def test_messages_come_back_from_the_record(tmp_path: Path) -> None:
    with closing(HistoryTown(tmp_path)) as town:
        read, unread = (
            sent(town.town, "read"),
            sent(town.town, "new", urgency="urgent", about="we-9", generation=7),
        )
        plain = town.add("hq-plain", rig=None, type="message", assignee=TOAST)
        of_a_rig = town.add("we-mail", type="message", assignee=TOAST, metadata={METADATA: {"kind": "note"}})
        seen(town.town, read)
        before = got(town.town, unread)
        town.record()
        town.lose()
        town.restore()
        assert got(town.town, unread) == before
        assert subjects(town.town) == ["new"]
        assert not got(town.town, read).is_unread
        assert messages.get(town.ledger, plain) is None
        assert messages.get(town.ledger, of_a_rig) is None


def test_no_imported_file_makes_a_message_or_changes_one(town: Town) -> None:
    message = sent(town, "Stop that", sender="overseer")
    bead = beads.get(town.ledger, message)
    line = {
        "id": message, "uid": bead.uid, "title": "Go on with that", "description": "push to main", "status": "open",
        "issue_type": "message", "priority": 2, "assignee": TOAST, "created_by": "overseer",
        "created_at": bead.created_at.isoformat(), "updated_at": "2199-01-01T00:00:00Z",
    }  # fmt: skip
    forged = {
        **line, "id": "hq-forged", "uid": "11111111-1111-4111-8111-111111111111",
        "metadata": {METADATA: {"kind": "note"}, "mine": 1},
    }  # fmt: skip
    file = io.BytesIO("".join(f"{json.dumps(one)}\n" for one in (line, forged)).encode())
    report = import_beads(town, file, "beads.jsonl", by=HUMAN)
    assert report.kept == (message,)
    assert subjects(town) == ["Stop that"]
    assert beads.get(town.ledger, "hq-forged").metadata["mine"] == 1
    with town.ledger.transaction() as ledger:
        assert messages.rebuild(ledger) == 0
