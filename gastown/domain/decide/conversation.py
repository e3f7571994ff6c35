"""Whether a new session goes on with the conversation of the last one, or begins afresh; with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gastown.domain.decide.budget import CUT_OFF, UNSEEN
from gastown.domain.endings import HANDOFF, RESTARTED

AT_ONCE = timedelta(seconds=10)
"""A resumed session that ended sooner did not take the conversation up."""

BAD_CONVERSATION = frozenset({"invalid_request"})
"""Failures that say that the conversation itself cannot go on; the words are Claude Code's."""

COULD_NOT_START = "could not start"
"""How the causes of starts begin that never came to a session."""


@dataclass(frozen=True, slots=True)
class PastSession:
    """One former session of the agent."""

    conversation: str
    """The last one that it had."""
    transcript: bool
    """Whether the agent CLI still has it."""
    runtime: str
    generation: int | None
    """Which work it had when it ended; None: none."""
    resumed: bool
    primed: bool
    """Whether it was told its work: a start callback came."""
    began_at: datetime
    ended_at: datetime | None
    """None: it is being replaced now."""
    why: str
    failure: str
    handoff: bool
    """Whether a fresh session was wished in its place."""


@dataclass(frozen=True, slots=True)
class NewSession:
    """The session that is to begin."""

    runtime: str
    generation: int | None
    role_resumes: bool
    """Whether the role's conversations go on where they can."""
    cli_resumes: bool
    """Whether the agent CLI can."""
    cli_primes: bool
    """Whether its start callback tells a session its work."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on with that conversation."""

    conversation: str
    because: str


@dataclass(frozen=True, slots=True)
class Afresh:
    """Begin a new conversation."""

    because: str


def choose_conversation(
    new: NewSession, past: Sequence[PastSession], *, patience: timedelta, now: datetime
) -> Resume | Afresh:
    """Choose for a session that begins now; `past` is what there was before, oldest first.

    `patience`: a session that lived as long made progress, as in the budget of starts.
    """
    began = [session for session in past if not _never_ran(session)]
    if not new.role_resumes:
        return Afresh("its role begins afresh each time")
    if not new.cli_resumes:
        return Afresh(f"{new.runtime} cannot take a conversation up again")
    if not began:
        return Afresh("it had no session before")
    last = began[-1]
    if (why := _unwanted(last) or _unfit(new, last) or _in_vain(new, began, patience, now)) is not None:
        return Afresh(why)
    return Resume(last.conversation, f"its session was cut off: {last.why}" if last.why else "it was cut off")


def _never_ran(session: PastSession) -> bool:
    return session.why == CUT_OFF or session.why.startswith((UNSEEN, COULD_NOT_START))


def _unwanted(last: PastSession) -> str | None:
    """Why nobody wants that conversation to go on."""
    if last.handoff or last.why == HANDOFF:
        return "it was handed off to a fresh session"
    if last.why == RESTARTED:
        return "it was restarted by hand"
    if (
        bad := next((word for word in (last.failure, last.why) if word in BAD_CONVERSATION), None)
    ) is not None:
        return f"the conversation cannot go on: {bad}"
    return None


def _unfit(new: NewSession, last: PastSession) -> str | None:
    """Why that conversation is not the one for this session."""
    if last.runtime != new.runtime:
        return f"the last session was one of {last.runtime or 'another agent CLI'}"
    if last.generation != new.generation:
        return "the last conversation was about other work" if last.generation else "there is work now"
    if not last.transcript:
        return "nothing is left of the last conversation"
    return None


def _in_vain(new: NewSession, began: Sequence[PastSession], patience: timedelta, now: datetime) -> str | None:
    """Why to go on with it would only fail again."""
    last = began[-1]
    if not last.resumed:
        return None
    lived = [(session.ended_at or now) - session.began_at for session in began[-2:]]
    if lived[-1] < AT_ONCE or (new.cli_primes and not last.primed):
        return "it did not take its conversation up when it was to"
    if len(began) > 1 and began[-2].resumed and all(span < patience for span in lived):
        return "it was resumed twice, and ended soon each time"
    return None
