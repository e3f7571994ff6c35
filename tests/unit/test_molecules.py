"""How far a molecule's steps have come, in words."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from gastown.domain.beads import BeadStatus
from gastown.domain.molecules import Molecule, Step, digest, full_text, overview, record

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
OPEN = Step(
    "we-m.1", 1, "look", "Look at it", "From all sides.", "You saw it.", BeadStatus.OPEN, None, None, None, None
)  # fmt: skip


def closed(step: Step, by: str = "web/polecats/Toast", reason: str | None = None) -> Step:
    return replace(step, status=BeadStatus.CLOSED, closed_at=NOW, closed_by=by, close_reason=reason)


def a_step(number: int) -> Step:
    return replace(OPEN, id=f"we-m.{number}", position=number, name=f"s{number}", title=f"Step {number}")


def a_molecule(*steps: Step) -> Molecule:
    return Molecule("we-m", "mend", "", "mend", BeadStatus.OPEN, True, "we-1", "web", steps)  # noqa: FBT003 - a wisp


def three(done: int = 0) -> Sequence[Step]:
    return [closed(a_step(n)) if n <= done else a_step(n) for n in (1, 2, 3)]


def test_the_first_step_that_is_not_closed_is_the_present_one() -> None:
    assert a_molecule(*three()).current == a_step(1)
    assert a_molecule(*three(2)).current == a_step(3)
    assert a_molecule(*three(3)).current is None
    assert a_molecule().current is None
    claimed = replace(a_step(2), status=BeadStatus.IN_PROGRESS, assignee="web/polecats/Toast")
    assert a_molecule(closed(a_step(1)), claimed, a_step(3)).current == claimed


def test_the_overview_says_what_is_done_what_is_now_and_what_comes_next() -> None:
    assert overview(a_molecule(*three(1))).splitlines() == [
        "done  1. we-m.1  Step 1",
        "now   2. we-m.2  Step 2",
        "next  3. we-m.3  Step 3",
    ]


def test_the_overview_hands_on_what_was_said_when_a_step_was_closed() -> None:
    steps = (closed(a_step(1), reason="The hinge\n is loose."), closed(a_step(2), reason="x" * 500))
    first, second = overview(a_molecule(*steps)).splitlines()
    assert first == "done  1. we-m.1  Step 1: The hinge is loose."
    assert second == f"done  2. we-m.2  Step 2: {'x' * 239}…"


def test_a_step_in_full_has_its_acceptance() -> None:
    assert full_text(OPEN) == "Look at it\nFrom all sides.\nIt is done when: You saw it."
    assert full_text(replace(OPEN, description=" ", acceptance="")) == "Look at it"


def test_the_digest_tells_who_did_what_when() -> None:
    steps = (closed(a_step(1), reason="it creaks"), closed(a_step(2)), a_step(3))
    assert digest(a_molecule(*steps)).splitlines() == [
        "mend: 2 of 3 steps done.",
        "1. Step 1: web/polecats/Toast, 2026-01-02 03:04 UTC: it creaks",
        "2. Step 2: web/polecats/Toast, 2026-01-02 03:04 UTC",
        "3. Step 3: not done",
    ]


def test_an_event_keeps_the_same_in_short() -> None:
    first, second = record([closed(a_step(1), reason="x" * 500), a_step(2)])
    assert first == {
        "step": "s1",
        "title": "Step 1",
        "by": "web/polecats/Toast",
        "at": NOW.isoformat(),
        "why": "x" * 120,
    }
    assert (second["by"], second["at"], second["why"]) == (None, None, "")
