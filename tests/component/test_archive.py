"""Transcripts outlive the CLI that wrote them: copied when a conversation ends, and only ever read."""

import errno
import gzip
import hashlib
import json
import os
import stat
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gastown.domain.runtime import Usage
from gastown.errors import NotFound, Unavailable
from gastown.ledger import conversations, events, incarnations, quick
from gastown.ledger.conversations import Conversation
from gastown.operations.sessions.archive import archive_ended, next_end
from gastown.town import Town
from gastown.world import transcripts
from tests.towns import a_town, put_to_work, start

TOAST = "web/polecats/Toast"


class Ahead:
    """A clock that goes ahead of the computer's."""

    def __init__(self) -> None:
        self.by = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.by


class Stage:
    """A town in which Toast works, and talks with its CLI."""

    def __init__(self, tmp_path: Path) -> None:
        self.clock = Ahead()
        made = a_town(tmp_path)
        made.close()
        self.town = Town(made.root, clock=self.clock)
        self.credential = put_to_work(self.town)
        self.cli = tmp_path / "cli"
        self.cli.mkdir()

    @property
    def incarnation(self) -> int:
        newest = incarnations.newest(self.town.ledger, TOAST)
        assert newest is not None
        return newest.id

    def talk(self, *lines: str, identity: str = "c-0") -> Path:
        """Have a conversation whose transcript has these lines."""
        transcript = self.cli / f"{hashlib.sha256(identity.encode()).hexdigest()[:8]}.jsonl"
        transcript.write_text("".join(f"{line}\n" for line in lines or answer("m-1", 5, 7)))
        self.go_on(transcript, identity)
        return transcript

    def go_on(self, transcript: Path, identity: str = "c-0") -> None:
        """What `gt prime` records at a start, fresh or resumed."""
        newest = incarnations.newest(self.town.ledger, TOAST)
        assert newest is not None
        with self.town.ledger.transaction() as ledger:
            conversations.add(
                ledger, identity, newest, runtime="scripted", transcript=str(transcript), now=self.clock.now()
            )

    def end(self, identity: str = "c-0", *, settled: bool = True) -> None:
        """The agent CLI tells that the conversation is over."""
        said = json.dumps({"session_id": identity, "reason": "clear"})
        told = quick.record(str(self.town.root), str(self.incarnation), self.credential, "SessionEnd", said)
        assert told == ("", "")
        if settled:
            self.clock.by += timedelta(seconds=10)

    def known(self, identity: str = "c-0") -> Conversation:
        found = conversations.get(self.town.ledger, identity)
        assert found is not None
        return found

    def copy(self, identity: str = "c-0") -> str:
        archived = self.known(identity).archived
        assert archived is not None
        return gzip.decompress((self.town.root / archived).read_bytes()).decode()

    def told(self, type_: str) -> list[dict[str, object]]:
        return [event.payload for event in events.after(self.town.ledger, 0) if event.type == type_]


def answer(identity: str, read: int, written: int, *, blocks: int = 1) -> Sequence[str]:
    used = {"input_tokens": read, "cache_read_input_tokens": 10, "output_tokens": written}
    message = {"id": identity, "role": "assistant", "usage": used}
    return [json.dumps({"type": "assistant", "message": message})] * blocks


def cost(dollars: float) -> str:
    return json.dumps({"type": "cost-state", "totalCostUSD": dollars, "modelUsage": {}})


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def test_a_conversation_that_ended_is_copied_with_what_it_took(stage: Stage) -> None:
    transcript = stage.talk(*answer("m-1", 5, 7, blocks=3), *answer("m-2", 6, 1), cost(0.5), cost(0.75))
    before = (transcript.read_bytes(), transcript.stat().st_mtime_ns)
    stage.end()
    assert archive_ended(stage.town) == 1
    seen = stage.known()
    assert seen.archived == f"archive/conversations/{TOAST}/c-0.jsonl.gz"
    assert (seen.input_tokens, seen.output_tokens, seen.cost_usd) == (31, 8, 0.75)
    assert stage.copy() == transcript.read_text()
    assert (transcript.read_bytes(), transcript.stat().st_mtime_ns) == before
    [told] = stage.told("conversation.archived")
    assert (told["conversation"], told["bead"]) == ("c-0", seen.bead)


def test_the_copy_is_for_its_owners_eyes_only(stage: Stage) -> None:
    stage.talk()
    stage.end()
    archive_ended(stage.town)
    archived = stage.known().archived
    assert archived is not None
    assert stat.S_IMODE((stage.town.root / archived).stat().st_mode) == 0o600


def test_one_that_goes_on_is_left_alone_and_again_is_nothing(stage: Stage) -> None:
    stage.talk()
    assert archive_ended(stage.town) == 0
    stage.end(settled=False)
    assert archive_ended(stage.town) == 0, "its CLI may still write its last lines"
    assert next_end(stage.town) is not None
    stage.clock.by += timedelta(seconds=10)
    assert archive_ended(stage.town) == 1
    assert archive_ended(stage.town) == 0
    assert next_end(stage.town) is None


