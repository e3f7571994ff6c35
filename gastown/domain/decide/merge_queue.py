"""What the merge queue does next, and what a gate's ending proves; fails closed."""

from collections.abc import Sequence
from dataclasses import dataclass

from gastown.domain.merges import GateOutcome, GateRun, MergeRequest, MergeState

NOT_EXECUTABLE, NOT_FOUND = 126, 127
"""What a POSIX shell answers when it could not start a command."""


def outcome_of(status: int, *, timed_out: bool) -> GateOutcome:
    """What an ending proves: only a gate that ran to its own end passed or failed."""
    if timed_out or status < 0 or status in (NOT_EXECUTABLE, NOT_FOUND) or status > 128:  # noqa: PLR2004 - 128+n: a signal, told by the shell
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
    """What one gate run on the change, and one on the target's own tree where that was needed, mean together."""
    match on_change.outcome:
        case GateOutcome.PASSED:
            return Land("the gate passed")
        case GateOutcome.FAILED:
            return SendBack(f"the gate failed ({on_change.told()})")
        case GateOutcome.COULD_NOT_RUN if on_target is None:
            return ProveOnTarget(f"the gate could not run ({on_change.told()})")
        case GateOutcome.COULD_NOT_RUN if on_target.outcome is GateOutcome.COULD_NOT_RUN:
            return Hold(
                f"the gate could not run ({on_change.told()}), nor on the target itself ({on_target.told()})"
            )
        case GateOutcome.COULD_NOT_RUN:
            return SendBack(
                f"the gate could not run ({on_change.told()}), though it runs on the target itself"
            )


def next_request(live: Sequence[MergeRequest], held_for: str) -> MergeRequest | None:
    """The request to work on: the oldest that is queued, or held for reasons that may have changed.

    `held_for` names the present gate and target; a request held under another name is tried again. One that
    was about to land comes first: whether it did must be known before anything else moves the target.
    """
    waiting = [r for r in live if r.state is MergeState.QUEUED or r.held_for != held_for]
    return min(waiting, key=lambda r: (r.landing_new is None, r.submitted_at, r.generation), default=None)
