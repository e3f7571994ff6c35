from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gastown.domain.beads import WORK_TYPES, Bead, BeadStatus
from gastown.domain.decide.dispatch import SlingFacts, check_slingable, choose_polecat
from gastown.domain.identity import POLECAT_NAMES, check_polecat_name
from gastown.errors import Refused

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
BEAD = Bead(
    id="we-1",
    uid="u-1",
    rig="web",
    title="Mend the door",
    description="",
    design="",
    acceptance="",
    notes="",
    type="task",
    status=BeadStatus.OPEN,
    priority=2,
    assignee=None,
    owner=None,
    created_at=NOW,
    created_by="overseer",
    started_at=None,
    updated_at=NOW,
    updated_by="overseer",
    closed_at=None,
    closed_by=None,
    close_reason=None,
    due=None,
    defer_until=None,
    external_ref=None,
    ephemeral=False,
    metadata={},
)
FREE = SlingFacts(BEAD, None, "", (), None, "web", "")


def bead(**changes: object) -> SlingFacts:
    """The bead with these changes, free otherwise."""
    return replace(FREE, bead=replace(BEAD, **changes))  # type: ignore[arg-type]


CLOSED = {"status": BeadStatus.CLOSED, "closed_at": NOW}

SLINGABLE = {
    "an open bead": FREE,
    "an open bead, at no rig in particular": replace(FREE, rig=None),
    "a bead of no rig": bead(rig=None),
    "one that came back from work": bead(status=BeadStatus.IN_PROGRESS),
    "one that somebody begun, and left": bead(status=BeadStatus.IN_PROGRESS, assignee=None),
    "the target's own work": replace(
        bead(status=BeadStatus.IN_PROGRESS, assignee="web/polecats/Ash"), target="web/polecats/Ash"
    ),
    "the caller's own work": bead(status=BeadStatus.IN_PROGRESS, assignee="overseer"),
    "one assigned to another, by a person": bead(assignee="ann"),
    "an agent's own, by that agent": replace(
        bead(assignee="web/polecats/Ash"), by="web/polecats/Ash", human=False
    ),
    "one put off to a moment that has come": bead(defer_until=NOW),
    **{f"a {kind}": bead(type=kind) for kind in WORK_TYPES},
}


@pytest.mark.parametrize("facts", SLINGABLE.values(), ids=SLINGABLE)
def test_free_work_may_be_slung(facts: SlingFacts) -> None:
    check_slingable(facts)


REFUSED: dict[str, tuple[SlingFacts, str, str]] = {
    "taken": (
        replace(FREE, holder="web/polecats/Toast", held_since="03:04 UTC"),
        "we-1 is on web/polecats/Toast's hook since 03:04 UTC",
        "gt unsling we-1   or   gt sling --restart we-1",
    ),
    "a convoy": (bead(type="convoy"), "we-1 is a convoy, not work for one agent", "sling the beads in it"),
    "a merge request": (
        bead(type="merge-request"),
        "we-1 is a merge-request, not work",
        "sling the beads in it",
    ),
    "in the queue": (
        replace(bead(status=BeadStatus.IN_PROGRESS), live_request="mr-7"),
        "we-1 waits in the merge queue as mr-7",
        "gt mq show mr-7",
    ),
    "closed": (bead(**CLOSED, close_reason="landed"), "we-1 is closed: landed", "bd show we-1"),
    "closed, nobody knows why": (bead(**CLOSED), "we-1 is closed: no reason given", "bd show we-1"),
    "blocked by a person": (bead(status=BeadStatus.BLOCKED), "we-1 is blocked", "bd show we-1"),
    "deferred": (bead(status=BeadStatus.DEFERRED), "we-1 is deferred", "bd show we-1"),
    "pinned": (bead(status=BeadStatus.PINNED), "we-1 is pinned", "bd show we-1"),
    "claimed by somebody": (
        bead(status=BeadStatus.IN_PROGRESS, assignee="ann"),
        "we-1 is being worked on by ann",
        'bd update we-1 --assignee "" takes it from them, by a person',
    ),
    "claimed by another than the target": (
        replace(bead(status=BeadStatus.IN_PROGRESS, assignee="web/polecats/Ash"), target="web/polecats/Rust"),
        "we-1 is being worked on by web/polecats/Ash",
        'bd update we-1 --assignee "" takes it from them, by a person',
    ),
    "assigned to another, by an agent": (
        replace(bead(assignee="ann"), by="web/polecats/Ash", human=False),
        "we-1 is assigned to ann",
        "bd ready lists what is free",
    ),
    "put off": (
        replace(bead(defer_until=NOW), deferred=True),
        "we-1 is deferred until 2026-01-02 03:04 UTC",
        'bd update we-1 --defer ""',
    ),
    "waiting for others": (
        replace(FREE, open_blockers=("we-2", "we-3")),
        "we-1 waits for we-2, we-3",
        "bd show we-2",
    ),
    "of another rig": (replace(FREE, rig="api"), "we-1 belongs to web, not to api", "gt sling we-1 web"),
    "in a parked rig": (
        replace(FREE, parked="the move"),
        "rig web is parked: the move",
        'set rig.parked in its rig.toml to ""',
    ),
}


