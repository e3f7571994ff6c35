"""What the merge queue does next, and what a gate's ending proves; fails closed."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gastown.domain.merges import GateOutcome, GateRun, MergeRequest, MergeState

NOT_EXECUTABLE, NOT_FOUND = 126, 127
"""What a POSIX shell answers when it could not start a command."""

KILLED = 128
"""A POSIX shell answers 128 + n for a command that signal n ended; a shell that became its only command
(dash and bash do) is ended by the signal itself, which is a negative status here."""

DEADLY = frozenset({*range(1, 16), 24, 25, 26, 27, 30, 31})
"""Signals that end a process who does nothing about them, under the numbers of Linux and macOS alike.

Other statuses above 128 are a program's own: 128 is git's last word, 255 Perl's, PHP's and ssh's, and some
test runners count failures. One who ended by itself with, say, 130 says the same as the shell: interrupted.
"""


def outcome_of(status: int, *, timed_out: bool) -> GateOutcome:
    """What an ending proves: only a gate that ran to its own end passed or failed."""
    if timed_out or status < 0 or status in (NOT_EXECUTABLE, NOT_FOUND) or status - KILLED in DEADLY:
        return GateOutcome.COULD_NOT_RUN
    return GateOutcome.PASSED if status == 0 else GateOutcome.FAILED


@dataclass(frozen=True, slots=True)
class Land:
    """The gate ran and passed: move the target."""

    because: str


@dataclass(frozen=True, slots=True)
class SendBack:
    """The change is at fault: the bead becomes work again."""

    because: str


@dataclass(frozen=True, slots=True)
class Hold:
    """Nobody can say yet: nothing lands, the request waits, the next one is not blocked."""

    because: str


@dataclass(frozen=True, slots=True)
class ProveOnTarget:
    """The gate could not run on the change: see whether it runs on the target's own tree."""

    because: str


Judgement = Land | SendBack | Hold | ProveOnTarget


def judge(on_change: GateRun, on_target: GateRun | None) -> Judgement:
    """What a gate run on the change means, with one on the target's own tree where that was needed."""
    match on_change.outcome:
        case GateOutcome.PASSED:
            return Land("the gate passed")
        case GateOutcome.FAILED:
            return SendBack(f"the gate failed ({on_change.told()})")
        case GateOutcome.COULD_NOT_RUN:
            return _whose_fault(f"the gate could not run ({on_change.told()})", on_target)


def _whose_fault(what: str, on_target: GateRun | None) -> Judgement:
    if on_target is None:
        return ProveOnTarget(what)
    if on_target.outcome is GateOutcome.COULD_NOT_RUN:
        return Hold(f"{what}, nor on the target itself ({on_target.told()})")
    return SendBack(f"{what}, though it runs on the target itself ({on_target.told()})")


CUT_OFF = "the queue's process was ended during its gate"
"""A kind of trouble; a gate that kills its own parent looks like that. What `gt down` ends does not count."""

MOST_CUT_OFF, MOST_FAILURES = 3, 5
"""How often in a row a gate is cut off, or an attempt fails in the same way, before the request is held."""

_OF_THE_MOMENT = re.compile(r"\S*\d\S*")


def kind_of_trouble(message: str) -> str:
    """The message without what differs from time to time: commits, ids, times."""
    return _OF_THE_MOMENT.sub("#", message)


def given_up(message: str, times: int) -> str | None:
    """Why a request that met this trouble so often in a row is held; None while it is tried again."""
    if times < (MOST_CUT_OFF if message == CUT_OFF else MOST_FAILURES):
        return None
    return f"{times} times in a row: {message}"


def configuration(gate: str, limit: timedelta, *, no_gate: bool, target: str) -> str:
    """A short name for a rig's gate and target as they are configured; another configuration has another name."""
    told = "\0".join((gate, f"{limit.total_seconds():g}", str(no_gate), target))
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def reasons(configured: str, target: str | None) -> str:
    """What a hold depends on: the configuration and the target's commit (None: no such branch)."""
    return f"{configured}@{target or 'nothing'}"


def wherever(configured: str) -> str:
    """What a hold depends on that another commit on the target does not lift."""
    return f"{configured}@{_WHEREVER}"


_WHEREVER = "anything"


def _still(held_for: str | None, now: str) -> bool:
    """Whether what a request is held for is as it was."""
    return held_for == now or held_for == wherever(now.partition("@")[0])


def next_request(live: Sequence[MergeRequest], present: Mapping[str, str]) -> MergeRequest | None:
    """The request to work on: the oldest that is queued; without any, one held for reasons that have changed.

    `present` gives for every target that could be read the `reasons` of now; requests for other targets are
    passed by. One that was about to land comes first: whether it did must be known before anything else
    moves the target. Held ones come last: every landing changes their reasons, and none may cost the others
    two useless gates each time.
    """
    waiting = [
        request
        for request in live
        if request.target in present
        and (request.state is MergeState.QUEUED or not _still(request.held_for, present[request.target]))
    ]
    return min(waiting, key=_turn, default=None)


def _turn(request: MergeRequest) -> tuple[bool, bool, datetime, int]:
    held = request.state is MergeState.HELD
    return request.landing_new is None, held, request.submitted_at, request.generation


def to_do(live: Sequence[MergeRequest], configured: str) -> int:
    """How many requests make a queue process worth starting, as far as can be told without asking the remote.

    These are all that are queued, and those held for another configuration of the gate.
    """
    return sum(
        request.state is MergeState.QUEUED or not (request.held_for or "").startswith(f"{configured}@")
        for request in live
    )
