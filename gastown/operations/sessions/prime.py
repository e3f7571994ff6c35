"""Priming: handing an agent its briefing, letting it take up its work, and recording what it was told."""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from enum import Enum, auto

from gastown.domain.assignments import Assignment, Caller, Incarnation
from gastown.domain.briefing import render, tell
from gastown.domain.briefing_facts import Briefing, Told
from gastown.domain.callback_words import in_claudes_words
from gastown.errors import Busy, GastownError, Refused
from gastown.ledger import agents, conversations, events, incarnations, messages, primings
from gastown.ledger.database import Database
from gastown.operations.sessions.branch_off import branch_off
from gastown.town import Town
from gastown.world.wake import ring

SOURCES = ("startup", "resume", "clear", "compact", "fork")
GOES_ON = frozenset({"resume", "compact"})
"""After these a conversation knows what it was told before."""

NO_START = frozenset({"clear", "compact"})
"""What these begin is no session, so work that was deferred stays so."""

BY_HAND = "by hand"
TRIES = 5
"""How often the briefing is read again because the hook changed meanwhile."""


class _Outcome(Enum):
    TOLD = auto()
    REPLACED = auto()
    """A newer session has taken over."""
    OTHER_WORK = auto()
    """What is on the hook is not what was read."""


def prime(
    town: Town,
    read: Callable[[], Briefing],
    *,
    by: Caller,
    callback_input: str | None,
    say: Callable[[str], None],
) -> None:
    """Say to the calling agent what it is to know. `callback_input` is the start callback's JSON, None when typed.

    A session that lasts takes up what is on its hook. Messages that were said whole count as seen once they are said: a
    crash before shows them again. A human who asks is shown the same, and nothing is recorded. An older session is told
    that it is one. Raises Refused for another agent's briefing, and Busy when the hook changes all the time.
    """
    if by.is_human:
        say(render(read()))
        return
    branch_off(town, by)
    facts = _facts(callback_input)
    outcome, told = _Outcome.REPLACED, None
    for _ in range(TRIES if by.is_current else 0):
        briefing = read()
        if briefing.address != by.address:
            raise Refused(f"you are {by.address}, and are told your own work", f"gt hook {briefing.address}")
        told = tell(briefing, _told_before(town, by, facts))
        outcome = _record(town, briefing, told, by, facts)
        if outcome is not _Outcome.OTHER_WORK:
            break
    match outcome:
        case _Outcome.OTHER_WORK:
            raise Busy("what is on the hook changes again and again", "gt prime")
        case _Outcome.REPLACED:
            say(_older(by.address))
        case _Outcome.TOLD if told is not None:
            ring(town.places.wake)
            say(told.text)
            _seen(town, by, told)
        case _Outcome.TOLD:  # pragma: no cover - nothing is recorded that was not told
            pass


def _older(address: str) -> str:
    return (
        f"You are an older session of {address}; a newer one has taken over its work.\n"
        "HOOK: (nothing)\nChange nothing and end your turn.\n"
    )


def _facts(callback_input: str | None) -> Mapping[str, str]:
    """What the start callback tells: session_id, transcript_path, source; empty where it tells nothing sound."""
    try:
        told = json.loads(callback_input or "{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(told, dict):
        return {}
    texts = {str(key): _sound(value) for key, value in told.items() if isinstance(value, str)}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return in_claudes_words(texts)


def _sound(text: str) -> str:
    """The text without halves of characters, which JSON can hold and the ledger cannot."""
    return text.encode("utf-8", "replace").decode()


def _source(facts: Mapping[str, str]) -> str:
    return facts["source"] if facts.get("source") in SOURCES else BY_HAND


def _told_before(town: Town, by: Caller, facts: Mapping[str, str]) -> Mapping[str, str] | None:
    """What the conversation that goes on knows already; None for one that begins, or was told nothing."""
    conversation = facts.get("session_id")
    if _source(facts) not in GOES_ON or not conversation:
        return None
    before = primings.of_conversation(town.ledger, by.address, conversation)
    return before.told if before else None


def _record(town: Town, briefing: Briefing, told: Told, by: Caller, facts: Mapping[str, str]) -> _Outcome:
    """Write down what the caller is told, and let it begin with it."""
    now, source = town.clock.now(), _source(facts)
    with town.ledger.transaction() as ledger:
        if not incarnations.is_current(ledger, by.incarnation or 0):
            return _Outcome.REPLACED
        assignment = agents.open_assignment(ledger, by.address)
        if (assignment and assignment.generation) != (briefing.work and briefing.work.generation):
            return _Outcome.OTHER_WORK
        if assignment is not None:
            _begin(ledger, assignment, by, source, now)
        incarnation = incarnations.get(ledger, by.incarnation or 0)
        if incarnation is None:  # pragma: no cover - it is current
            return _Outcome.REPLACED
        incarnations.primed(ledger, incarnation.id, now)
        conversation = facts.get("session_id", "")
        if conversation:
            conversations.add(
                ledger, conversation, incarnation, runtime=_runtime(town, incarnation),
                transcript=facts.get("transcript_path"), now=now,
            )  # fmt: skip
        primings.add(
            ledger, incarnation.id, conversation=conversation, source=source, characters=len(told.text),
            told=told.sections, now=now,
        )  # fmt: skip
        bead = briefing.work.bead if briefing.work else None
        events.append(ledger, by.address, "agent.primed", by.address, now, bead=bead, source=source)
    return _Outcome.TOLD


def _begin(ledger: Database, assignment: Assignment, by: Caller, source: str, now: datetime) -> None:
    """Let the session take up what is on its hook, unless it is deferred and nobody has begun a session for it."""
    if assignment.deferred and source in NO_START:
        return
    agents.undefer(ledger, assignment.generation)
    if incarnations.take_up(ledger, by.incarnation or 0, assignment):
        events.append(
            ledger, by.address, "agent.took_up", by.address, now, bead=assignment.bead,
            generation=assignment.generation,
        )  # fmt: skip


def _seen(town: Town, by: Caller, told: Told) -> None:
    """Write down that the caller has read these messages, if it still is the one for whom they are."""
    if not told.shown:
        return
    now = town.clock.now()
    with suppress(GastownError), town.ledger.transaction() as ledger:  # else they are shown again
        if incarnations.is_current(ledger, by.incarnation or 0):
            messages.see(ledger, told.shown, by=by.address, incarnation=by.incarnation, now=now)


def _runtime(town: Town, incarnation: Incarnation) -> str:
    """The agent CLI that it was started with."""
    if incarnation.runtime:
        return incarnation.runtime
    assignment = agents.assignment(town.ledger, incarnation.generation or 0)
    agent = agents.get(town.ledger, incarnation.agent)
    return (assignment and assignment.runtime) or (agent and agent.runtime) or town.settings.runtime
