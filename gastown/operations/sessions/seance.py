"""Seance: asking a former conversation in a fork that can act on nothing, and that leaves the conversation as it is."""

import os
import re
import shutil
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from gastown.domain.assignments import Caller
from gastown.domain.identity import parse_address
from gastown.domain.roles import Capability
from gastown.domain.runtime import Fork, Launch
from gastown.errors import GastownError, NotFound, Refused, Unavailable
from gastown.ledger import agents, conversations, events
from gastown.ledger.conversations import Conversation
from gastown.operations.sessions.archive import transcript_of
from gastown.operations.sessions.choice import model_of
from gastown.operations.sessions.environment import ALWAYS, OF_ONE_SESSION, passed_on
from gastown.operations.sessions.permission import must_be_of_rig, permit
from gastown.town import Town
from gastown.world import transcripts
from gastown.world.files import write_private
from gastown.world.process import run

PATIENCE = 600.0
"""Seconds that an answer may take."""

LEAST = 4
"""Characters of an id that are enough to mean a conversation."""

SHOWN = 200
"""Characters of a question that the record keeps."""

_NOT_PASSED = ("GT_", "GIT_", "SSH_", *OF_ONE_SESSION)
"""How names begin of what could act for somebody, or says who somebody is."""

_SCRATCH = re.compile(r".+\.(\d+)")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a former conversation says to a question."""

    conversation: str
    agent: str
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Opening:
    """How a fork is opened in a terminal; its scratch folder goes when another one is held later."""

    conversation: str
    agent: str
    argv: Sequence[str]
    env: Mapping[str, str]


def ask(town: Town, conversation: str, question: str, *, by: Caller) -> Answer:
    """Put `question` to a fork of the conversation whose id begins so.

    The fork reads a copy, has no credential, no callbacks and no tools, and is gone when it has answered. Raises
    Refused for who may not, and for an agent CLI that cannot, NotFound for a conversation that nobody knows or whose
    transcript is gone, Unavailable when no answer comes.
    """
    _permit(town, by)
    known = find(town, conversation)
    _must_be_known_to(town, by, known)
    question = question.encode("utf-8", "replace").decode().replace("\0", "").strip()
    if not question:
        raise Refused("nothing was asked", 'gt seance ID -p "question"')
    with _scratch(town, known) as scratch:
        launch = _fork(town, known, question, scratch)
        env = _environment(town, known, launch)
        _record(town, known, by, question)
        done = run(launch.argv, deadline=PATIENCE, cwd=scratch, env=env)
    text = done.out.strip()
    if done.status or not text:
        said = (done.err.strip() or text or f"exit status {done.status}").splitlines()[-1]
        raise Unavailable(f"{_short(known)} of {known.agent} did not answer: {said}", "gt runtime list")
    return Answer(known.id, known.agent, question, text)


def open_in_terminal(town: Town, conversation: str, *, by: Caller) -> Opening:
    """Prepare a fork that a person talks with in their terminal; otherwise as `ask`."""
    _permit(town, by)
    if not by.is_human:
        raise Refused("only a person opens a conversation", f'gt seance {conversation} -p "question"')
    known = find(town, conversation)
    scratch = _furnish(town, known)
    launch = _fork(town, known, None, scratch)
    _record(town, known, by, None)
    go_there = ["/bin/sh", "-c", 'cd -- "$1" && shift && exec "$@"', "sh", str(scratch)]
    env = _environment(town, known, launch) | passed_on(("TERM", "COLUMNS", "LINES"))
    return Opening(known.id, known.agent, [*go_there, *launch.argv], env)


def find(town: Town, start: str) -> Conversation:
    """The conversation whose id begins so. NotFound for none, Refused for several."""
    can_be_one = len(start) >= LEAST and start.isprintable()
    found = list(conversations.beginning(town.ledger, start)) if can_be_one else []
    exact = [each for each in found if each.id == start]
    if not found:
        raise NotFound(f"no conversation begins with {start!r}", "gt seance lists them")
    if len(found) > 1 and not exact:
        ids = ", ".join(each.id[: len(start) + 4] for each in found)
        raise Refused(f"{start!r} could be {ids}", "write more of its id")
    return (exact or found)[0]


def _permit(town: Town, by: Caller) -> None:
    by.must_be_current()
    permit(town, by, Capability.SEANCE, "ask former conversations")


def _must_be_known_to(town: Town, by: Caller, known: Conversation) -> None:
    """Refused for an agent that asks somebody who is no predecessor: in its name, or in the work on its hook.

    Town-wide agents ask all, and who gives work to the agents of a rig asks those.
    """
    work = agents.open_assignment(town.ledger, by.address)
    if by.is_human or known.agent == by.address or (work is not None and work.bead == known.bead):
        return
    must_be_of_rig(by, parse_address(known.agent).rig, "ask former conversations")
    if parse_address(by.address).rig is not None:
        permit(town, by, Capability.SLING, "ask others' former conversations")


def _fork(town: Town, known: Conversation, question: str | None, scratch: Path) -> Launch:
    runtime = town.runtime(known.runtime)
    if not runtime.features.forks:
        where = f"zcat {town.root / known.archived}" if known.archived else known.transcript or ""
        raise Refused(f"{runtime.name} cannot fork a conversation", f"read it: {where}" if where else "")
    if runtime.program and shutil.which(runtime.program) is None:
        raise Unavailable(f"{runtime.program} is not installed, or not on PATH", runtime.how_to_get_it)
    launch = runtime.fork(Fork(known.id, _copy(town, known, scratch), question, scratch, _model(town, known)))
    write_private(launch.files)
    return launch


def _copy(town: Town, known: Conversation, scratch: Path) -> Path:
    """The transcript in the scratch folder: as the CLI has it, else as it was when the conversation ended."""
    copy = scratch / "conversation.jsonl"
    transcript = transcript_of(town, known)
    if transcript is not None:
        with suppress(NotFound):
            transcripts.duplicate(transcript, copy)
            return copy
    if known.archived is None:
        raise NotFound(f"the transcript of {_short(known)} is gone", "gt seance lists those that are there")
    transcripts.bring_back(town.root / known.archived, copy)
    return copy


def _model(town: Town, known: Conversation) -> str:
    try:
        return model_of(town, known.agent, None)
    except GastownError:  # of a rig or role that is gone
        return town.settings.model


def _environment(town: Town, known: Conversation, launch: Launch) -> dict[str, str]:
    """What the CLI needs to reach its model, and nothing of the town."""
    wanted = (*ALWAYS, *town.settings.environment, *town.runtime(known.runtime).passes)
    env = {name: value for name, value in passed_on(wanted).items() if not name.startswith(_NOT_PASSED)}
    ours = str(town.places.bin)
    path = [part for part in os.environ.get("PATH", os.defpath).split(os.pathsep) if part and part != ours]
    python = (
        {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        if not town.runtime(known.runtime).program
        else {}
    )
    return {**env, **python, **launch.env, "PATH": os.pathsep.join(path)}


def _record(town: Town, known: Conversation, by: Caller, question: str | None) -> None:
    with town.ledger.transaction() as ledger:
        events.append(
            ledger, by.address, "conversation.asked", known.agent, town.clock.now(), bead=known.bead,
            conversation=known.id, question=question[:SHOWN] if question else None,
        )  # fmt: skip


@contextmanager
def _scratch(town: Town, known: Conversation) -> Generator[Path]:
    folder = _furnish(town, known)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _furnish(town: Town, known: Conversation) -> Path:
    """An empty folder of this process; those of processes that are gone go."""
    place = town.places.run / "seance"
    folder = place / f"{re.sub(r'[^A-Za-z0-9]', '', known.id)[:12] or 'odd'}.{os.getpid()}"
    try:
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        for other in place.iterdir():
            match = _SCRATCH.fullmatch(other.name)
            if match is None or not _lives(int(match[1])) or other == folder:
                shutil.rmtree(other, ignore_errors=True)
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise Unavailable(f"{folder} cannot be made: {error.strerror}", "check the disk") from error
    return folder


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _short(known: Conversation) -> str:
    return known.id[:8]
