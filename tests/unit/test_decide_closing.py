"""What may be ended or changed by hand: a table of facts, each with the reason and the way."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gastown.domain.beads import Bead, BeadStatus
from gastown.domain.decide.changing import (
    BY_HAND,
    Change,
    check_assignee,
    check_change,
    check_claim,
    check_cut,
    check_link,
    check_status,
    check_type_change,
    parse_status,
)
from gastown.domain.decide.closing import EndFacts, check_closable, check_deletable
from gastown.domain.fields import check_label, check_line, check_text, listed, parse_priority
from gastown.domain.identity import OVERSEER
from gastown.errors import Invalid, Refused

NOW = datetime(2026, 11, 20, tzinfo=UTC)
BEAD = Bead(
    id="we-1", uid="u", rig="web", title="T", description="", design="", acceptance="", notes="", type="task",
    status=BeadStatus.OPEN, priority=2, assignee=None, owner=None, created_at=NOW, created_by="overseer",
    started_at=None, updated_at=NOW, updated_by="overseer", closed_at=None, closed_by=None, close_reason=None,
    due=None, defer_until=None, external_ref=None, ephemeral=False, metadata={},
)  # fmt: skip
HOOKED = replace(BEAD, status=BeadStatus.HOOKED, assignee="web/polecats/Toast")
TOAST = "web/polecats/Toast"
FREE = EndFacts(BEAD, human=True, force=False)
AGENT = FREE._replace(human=False, by=TOAST)
SLUNG = FREE._replace(worker=TOAST)
CLAIMED = replace(BEAD, status=BeadStatus.IN_PROGRESS, assignee="ann")
STEP, MOLECULE = replace(BEAD, type="step"), replace(BEAD, type="molecule")
MESSAGE = replace(BEAD, type="message", assignee=OVERSEER)


CLOSING = {
    "free": (FREE, "", ""),
    "free, by an agent": (AGENT, "", ""),
    "deleted": (FREE._replace(bead=replace(BEAD, type="tombstone")), "was deleted", "bd undelete we-1"),
    "a merge request": (
        FREE._replace(bead=replace(BEAD, type="merge-request")),
        "is a merge request",
        "gt mq reject we-1",
    ),
    "slung": (
        SLUNG,
        "was slung to web/polecats/Toast: it closes when its commits land",
        "bd close we-1 --force",
    ),
    "slung, by its agent": (
        SLUNG._replace(human=False, bead=HOOKED),
        "closes when its commits land",
        "gt done",
    ),
    "slung, forced": (SLUNG._replace(force=True), "", ""),
    "on a hook, forced": (SLUNG._replace(bead=HOOKED, force=True), "", ""),
    "forced by an agent": (AGENT._replace(force=True), "--force is for people", "ask"),
    "slung, forced by an agent": (SLUNG._replace(human=False, force=True), "--force is for people", "ask"),
    "in the queue": (
        SLUNG._replace(live_request="mr-1"),
        "waits in the merge queue as mr-1",
        "gt mq show mr-1",
    ),
    "in the queue, forced": (
        SLUNG._replace(live_request="mr-1", force=True),
        "waits in the merge queue",
        "gt mq reject mr-1",
    ),
    "on its way, forced": (
        SLUNG._replace(handing_over=True, force=True),
        "it is being submitted",
        "gt mq list",
    ),
    "open children": (FREE._replace(children=("a", "b")), "has open children: a, b", "bd close we-1 --force"),
    "many children": (FREE._replace(children=tuple("abcdef")), "a, b, c, d, e and more", "close them"),
    "open children, forced": (FREE._replace(children=("a",), force=True), "", ""),
    "a convoy with open beads": (FREE._replace(tracked=("a",)), "still tracks open beads: a", "--force"),
    "waited for": (FREE._replace(waiting=("a",)), "", ""),
    "claimed by another": (FREE._replace(bead=CLAIMED), "", ""),
    "claimed by another, by an agent": (
        AGENT._replace(bead=CLAIMED),
        "we-1 is ann's work",
        "bd comment we-1",
    ),
    "claimed by itself": (AGENT._replace(bead=replace(CLAIMED, assignee=TOAST)), "", ""),
    "a message, by whom it is for": (FREE._replace(bead=MESSAGE), "", ""),
    "a message, by another": (AGENT._replace(bead=MESSAGE), "we-1 is a message", "by whom it is for"),
    "another's message": (
        FREE._replace(bead=replace(MESSAGE, assignee=TOAST)),
        "we-1 is a message",
        "by whom",
    ),
    "another's message, forced": (FREE._replace(bead=replace(MESSAGE, assignee=TOAST), force=True), "", ""),
    "nobody's message": (FREE._replace(bead=replace(MESSAGE, assignee=None)), "", ""),
    "nobody's message, by an agent": (
        AGENT._replace(bead=replace(MESSAGE, assignee=None)),
        "a message",
        "by",
    ),
    "a molecule": (FREE._replace(bead=MOLECULE), "", ""),
    "a molecule of its own, by an agent": (AGENT._replace(bead=MOLECULE), "", ""),
    "a molecule of work, by an agent": (
        AGENT._replace(bead=MOLECULE, serves="we-2"),
        "we-1 was poured for we-2: it ends with that",
        "gt done",
    ),
}

DELETING = {
    "free": (FREE, "", ""),
    "on a hook, forced": (
        SLUNG._replace(bead=HOOKED, force=True),
        "is on web/polecats/Toast's hook",
        "gt unsling we-1",
    ),
    "in the queue, forced": (
        SLUNG._replace(live_request="mr-1", force=True),
        "merge queue",
        "gt mq reject mr-1",
    ),
    "slung": (SLUNG, "was slung to web/polecats/Toast", "bd delete we-1 --force"),
    "slung, forced": (SLUNG._replace(force=True), "", ""),
    "slung, forced by an agent": (SLUNG._replace(force=True, human=False), "--force is for people", "ask"),
    "a wisp that was slung, forced": (
        SLUNG._replace(bead=replace(BEAD, ephemeral=True), force=True),
        "that record is kept",
        "bd close",
    ),
    "children": (FREE._replace(children=("a",)), "has children: a", "bd delete we-1 --force"),
    "waited for": (FREE._replace(waiting=("a",)), "open beads wait for we-1: a", "--force"),
    "waited for, forced": (FREE._replace(waiting=("a",), children=("b",), force=True), "", ""),
    "claimed by another": (FREE._replace(bead=CLAIMED), "", ""),
    "claimed by another, by an agent": (AGENT._replace(bead=CLAIMED), "we-1 is ann's work", "bd ready"),
    "a message, by whom it is for": (FREE._replace(bead=MESSAGE), "we-1 is a message", "bd close we-1"),
    "a step, by an agent": (AGENT._replace(bead=STEP), "we-1 is a step, which is not deleted", "bd mol burn"),
}


@pytest.mark.parametrize("facts, said, way", CLOSING.values(), ids=CLOSING)
def test_closing(facts: EndFacts, said: str, way: str) -> None:
    if not said:
        check_closable(facts)
        return
    with pytest.raises(Refused) as refusal:
        check_closable(facts)
    assert said in refusal.value.message
    assert way in refusal.value.hint


@pytest.mark.parametrize("facts, said, way", DELETING.values(), ids=DELETING)
def test_deleting(facts: EndFacts, said: str, way: str) -> None:
    if not said:
        check_deletable(facts)
        return
    with pytest.raises(Refused) as refusal:
        check_deletable(facts)
    assert said in refusal.value.message
    assert way in refusal.value.hint


@pytest.mark.parametrize("status", BY_HAND)
def test_a_status_of_people_is_read_however_it_is_written(status: BeadStatus) -> None:
    assert parse_status(f" {status.upper().replace('_', '-')} ") is status


@pytest.mark.parametrize(
    "text, way", [("hooked", "gt sling"), ("closed", "bd close"), ("done", "in_progress")]
)
def test_other_statuses_are_refused_with_their_command(text: str, way: str) -> None:
    with pytest.raises(Invalid) as wrong:
        parse_status(text)
    assert way in wrong.value.hint


@pytest.mark.parametrize(
    "bead, request_id, way",
    [
        (HOOKED, None, "gt unsling we-1"),
        (BEAD, "mr-1", "gt mq reject mr-1"),
        (replace(BEAD, status=BeadStatus.CLOSED), None, "bd reopen we-1"),
        (replace(BEAD, type="merge-request"), None, "gt mq show we-1"),
        (replace(BEAD, type="convoy"), None, "bd show we-1"),
        (replace(BEAD, type="tombstone", status=BeadStatus.CLOSED), None, "bd undelete we-1"),
    ],
)
def test_a_status_that_others_decide_is_not_set(bead: Bead, request_id: str | None, way: str) -> None:
    with pytest.raises(Refused) as refusal:
        check_status(bead, request_id)
    assert way in refusal.value.hint


@pytest.mark.parametrize(
    "bead, request_id, way",
    [
        (HOOKED, None, "gt unsling we-1"),
        (BEAD, "mr-1", "gt mq reject mr-1"),
        (replace(BEAD, type="convoy"), None, "bd show we-1"),
    ],
)
def test_a_type_stays_where_something_hangs_on_it(bead: Bead, request_id: str | None, way: str) -> None:
    check_type_change(BEAD, None)
    with pytest.raises(Refused) as refusal:
        check_type_change(bead, request_id)
    assert way in refusal.value.hint


@pytest.mark.parametrize(
    "bead, request_id, way",
    [(HOOKED, None, "gt unsling we-1, then gt sling we-1 TARGET"), (BEAD, "mr-1", "gt mq reject mr-1")],
)
def test_a_hook_and_the_queue_say_whose_a_bead_is(bead: Bead, request_id: str | None, way: str) -> None:
    check_assignee(BEAD, None)
    with pytest.raises(Refused) as refusal:
        check_assignee(bead, request_id)
    assert way in refusal.value.hint


CHANGES = {
    "words, by an agent": (BEAD, {"title"}, False, ""),
    "words of a hooked bead": (HOOKED, {"title", "labels"}, False, ""),
    "words of a step": (STEP, {"title", "notes", "labels"}, True, ""),
    "nothing of a step": (STEP, set[str](), True, ""),
    "words of a step, by an agent": (STEP, {"notes"}, False, "we-1 is a step: it goes with the work"),
    "nothing of a step, by an agent": (STEP, set[str](), False, "we-1 is a step: it goes with the work"),
    "labels of a molecule, by an agent": (MOLECULE, {"labels"}, False, "we-1 is a molecule: it goes"),
    **{
        f"{what} of a step": (STEP, {what}, True, "we-1 is a step: its words can be corrected, by a person")
        for what in ("claim", "status", "type", "assignee", "parent")
    },
    "the parent of a molecule": (MOLECULE, {"parent"}, True, "we-1 is a molecule: its words"),
    "words of a message": (MESSAGE, {"title"}, True, "we-1 is a message, and stays as it was written"),
    "labels of a message, by an agent": (MESSAGE, {"labels"}, False, "we-1 is a message"),
    "a merge request": (replace(BEAD, type="merge-request"), {"title"}, True, "is a merge request"),
    "what somebody claimed": (CLAIMED, {"status", "assignee"}, True, ""),
    "the status of what somebody claimed, by an agent": (CLAIMED, {"status"}, False, "we-1 is ann's work"),
    "the type of what somebody claimed, by an agent": (CLAIMED, {"type"}, False, "we-1 is ann's work"),
    "the assignee of what somebody claimed, by an agent": (CLAIMED, {"assignee"}, False, "we-1 is ann's work"),
    "words of what somebody claimed, by an agent": (CLAIMED, {"notes", "priority"}, False, ""),
    "its own claim, by an agent": (replace(CLAIMED, assignee=TOAST), {"status", "assignee"}, False, ""),
    "nobody's, begun, by an agent": (replace(CLAIMED, assignee=None), {"status"}, False, ""),
    "assigned, by an agent": (replace(BEAD, assignee="ann"), {"assignee"}, False, ""),
}  # fmt: skip


@pytest.mark.parametrize("bead, what, human, said", CHANGES.values(), ids=CHANGES)
def test_what_may_be_changed_by_whom(bead: Bead, what: set[str], human: bool, said: str) -> None:  # noqa: FBT001
    change = Change(bead, what, OVERSEER if human else TOAST, human)
    if not said:
        check_change(change)
        return
    with pytest.raises(Refused) as refusal:
        check_change(change)
    assert refusal.value.message.startswith(said) or said in refusal.value.message
    assert refusal.value.hint


OTHER = replace(BEAD, id="we-2")
LINKS = {
    "two beads": (BEAD, OTHER, "blocks", None, ""),
    "a convoy": (BEAD, replace(OTHER, type="convoy"), "related", None, ""),
    "beneath an epic, in the queue": (BEAD, replace(OTHER, type="epic"), "parent-child", "mr-1", ""),
    "related, in the queue": (BEAD, OTHER, "related", "mr-1", ""),
    "waiting, in the queue": (BEAD, OTHER, "blocks", "mr-1", "we-1 waits in the merge queue as mr-1"),
    "waiting otherwise, in the queue": (BEAD, OTHER, "waits-for", "mr-1", "waits in the merge queue"),
    "from a step": (STEP, OTHER, "related", None, "we-1 is a step: its links were poured with it"),
    "from a molecule": (MOLECULE, OTHER, "parent-child", None, "we-1 is a molecule: its links"),
    "to a step": (OTHER, STEP, "discovered-from", None, "we-1 is a step: its links"),
    "to a molecule": (OTHER, MOLECULE, "blocks", None, "we-1 is a molecule: its links"),
    "from a message": (MESSAGE, OTHER, "related", None, "we-1 is a message"),
    "beneath a message": (OTHER, MESSAGE, "parent-child", None, "we-1 is a message: nothing goes beneath"),
    "from a merge request": (replace(BEAD, type="merge-request"), OTHER, "blocks", None, "is a merge request"),
    "beneath a merge request": (
        OTHER, replace(BEAD, type="merge-request"), "parent-child", None, "we-1 is a merge-request: nothing goes",
    ),
    "to what was deleted": (OTHER, replace(BEAD, type="tombstone"), "blocks", None, "we-1 was deleted"),
}  # fmt: skip


@pytest.mark.parametrize("bead, other, kind, request_id, said", LINKS.values(), ids=LINKS)
def test_links_that_are_made_by_hand(
    bead: Bead, other: Bead, kind: str, request_id: str | None, said: str
) -> None:
    if not said:
        check_link(bead, other, kind, request_id)
        return
    with pytest.raises(Refused) as refusal:
        check_link(bead, other, kind, request_id)
    assert said in refusal.value.message
    assert refusal.value.hint


def test_a_link_onto_a_step_can_still_be_cut_but_none_that_was_poured() -> None:
    check_cut(BEAD)
    for poured in (STEP, MOLECULE):
        with pytest.raises(Refused, match="its links were poured with it"):
            check_cut(poured)


CLAIMS = {
    "taken": (replace(BEAD, status=BeadStatus.IN_PROGRESS, assignee="ann"), None, "", "we-1 is being worked on by ann"),
    "nobody's, begun, that waits": (replace(BEAD, status=BeadStatus.IN_PROGRESS), None, "we-2", "we-1 waits for we-2"),
    "assigned": (replace(BEAD, assignee="ann"), None, "", "we-1 is assigned to ann"),
    "deferred": (replace(BEAD, status=BeadStatus.DEFERRED), None, "", "we-1 is deferred"),
    "blocked by others": (BEAD, None, "we-2", "we-1 waits for we-2"),
    "on a hook": (HOOKED, None, "", "is on web/polecats/Toast's hook"),
    "in the queue": (BEAD, "mr-1", "", "waits in the merge queue as mr-1"),
}  # fmt: skip


@pytest.mark.parametrize("bead, request_id, blockers, said", CLAIMS.values(), ids=CLAIMS)
def test_claims_that_fail_say_who_or_what(
    bead: Bead, request_id: str | None, blockers: str, said: str
) -> None:
    with pytest.raises(Refused, match=said):
        check_claim(bead, "overseer", request_id, blockers)


def test_fields_are_checked() -> None:
    assert [parse_priority(text) for text in ("0", "p4", " P2 ")] == [0, 4, 2]
    assert listed(["a, b,,", "c"]) == ["a", "b", "c"]
    assert listed(None) == []
    assert check_line("  a \n b ", "thing") == "a b"
    assert check_label(" area:web ") == "area:web"
    assert check_text("ü" * 10, "thing") == "ü" * 10
    for wrong in ("", "a,b", "x" * 101, "a\x1b"):
        with pytest.raises(Invalid):
            check_label(wrong)
    with pytest.raises(Invalid, match="has 1,000,001 characters; 1,000,000 are the most"):
        check_text("x" * 1_000_001, "thing")