def test_one_whose_session_was_killed_ends_with_that(stage: Stage) -> None:
    transcript = stage.talk()
    with stage.town.ledger.transaction() as ledger:
        incarnations.end(ledger, stage.incarnation, "the session ended", stage.clock.now())
    stage.clock.by += timedelta(seconds=10)
    assert archive_ended(stage.town) == 1
    assert (stage.known().why, stage.known().ended_at is None) == ("the session ended", False)
    assert stage.copy() == transcript.read_text()


def test_a_conversation_that_was_taken_up_again_is_copied_again(stage: Stage) -> None:
    transcript = stage.talk(*answer("m-1", 5, 7))
    stage.end()
    archive_ended(stage.town)
    stage.credential = start(stage.town)
    stage.go_on(transcript)
    assert stage.known().ended_at is None
    with transcript.open("a") as file:
        file.write(answer("m-2", 6, 1)[0] + "\n")
    stage.end()
    archive_ended(stage.town)
    assert stage.copy() == transcript.read_text()
    assert stage.known().output_tokens == 8


def test_a_transcript_that_is_gone_is_told_of_once_and_a_former_copy_stays(stage: Stage) -> None:
    transcript = stage.talk()
    stage.end()
    archive_ended(stage.town)
    kept = stage.copy()
    stage.credential = start(stage.town)
    stage.go_on(transcript)
    transcript.unlink()
    stage.end()
    assert archive_ended(stage.town) == 1
    assert archive_ended(stage.town) == 0
    assert len(stage.told("conversation.lost")) == 1
    assert stage.copy() == kept
    assert stage.known().output_tokens == 7


def test_what_the_agent_cli_says_of_its_transcript_leads_nowhere_else(stage: Stage) -> None:
    fifo = stage.cli / "fifo"
    os.mkfifo(fifo)
    for number, odd in enumerate([fifo, stage.cli, stage.cli / "gone", Path("/dev/zero"), Path("relative")]):
        stage.go_on(odd, f"c-{number}")
        stage.end(f"c-{number}")
    assert archive_ended(stage.town) == 5
    assert len(stage.told("conversation.lost")) == 5
    assert not stage.town.places.archive.exists()


def test_an_id_that_is_a_path_is_none_in_the_archive(stage: Stage) -> None:
    transcript = stage.talk(identity="../../../../odd")
    stage.end("../../../../odd")
    archive_ended(stage.town)
    archived = stage.known("../../../../odd").archived
    assert archived is not None
    assert (stage.town.root / archived).resolve().is_relative_to(stage.town.places.archive)
    assert stage.copy("../../../../odd") == transcript.read_text()


def test_a_full_disk_leaves_all_as_it_was_and_the_next_time_does_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    transcript = stage.talk()
    stage.end()

    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable, match="No space left"):
        archive_ended(stage.town)
    monkeypatch.undo()
    assert stage.known().archived_at is None
    assert not [each for each in stage.town.places.archive.rglob("*") if each.is_file()]
    assert archive_ended(stage.town) == 1
    assert stage.copy() == transcript.read_text()


def test_one_that_cannot_be_copied_keeps_no_other_waiting(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.talk(identity="c-1")
    stage.talk(identity="c-2")
    for identity in ("c-1", "c-2"):
        stage.end(identity)
    keep = transcripts.keep

    def refuses_the_first(transcript: Path, copy: Path) -> None:
        if copy.name.startswith("c-1"):
            raise Unavailable("it cannot be read")
        keep(transcript, copy)

    monkeypatch.setattr(transcripts, "keep", refuses_the_first)
    with pytest.raises(Unavailable):
        archive_ended(stage.town)
    assert stage.known("c-1").archived_at is None
    assert stage.known("c-2").archived is not None


def test_one_that_was_cut_off_after_the_copy_is_done_anew(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.talk()
    stage.end()

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(conversations, "archive", killed)
    with pytest.raises(Killed):
        archive_ended(stage.town)
    monkeypatch.undo()
    assert archive_ended(stage.town) == 1
    assert stage.known().archived is not None


def test_numbers_that_make_no_sense_count_nothing(tmp_path: Path) -> None:
    file = tmp_path / "t.jsonl"
    odd = [
        '{"usage"',
        '["usage"]',
        '{"type": "assistant", "message": {"usage": {"output_tokens": "9", "input_tokens": -4}}}',
    ]
    file.write_text("\n".join([*odd, '{"type": "cost-state", "totalCostUSD": "much"}', "\x00"]))
    assert transcripts.usage(file) == Usage(0, 0, None)
    file.write_text('{"type": "user"}\n')
    assert transcripts.usage(file) is None


def test_what_was_compressed_comes_back_as_it_was(tmp_path: Path) -> None:
    source, copy, back = tmp_path / "a.jsonl", tmp_path / "b" / "a.gz", tmp_path / "c" / "a.jsonl"
    source.write_bytes(os.urandom(3_000_000) + b"\nhalf a li")
    transcripts.keep(source, copy)
    transcripts.bring_back(copy, back)
    assert back.read_bytes() == source.read_bytes()
    copy.write_bytes(copy.read_bytes()[:-9])
    with pytest.raises(Unavailable):
        transcripts.bring_back(copy, tmp_path / "d.jsonl")
    assert not (tmp_path / "d.jsonl").exists()
    with pytest.raises(NotFound):
        transcripts.bring_back(tmp_path / "gone", back)
