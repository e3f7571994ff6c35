"""The archive: when a conversation has ended, its transcript is copied before the CLI that had it cleans up."""

import hashlib
import os
import re
from datetime import datetime, timedelta
from pathlib import Path

from gastown.domain.runtime import Runtime, Usage
from gastown.errors import GastownError, NotFound, Unavailable
from gastown.ledger import conversations, events
from gastown.ledger.conversations import Conversation, Ended
from gastown.town import Town
from gastown.world import transcripts

SETTLING = timedelta(seconds=3)
"""After the end was told: until then the CLI may write its last lines."""

FOLDER = "conversations"
PLACES = ("HOME", "CLAUDE_CONFIG_DIR", "GT_SCRIPTED_HOME", "CODEX_HOME")
"""Variables that say where agent CLIs keep their files."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


def archive_ended(town: Town) -> int:
    """Copy the transcripts of all conversations that ended; gives how many there were.

    What is cut off is done anew. A transcript that is not there is told of, once. Unavailable when one cannot be
    read, or its copy not be written: that one is as it was, and all others are done.
    """
    due = conversations.ended(town.ledger, town.clock.now() - SETTLING)
    problems: list[Unavailable] = []
    for over in due:
        try:
            _archive(town, over)
        except Unavailable as problem:
            problems.append(problem)
    if problems:
        raise problems[0]
    return len(due)


def next_end(town: Town) -> datetime | None:
    """When there will be something to copy, as far as is known."""
    due = conversations.ended(town.ledger, town.clock.now() + SETTLING)
    ends = [end for over in due if (end := over.conversation.ended_at or over.over_at)]
    return min(ends) + SETTLING if ends else None


def place_of(town: Town, conversation: Conversation) -> Path:
    """Where the copy of its transcript belongs."""
    known = conversation.id
    name = known if _ID.fullmatch(known) else hashlib.sha256(known.encode()).hexdigest()[:32]
    return town.places.archive / FOLDER / conversation.agent / f"{name}.jsonl.gz"


def transcript_of(town: Town, conversation: Conversation) -> Path | None:
    """The CLI's own file of a conversation, where that is still there."""
    told = Path(conversation.transcript) if conversation.transcript else None
    if told is not None and told.is_absolute() and told.is_file():
        return told
    runtime = _runtime(town, conversation)
    if runtime is None or not _ID.fullmatch(conversation.id):
        return None
    env = {name: os.environ[name] for name in PLACES if name in os.environ}
    return runtime.transcript(conversation.id, env | {"GT_TOWN": str(town.root)})


def _archive(town: Town, over: Ended) -> None:
    known = over.conversation
    transcript, copy = transcript_of(town, known), place_of(town, known)
    there = transcript is not None and _is_kept(transcript, copy)
    usage = _usage(town, known, transcript) if there and transcript is not None else None
    told = str(copy.relative_to(town.root)) if there else None
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        if not conversations.archive(ledger, over, told, usage, now):
            return
        about = {"bead": known.bead, "conversation": known.id, "incarnation": known.incarnation}
        if told is None:
            events.append(
                ledger, "supervisor", "conversation.lost", known.agent, now, **about, kept=known.archived
            )
            return
        events.append(
            ledger, "supervisor", "conversation.archived", known.agent, now, **about, copy=told,
            input_tokens=usage.input_tokens if usage else None, output_tokens=usage.output_tokens if usage else None,
            cost_usd=usage.cost_usd if usage else None,
        )  # fmt: skip


def _is_kept(transcript: Path, copy: Path) -> bool:
    try:
        transcripts.keep(transcript, copy)
    except NotFound:  # it was cleaned up meanwhile
        return False
    return True


def _usage(town: Town, conversation: Conversation, transcript: Path) -> Usage | None:
    """What it took; nobody knows where its CLI is none of ours any more, or the file cannot be read."""
    runtime = _runtime(town, conversation)
    try:
        return runtime.usage(transcript) if runtime is not None else None
    except OSError:
        return None


def _runtime(town: Town, conversation: Conversation) -> Runtime | None:
    try:
        return town.runtime(conversation.runtime)
    except GastownError:
        return None
