"""`gt seance` without a model: what a fork gets to see, and what it leaves as it was."""

import hashlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gastown.domain.assignments import Caller
from gastown.domain.identity import parse_address
from gastown.domain.runtime import Fork, Launch
from gastown.errors import NotFound, Refused, Unavailable
from gastown.ledger import agents, conversations, events, incarnations
from gastown.ledger.quick import credential_hash
from gastown.operations.sessions.archive import archive_ended
from gastown.operations.sessions.seance import ask, find, open_in_terminal
from gastown.operations.work.sling import sling
from gastown.town import Town
from gastown.views.conversations import former_conversations, newest_to_ask
from gastown.world.agents.scripted import Scripted
from tests.towns import HUMAN, a_town, put_to_work, start

TOAST = "web/polecats/Toast"
FIRST, SECOND = "11111111-aaaa-4aaa-8aaa-111111111111", "11112222-bbbb-4bbb-8bbb-222222222222"


def said(text: str) -> str:
    message = {"id": f"m-{text}", "role": "assistant", "content": [{"type": "text", "text": text}]}
    used = {"usage": {"input_tokens": 1500, "output_tokens": 20}}
    return json.dumps({"type": "assistant", "message": message | used}) + "\n"


def talk(town: Town, transcript: Path, identity: str, *texts: str) -> None:
    """A conversation of Toast that is over."""
    transcript.write_text("".join(map(said, texts)))
    if incarnations.newest(town.ledger, TOAST) is None:
        put_to_work(town)
    else:
        start(town)
    newest = incarnations.newest(town.ledger, TOAST)
    assert newest is not None
    with town.ledger.transaction() as ledger:
        conversations.add(
            ledger, identity, newest, runtime="scripted", transcript=str(transcript), now=town.clock.now()
        )
        incarnations.end(ledger, newest.id, "handoff", datetime(2026, 1, 1, tzinfo=UTC))
    archive_ended(town)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return a_town(tmp_path)


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def agent(town: Town) -> Caller:
    holder = incarnations.by_credential(town.ledger, credential_hash(start(town)))
    assert holder is not None
    return Caller(TOAST, holder.incarnation.id, holder.incarnation.generation, is_current=holder.is_newest)


def test_a_predecessor_answers_from_what_it_said_and_stays_as_it_is(town: Town, tmp_path: Path) -> None:
    transcript = tmp_path / "t.jsonl"
    talk(town, transcript, FIRST, "The cache lives in door.py", "I like tea")
    before = digest(transcript), transcript.stat().st_mtime_ns
    answer = ask(town, FIRST[:6], "Where is the cache?", by=HUMAN)
    assert answer.answer == "The cache lives in door.py"
    assert (answer.conversation, answer.agent) == (FIRST, TOAST)
    assert (digest(transcript), transcript.stat().st_mtime_ns) == before
    assert not list((town.places.run / "seance").iterdir())


def test_it_outlives_the_clean_up_of_its_cli(town: Town, tmp_path: Path) -> None:
    talk(town, tmp_path / "t.jsonl", FIRST, "The cache lives in door.py")
    (tmp_path / "t.jsonl").unlink()
    kept = town.root / (conversations.every(town.ledger, 1)[0].archived or "")
    before = digest(kept)
    assert "door.py" in ask(town, FIRST, "the cache?", by=HUMAN).answer
    assert digest(kept) == before
    kept.unlink()
    with pytest.raises(NotFound):
        ask(town, FIRST, "the cache?", by=HUMAN)


def test_an_agent_may_ask_and_the_record_says_so(town: Town, tmp_path: Path) -> None:
    talk(town, tmp_path / "t.jsonl", FIRST, "The cache lives in door.py")
    ask(town, FIRST, "cache?", by=agent(town))
    [told] = [event for event in events.after(town.ledger, 0) if event.type == "conversation.asked"]
    assert (told.actor, told.subject, told.payload["question"]) == (TOAST, TOAST, "cache?")


def test_an_older_session_and_one_whose_role_may_not_ask_nothing(town: Town, tmp_path: Path) -> None:
    talk(town, tmp_path / "t.jsonl", FIRST, "x")
    older = agent(town)
    now = agent(town)
    with pytest.raises(Refused, match="older session"):
        ask(town, FIRST, "x?", by=Caller(TOAST, older.incarnation, older.generation, is_current=False))
    (town.root / "roles").mkdir()
    (town.root / "roles" / "polecat.toml").write_text('may = ["done"]\n')
    with pytest.raises(Refused, match="a polecat may not ask former conversations"):
        ask(town, FIRST, "x?", by=now)


def test_an_agent_asks_its_predecessors_and_who_gives_work_those_of_its_rig(
    town: Town, tmp_path: Path
) -> None:
    talk(town, tmp_path / "t.jsonl", FIRST, "The cache lives in door.py")
    work = conversations.every(town.ledger, 1)[0].bead
    assert work is not None

    def asks(address: str) -> str:
        with town.ledger.transaction() as ledger:
            agents.add(ledger, parse_address(address), town.clock.now())
            number = incarnations.mint(
                ledger, address, agents.open_assignment(ledger, address), credential_hash=address, conversation="c",
                session="s", head=None, why_older="", now=town.clock.now(), lasting=True,
            )  # fmt: skip
        return ask(town, FIRST, "cache?", by=Caller(address, number)).answer

    for stranger in ("web/polecats/Ash", "web/refinery"):
        with pytest.raises(Refused, match="may not ask others' former conversations"):
            asks(stranger)
    with pytest.raises(Refused, match="api/witness may ask former conversations of api only"):
        asks("api/witness")
    for known in ("web/witness", "web/crew/ann", "mayor", "deacon"):
        assert "door.py" in asks(known)
    sling(town, work, "web/polecats/Nova", restart=True, by=HUMAN)
    assert "door.py" in asks("web/polecats/Nova")


