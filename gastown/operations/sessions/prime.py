"""Priming: handing an agent its briefing, and recording that it was told."""

import json

from gastown.domain.assignments import Caller
from gastown.domain.briefing import Briefing, render
from gastown.ledger import agents, conversations, events, incarnations
from gastown.town import Town
from gastown.world.wake import ring

SOURCES = ("startup", "resume", "clear", "compact", "fork")


def prime(town: Town, briefing: Briefing, *, by: Caller, callback_input: str | None) -> str:
    """The text for the calling agent. `callback_input` is the start callback's JSON, None when typed by hand.

    A human who asks is shown the same, and nothing is recorded. An older session is told that it is one.
    """
    text = render(briefing)
    if by.is_human or (by.is_current and _record(town, briefing, by, _facts(callback_input))):
        return text
    return (
        f"You are an older session of {by.address}; a newer one has taken over its work.\n"
        "HOOK: (nothing)\nChange nothing and end your turn.\n"
    )


def _facts(callback_input: str | None) -> dict[str, str]:
    """What the start callback tells: session_id, transcript_path, source; empty where it tells nothing sound."""
    try:
        told = json.loads(callback_input or "{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(told, dict):
        return {}
    return {str(key): _sound(value) for key, value in told.items() if isinstance(value, str)}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _sound(text: str) -> str:
    """The text without halves of characters, which JSON can hold and the ledger cannot."""
    return text.encode("utf-8", "replace").decode()


def _record(town: Town, briefing: Briefing, by: Caller, told: dict[str, str]) -> bool:
    """Write down that the caller was told its work; False when it has been replaced meanwhile."""
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        incarnation = incarnations.newest(ledger, by.address)
        if incarnation is None or not incarnations.is_current(ledger, by.incarnation or 0):
            return False
        incarnations.primed(ledger, incarnation.id, now)
        if conversation := told.get("session_id"):
            conversations.add(
                ledger, conversation, incarnation, runtime=_runtime(town, by),
                transcript=told.get("transcript_path"), now=now,
            )  # fmt: skip
        bead = briefing.work.bead if briefing.work else None
        source = told["source"] if told.get("source") in SOURCES else "by hand"
        events.append(ledger, by.address, "agent.primed", by.address, now, bead=bead, source=source)
    ring(town.places.wake)
    return True


def _runtime(town: Town, by: Caller) -> str:
    assignment = agents.assignment(town.ledger, by.generation or 0)
    agent = agents.get(town.ledger, by.address)
    return (assignment and assignment.runtime) or (agent and agent.runtime) or town.settings.runtime
