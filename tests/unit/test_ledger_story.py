"""What a commit of the ledger's history says: nothing in a bead ends it, splits it, or stands for its trailers."""

import pytest

from gastown.domain.ledger_story import line, message
from gastown.domain.records import Record
from gastown.world.git.ledger_commits import parse, with_trailers

HEAD = b"tree 1\nauthor a <a> 1 +0000\ncommitter a <a> 1 +0000\n\n"
BEFORE: Record = {"id": "we-1", "title": "x", "status": "open"}
TRAILERS = {"Ledger-Seq": 7, "Ledger-Journal": "abc"}


@pytest.mark.parametrize(
    "text", ["Mend\x00it", "Mend\n\nLedger-Seq: 1", "\x1b[2J", "\u202eti dneM", "x" * 5_000, "\ud800"]
)
def test_whatever_a_title_or_a_reason_holds_the_trailers_are_read_as_they_were_written(text: str) -> None:
    after = {**BEFORE, "title": text, "status": "closed", "close_reason": text}
    told = with_trailers(message([line(after, BEFORE)], 1), TRAILERS)
    as_git_keeps_it = told.encode().partition(b"\0")[0]
    commit = parse("1", HEAD + as_git_keeps_it)
    assert commit.trailers == {"Ledger-Seq": "7", "Ledger-Journal": "abc"}
    assert commit.subject.startswith("we-1: ")
    assert all(character.isprintable() for character in commit.subject)


def test_a_message_and_its_trailers_are_without_controls_wherever_they_come_from() -> None:
    told = with_trailers("a\x00b\tc\n\nd\x85\r", {"Merged": "one\nLedger-Seq: 9"})
    assert told == "a\ufffdb\ufffdc\n\nd\n\nMerged: one Ledger-Seq: 9\n"