def test_the_fork_sees_nothing_of_the_town(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk(town, tmp_path / "t.jsonl", FIRST, "x")
    for name in (
        "GT_CREDENTIAL",
        "GT_TOWN",
        "GT_INCARNATION",
        "GT_SCRIPTED_DO",
        "GIT_AUTHOR_NAME",
        "SSH_AUTH_SOCK",
    ):
        monkeypatch.setenv(name, "secret")
    monkeypatch.setenv("PATH", f"{town.places.bin}{os.pathsep}{os.environ['PATH']}")

    def fork(_self: Scripted, fork: Fork) -> Launch:
        assert fork.scratch.is_relative_to(town.places.run / "seance")
        assert fork.transcript.parent == fork.scratch
        return Launch(["/bin/sh", "-c", "env; pwd; ls"], {}, {})

    monkeypatch.setattr(Scripted, "fork", fork)
    seen = ask(town, FIRST, "x?", by=HUMAN).answer
    assert "secret" not in seen
    assert not [line for line in seen.splitlines() if line.startswith(("GT_", "GIT_", "SSH_"))]
    assert str(town.places.bin) not in seen
    assert seen.splitlines()[-1] == "conversation.jsonl"


def test_a_fork_that_fails_says_why(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    talk(town, tmp_path / "t.jsonl", FIRST, "x")

    def fork(_self: Scripted, _fork: Fork) -> Launch:
        return Launch(["/bin/sh", "-c", "echo no login >&2; exit 1"], {}, {})

    monkeypatch.setattr(Scripted, "fork", fork)
    with pytest.raises(Unavailable, match="did not answer: no login"):
        ask(town, FIRST, "x?", by=HUMAN)
    assert not list((town.places.run / "seance").iterdir())


def test_a_conversation_is_meant_by_the_beginning_of_its_id(town: Town, tmp_path: Path) -> None:
    talk(town, tmp_path / "1.jsonl", FIRST, "x")
    talk(town, tmp_path / "2.jsonl", SECOND, "y")
    assert find(town, "11111").id == FIRST
    with pytest.raises(Refused, match="could be"):
        find(town, "1111")
    for nobody in ("2222", "", "111", "%", "1111%"):
        with pytest.raises(NotFound):
            find(town, nobody)


def test_the_list_tells_whose_they_are_and_whether_they_can_be_asked(town: Town, tmp_path: Path) -> None:
    talk(town, tmp_path / "1.jsonl", FIRST, "x", "y")
    talk(town, tmp_path / "2.jsonl", SECOND, "y")
    (tmp_path / "1.jsonl").unlink()
    newest, older = former_conversations(town)
    assert (newest.short, older.short) == (SECOND[:8], FIRST[:8])
    assert (older.name, older.why, older.transcript) == ("web/Toast", "handoff", "archive")
    assert (older.input_tokens, older.output_tokens) == (3000, 40)
    assert older.bead is not None
    assert older.title == "Mend the door"
    assert former_conversations(town, older.bead) == former_conversations(town, "Toast") == (newest, older)
    assert newest_to_ask(town, "Toast") == SECOND
    with pytest.raises(NotFound, match="nothing here is called"):
        former_conversations(town, "nobody")


def test_only_a_person_opens_one_and_it_runs_in_a_folder_of_its_own(town: Town, tmp_path: Path) -> None:
    talk(town, tmp_path / "t.jsonl", FIRST, "x")
    with pytest.raises(Refused, match="only a person"):
        open_in_terminal(town, FIRST, by=agent(town))
    opening = open_in_terminal(town, FIRST, by=HUMAN)
    assert not [name for name in opening.env if name.startswith("GT_")]
    folder = Path(opening.argv[4])
    assert [file.name for file in folder.iterdir()] == ["conversation.jsonl"]
    assert folder.name.endswith(f".{os.getpid()}")


def test_scratch_folders_of_processes_that_are_gone_go(town: Town, tmp_path: Path) -> None:
    talk(town, tmp_path / "t.jsonl", FIRST, "x")
    left = town.places.run / "seance" / "1111.999999999"
    left.mkdir(parents=True)
    open_in_terminal(town, FIRST, by=HUMAN)
    assert not left.exists()


def test_what_is_half_written_is_not_asked(town: Town, tmp_path: Path) -> None:
    talk(town, tmp_path / "t.jsonl", FIRST, "The cache lives in door.py")
    with (tmp_path / "t.jsonl").open("a") as file:
        file.write('{"type": "assistant", "message": {"content": "cache cache')
    assert ask(town, FIRST, "cache?", by=HUMAN).answer == "The cache lives in door.py"
