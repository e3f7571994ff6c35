import pytest

from gastown.domain.beads import BeadStatus
from gastown.domain.convoys import BREAKDOWN, Endings, TrackedFacts, TrackedState, breakdown, tracked_state
from gastown.domain.merges import MergeState

FREE = TrackedFacts(BeadStatus.OPEN, "task", None, waits=False, later=False)

STANDS = {
    "open work": (FREE, TrackedState.READY),
    "on a hook": (
        TrackedFacts(BeadStatus.HOOKED, "task", None, waits=True, later=True),
        TrackedState.WORKING,
    ),
    "claimed": (
        TrackedFacts(BeadStatus.IN_PROGRESS, "task", None, waits=False, later=False),
        TrackedState.WORKING,
    ),
    "in the queue": (
        TrackedFacts(BeadStatus.IN_PROGRESS, "task", MergeState.QUEUED, waits=False, later=False),
        TrackedState.QUEUED,
    ),
    "held there": (
        TrackedFacts(BeadStatus.IN_PROGRESS, "task", MergeState.HELD, waits=True, later=False),
        TrackedState.HELD,
    ),
    "waiting": (TrackedFacts(BeadStatus.OPEN, "task", None, waits=True, later=True), TrackedState.WAITING),
    "deferred for a time": (
        TrackedFacts(BeadStatus.OPEN, "task", None, waits=False, later=True),
        TrackedState.DEFERRED,
    ),
    "deferred": (
        TrackedFacts(BeadStatus.DEFERRED, "task", None, waits=False, later=False),
        TrackedState.DEFERRED,
    ),
    "blocked by hand": (
        TrackedFacts(BeadStatus.BLOCKED, "task", None, waits=True, later=False),
        TrackedState.BLOCKED,
    ),
    "pinned": (TrackedFacts(BeadStatus.PINNED, "task", None, waits=False, later=False), TrackedState.PINNED),
    "an epic": (TrackedFacts(BeadStatus.OPEN, "epic", None, waits=False, later=False), TrackedState.OPEN),
    "closed": (TrackedFacts(BeadStatus.CLOSED, "epic", None, waits=True, later=True), TrackedState.CLOSED),
}


@pytest.mark.parametrize("facts, state", STANDS.values(), ids=STANDS)
def test_where_a_bead_stands_is_computed(facts: TrackedFacts, state: TrackedState) -> None:
    assert tracked_state(facts) is state


def test_every_status_and_request_has_its_state() -> None:
    for status in BeadStatus:
        for request in (None, *MergeState):
            for type_ in ("task", "epic"):
                state = tracked_state(TrackedFacts(status, type_, request, waits=False, later=False))
                assert (state is TrackedState.CLOSED) == (status is BeadStatus.CLOSED)


def test_the_breakdown_names_every_state_but_closed() -> None:
    assert set(BREAKDOWN) == set(TrackedState) - {TrackedState.CLOSED}
    assert (
        breakdown({TrackedState.READY: 2, TrackedState.WORKING: 1, TrackedState.CLOSED: 4})
        == "1 working · 2 ready"
    )
    assert breakdown({}) == ""


def test_how_beads_ended_is_told_honestly() -> None:
    assert Endings(3, 1, 0).words == "3 landed, 1 closed without a change"
    assert Endings(0, 0, 2).words == "2 closed otherwise"
    assert Endings(0, 0, 0).words == "nothing landed"
    assert Endings(3, 0, 1).told == "has landed: 3 landed, 1 closed otherwise"
    assert Endings(0, 2, 0).told == "is done, but nothing landed: 2 closed without a change"