@pytest.mark.parametrize("facts, message, hint", REFUSED.values(), ids=REFUSED)
def test_other_work_is_refused_with_the_reason_and_the_way_out(
    facts: SlingFacts, message: str, hint: str
) -> None:
    with pytest.raises(Refused) as refusal:
        check_slingable(facts)
    assert refusal.value.message.startswith(message)
    assert refusal.value.hint == hint


def test_who_holds_a_bead_is_told_before_anything_else() -> None:
    everything = replace(
        bead(**CLOSED),
        holder="web/polecats/Toast",
        open_blockers=("we-2",),
        live_request="mr-7",
        parked="the move",
    )
    with pytest.raises(Refused, match="is on web/polecats/Toast's hook"):
        check_slingable(everything)


@pytest.mark.parametrize("status", BeadStatus)
def test_only_open_and_unfinished_work_is_ever_slingable(status: BeadStatus) -> None:
    try:
        check_slingable(bead(status=status, **({"closed_at": NOW} if status is BeadStatus.CLOSED else {})))
    except Refused:
        return
    assert status in {BeadStatus.OPEN, BeadStatus.IN_PROGRESS, BeadStatus.HOOKED}


# who takes it

CHOICES: dict[str, tuple[list[str], set[str], tuple[str, ...], str]] = {
    "the first that is free": (["Rust", "Ash"], {"Rust", "Ash"}, (), "Rust"),
    "nobody yet": ([], set[str](), (), POLECAT_NAMES[0]),
    "the next free name": ([], set(POLECAT_NAMES[:3]), (), POLECAT_NAMES[3]),
    "a name that a person chose is not given again": ([], {"toast"}, (), POLECAT_NAMES[1]),
    "the rig's own names": ([], {"Ada"}, ("Ada", "Grace"), "Grace"),
    "more than there are names": ([], {"Ada", "Grace"}, ("Ada", "Grace"), "Ada2"),
    "many more": ([], {"Ada", "Ada2", "ada3"}, ("Ada",), "Ada4"),
}


@pytest.mark.parametrize("free, known, names, chosen", CHOICES.values(), ids=CHOICES)
def test_a_polecat_is_found_or_named(
    free: list[str], known: set[str], names: tuple[str, ...], chosen: str
) -> None:
    assert choose_polecat(free, known, names) == chosen


@given(
    st.sets(st.sampled_from([*POLECAT_NAMES, *(name.lower() for name in POLECAT_NAMES), "Toast2", "TOAST3"])),
    st.sampled_from([(), ("N" * 32,), ("Ada", "Grace")]),
)
def test_a_new_name_is_good_and_nobodys(known: set[str], names: tuple[str, ...]) -> None:
    chosen = choose_polecat([], known, names)
    assert check_polecat_name(chosen) == chosen
    assert chosen.casefold() not in {name.casefold() for name in known}
