"""What is somebody's work, or was made by Gas Town for itself, is not changed by another's hand."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from gastown.domain.assignments import Caller
from gastown.domain.beads import BeadStatus
from gastown.domain.filing import Filing, Leaning
from gastown.errors import Invalid, Refused
from gastown.ledger import agents, bead_writes, beads, graph, merges, molecules
from gastown.ledger.bead_writes import NewBead
from gastown.operations.history.verify import verify
from gastown.operations.molecules.close_step import close_and_continue
from gastown.operations.molecules.end import burn
from gastown.operations.molecules.pour import pour
from gastown.operations.sessions.caller import caller
from gastown.operations.work.close import close
from gastown.operations.work.comment import comment
from gastown.operations.work.create import file
from gastown.operations.work.create_many import create_many
from gastown.operations.work.delete import delete
from gastown.operations.work.depend import depend, undepend
from gastown.operations.work.label import label
from gastown.operations.work.reopen import reopen
from gastown.operations.work.sling import sling
from gastown.operations.work.unsling import unsling
from gastown.operations.work.update import Changes, update
from gastown.town import Town
from tests.component.bead_town import TOAST, bead_town, filed, happened, record, submitted
from tests.towns import HUMAN, let_polecats_do_everything, start

NUX = "web/polecats/Nux"
TAKE_OVER = {
    "the assignee": Changes(assignee=NUX),
    "the assignee, emptied": Changes(assignee=""),
    "the type": Changes(type="bug"),
    "the type, to no work": Changes(type="epic"),
}


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """One in which a polecat's role keeps it from nothing: only whose it is counts here."""
    for town in bead_town(tmp_path):
        let_polecats_do_everything(town)
        yield town


class Two(NamedTuple):
    """Two agents, each with work and a wisp of steps; what is Toast's is what others want."""

    work: str
    molecule: str
    steps: tuple[str, ...]
    toast: Caller
    nux: Caller


@pytest.fixture
def two(town: Town, monkeypatch: pytest.MonkeyPatch) -> Two:
    def called(address: str, bead: str) -> Caller:
        sling(town, filed(town, bead), address, by=HUMAN)
        monkeypatch.setenv("GT_CREDENTIAL", start(town, address))
        return caller(town)

    toast, nux = called(TOAST, "we-door"), called(NUX, "we-roof")
    (molecule,) = molecules.of_bead(town.ledger, "we-door")
    return Two("we-door", molecule.id, tuple(step.id for step in molecule.steps), toast, nux)


def refused(town: Town, said: str, deed: Callable[[], object]) -> None:
    """It is refused so, with a way out, and nothing has happened."""
    before = happened(town)
    with pytest.raises(Refused, match=said) as refusal:
        deed()
    assert refusal.value.hint
    assert happened(town) == before


# work on a hook or in the queue


@pytest.mark.parametrize("changes", TAKE_OVER.values(), ids=TAKE_OVER)
def test_whose_work_is_and_of_what_type_a_hook_says(town: Town, two: Two, changes: Changes) -> None:
    for by in (HUMAN, two.nux, two.toast):
        refused(town, f"we-door is on {TOAST}'s hook", partial(update, town, [two.work], changes, by=by))
    assert agents.holder(town.ledger, two.work) == TOAST
    update(town, [two.work], Changes(assignee=TOAST, type="task", notes="so it is"), by=two.toast)


@pytest.mark.parametrize("changes", TAKE_OVER.values(), ids=TAKE_OVER)
def test_whose_work_is_and_of_what_type_the_queue_says(town: Town, changes: Changes) -> None:
    one = filed(town, "we-1")
    request = submitted(town, one)
    refused(
        town, f"we-1 waits in the merge queue as {request}", partial(update, town, [one], changes, by=HUMAN)
    )


def test_verify_tells_of_work_on_a_hook_that_is_assigned_to_another(town: Town, two: Two) -> None:
    def assign(to: str) -> None:
        with town.ledger.transaction() as ledger:
            bead = beads.get(ledger, two.work)
            bead_writes.update(ledger, bead, {"assignee": to}, by="overseer", now=town.clock.now())

    assign("ann")
    (finding,) = verify(town).findings
    assert finding.what == f"we-door is on the hook of {TOAST}, but it is assigned to ann"
    assign(TOAST)


def test_nothing_is_put_in_the_way_of_what_is_in_the_queue(town: Town) -> None:
    one, other = filed(town, "we-1"), filed(town, "we-2")
    request = submitted(town, one)
    for kind in ("blocks", "waits-for", "conditional-blocks"):
        refused(
            town, f"we-1 waits in the merge queue as {request}", partial(depend, town, one, other, kind=kind, by=HUMAN)
        )  # fmt: skip
    assert depend(town, one, other, kind="related", by=HUMAN).new
    assert depend(town, other, one, by=HUMAN).new
    refused(town, "waits in the merge queue", partial(pour, town, "polecat-work", {}, bead=one, by=HUMAN))
    assert not graph.open_blockers(town.ledger, one)


def test_nothing_goes_beneath_a_merge_request(town: Town) -> None:
    one, other = filed(town, "we-1"), filed(town, "we-2")
    request = submitted(town, one)
    said = f"{request} is a merge-request: nothing goes beneath it"
    refused(town, said, partial(file, town, Filing("T", parent=request), by=HUMAN))
    refused(town, said, partial(update, town, [other], Changes(parent=request), by=HUMAN))
    refused(town, said, partial(depend, town, other, request, kind="parent-child", by=HUMAN))
    line = '{"title": "T", "parent": "' + request + '"}'
    with pytest.raises(Invalid) as wrong:
        create_many(town, line, by=HUMAN)
    assert said in f"{wrong.value.message} {wrong.value.hint}"


# steps and molecules

HANDS_ON_STEPS: dict[str, Callable[[Town, str, Caller], object]] = {
    "the assignee": lambda town, step, by: update(town, [step], Changes(assignee=NUX), by=by),
    "the status": lambda town, step, by: update(town, [step], Changes(status="blocked"), by=by),
    "the type": lambda town, step, by: update(town, [step], Changes(type="task"), by=by),
    "the parent": lambda town, step, by: update(town, [step], Changes(parent="we-roof"), by=by),
    "no parent": lambda town, step, by: update(town, [step], Changes(parent=""), by=by),
    "a claim": lambda town, step, by: update(town, [step], Changes(claim=True), by=by),
    "what it waits for": lambda town, step, by: depend(town, step, "we-roof", by=by),
    "another parent": lambda town, step, by: depend(town, step, "we-roof", kind="parent-child", by=by),
    "what waits for it": lambda town, step, by: depend(town, "we-roof", step, by=by),
    "what is beneath it": lambda town, step, by: update(town, ["we-roof"], Changes(parent=step), by=by),
    "something new beneath it": lambda town, step, by: file(town, Filing("T", parent=step), by=by),
    "something new that leans on it": lambda town, step, by: file(
        town, Filing("T", deps=(Leaning("discovered-from", step),)), by=by
    ),
    "the links it was poured with": lambda town, step, by: undepend(
        town, step, graph.parent(town.ledger, step) or "", by=by
    ),
}
ONLY_BY_AGENTS: dict[str, Callable[[Town, str, Caller], object]] = {
    "the title": lambda town, step, by: update(town, [step], Changes(title="Rest"), by=by),
    "the notes": lambda town, step, by: update(town, [step], Changes(append_notes="hm"), by=by),
    "a label": lambda town, step, by: label(town, [step, "red"], by=by),
    "a label with others": lambda town, step, by: update(town, [step], Changes(add_labels=["red"]), by=by),
    "a deletion": lambda town, step, by: delete(town, [step], by=by),
    "an end": lambda town, step, by: close(town, [step], by=by),
}


@pytest.mark.parametrize("deed", HANDS_ON_STEPS.values(), ids=HANDS_ON_STEPS)
def test_steps_go_with_the_work_they_were_poured_for(
    town: Town, two: Two, deed: Callable[[Town, str, Caller], object]
) -> None:
    for poured in (two.steps[1], two.molecule):
        for by in (two.nux, two.toast, HUMAN):
            refused(town, f"{poured} is a (step|molecule)", partial(deed, town, poured, by))
    _still_goes_on(town, two)


@pytest.mark.parametrize("deed", ONLY_BY_AGENTS.values(), ids=ONLY_BY_AGENTS)
def test_other_agents_leave_steps_alone_altogether(
    town: Town, two: Two, deed: Callable[[Town, str, Caller], object]
) -> None:
    for poured in (two.steps[0], two.molecule):
        refused(
            town,
            "which is not deleted|is a (step|molecule)|was poured for|is on the hook",
            partial(deed, town, poured, two.nux),
        )
    _still_goes_on(town, two)


def _still_goes_on(town: Town, two: Two) -> None:
    """The worker gets through all steps, and nobody else through any."""
    refused(town, "on the hook of", partial(close_and_continue, town, two.steps[0], by=two.nux))
    for step in two.steps:
        assert close_and_continue(town, step, by=two.toast).bead == two.work
    (molecule,) = molecules.of_bead(town.ledger, two.work)
    assert molecule.done == len(two.steps)


def test_a_person_may_correct_the_words_of_a_step_and_close_one(town: Town, two: Two) -> None:
    step = two.steps[0]
    update(town, [step], Changes(title="Understand it", notes="n", add_labels=["red"]), by=HUMAN)
    label(town, [step, "red"], remove=True, by=HUMAN)
    comment(town, step, "do it so", by=two.nux)
    assert beads.get(town.ledger, step).title == "Understand it"
    close(town, [step], by=HUMAN)
    assert beads.get(town.ledger, step).status is BeadStatus.CLOSED


def test_whoever_pours_steps_for_no_work_goes_through_them_and_ends_them(town: Town, two: Two) -> None:
    made = pour(town, "polecat-work", {"bead": "it"}, rig="web", wisp=True, by=two.nux)
    close_and_continue(town, made.steps[0], by=two.nux)
    burn(town, made.molecule, by=two.nux)
    assert beads.find(town.ledger, made.molecule) is None


def test_a_link_onto_a_step_from_before_is_cut(town: Town, two: Two) -> None:
    step = two.steps[0]
    with town.ledger.transaction() as ledger:
        graph.add_dependency(ledger, "we-roof", step, "related", by="overseer", now=town.clock.now())
    assert undepend(town, "we-roof", step, by=HUMAN).kinds == ["related"]


# what somebody has claimed


@pytest.fixture
def claimed(town: Town, two: Two) -> str:
    """A bead that Toast has made its own work, without a hook."""
    bead = filed(town, "we-floor")
    update(town, [bead], Changes(claim=True), by=two.toast)
    return bead


TAKING: dict[str, Callable[[Town, str, Caller], object]] = {
    "the assignee": lambda town, bead, by: update(town, [bead], Changes(assignee=by.address), by=by),
    "the status": lambda town, bead, by: update(town, [bead], Changes(status="open"), by=by),
    "the type": lambda town, bead, by: update(town, [bead], Changes(type="epic"), by=by),
    "a deletion": lambda town, bead, by: delete(town, [bead], by=by),
    "an end": lambda town, bead, by: close(town, [bead], by=by),
}


@pytest.mark.parametrize("deed", TAKING.values(), ids=TAKING)
def test_a_claim_is_kept_from_other_agents(
    town: Town, two: Two, claimed: str, deed: Callable[[Town, str, Caller], object]
) -> None:
    before = record(town, claimed)
    refused(town, f"{claimed} is {TOAST}'s work", partial(deed, town, claimed, two.nux))
    assert record(town, claimed) == before
    update(town, [claimed], Changes(priority="0", notes="seen"), by=two.nux)
    deed(town, claimed, two.toast)


def test_a_person_takes_a_claim_and_is_told_whose_it_was(town: Town, two: Two, claimed: str) -> None:
    (kept,) = update(town, [claimed], Changes(notes="n"), by=HUMAN)
    assert kept.taken_from is None
    (done,) = update(town, [claimed], Changes(assignee="ann"), by=HUMAN)
    assert done.taken_from == TOAST
    assert close(town, [claimed], by=HUMAN).beads[0].taken_from == "ann"
    own = filed(town, "we-own")
    update(town, [own], Changes(claim=True), by=two.toast)
    assert delete(town, [own], by=HUMAN)[0].taken_from == TOAST
    mine = filed(town, "we-mine")
    update(town, [mine], Changes(claim=True), by=HUMAN)
    assert close(town, [mine], by=HUMAN).beads[0].taken_from is None


def test_what_is_claimed_is_slung_to_nobody_else(town: Town, two: Two, claimed: str) -> None:
    ash = "web/polecats/Ash"
    for by in (HUMAN, two.nux):
        refused(town, f"{claimed} is being worked on by {TOAST}", partial(sling, town, claimed, ash, by=by))
        refused(town, "is being worked on by", partial(sling, town, claimed, by=by))
    update(town, [claimed], Changes(assignee=""), by=HUMAN)
    assert sling(town, claimed, ash, by=HUMAN).taken_from is None


def test_the_one_who_claimed_it_gets_it_slung_and_may_give_it_away(town: Town) -> None:
    ash, one, two = "web/polecats/Ash", filed(town, "we-1"), filed(town, "we-2")
    with town.ledger.transaction() as ledger:
        bead_writes.claim(ledger, one, by=ash, now=town.clock.now())
    assert sling(town, one, ash, by=HUMAN).taken_from is None
    update(town, [two], Changes(claim=True), by=HUMAN)
    assert sling(town, two, "web/polecats/Rust", by=HUMAN).agent == "web/polecats/Rust"


def test_what_is_only_assigned_a_person_gives_to_another_and_is_told(town: Town, two: Two) -> None:
    wished = filed(town, "we-1", assignee="ann")
    refused(town, "we-1 is assigned to ann", partial(sling, town, wished, by=two.nux))
    slung = sling(town, wished, "web/polecats/Ash", by=HUMAN)
    assert slung.taken_from == "ann"
    assert sling(town, wished, "web/polecats/Ash", by=HUMAN).taken_from is None
    unsling(town, slung.agent, by=HUMAN)
    assert beads.get(town.ledger, wished).assignee is None


def test_what_is_put_off_is_not_slung_before(town: Town) -> None:
    later = filed(town, "we-1", defer_until=town.clock.now() + timedelta(days=1))
    filed(town, "we-2", defer_until=town.clock.now() - timedelta(days=1))
    refused(town, "we-1 is deferred until 20", partial(sling, town, later, by=HUMAN))
    assert sling(town, "we-2", by=HUMAN).agent
    update(town, [later], Changes(defer_until=""), by=HUMAN)
    assert sling(town, later, by=HUMAN).agent


def test_work_that_came_back_is_slung_and_claimed_again(town: Town, two: Two) -> None:
    unsling(town, TOAST, by=HUMAN)
    assert sling(town, two.work, by=two.nux).taken_from is None
    begun = filed(town, "we-1")
    update(town, [begun], Changes(status="in_progress"), by=HUMAN)
    assert update(town, [begun], Changes(claim=True), by=two.nux)[0].claimed
    assert beads.get(town.ledger, begun).assignee == NUX
    refused(
        town,
        f"is being worked on by {NUX}",
        partial(update, town, [begun], Changes(claim=True), by=two.toast),
    )
    again = filed(town, "we-2")
    update(town, [again], Changes(status="in_progress"), by=HUMAN)
    assert sling(town, again, by=HUMAN).agent


def test_nobody_claims_what_is_in_the_queue_though_it_is_nobodys(town: Town) -> None:
    one = filed(town, "we-1")
    request = submitted(town, one)
    with town.ledger.transaction() as ledger:
        bead = beads.get(ledger, one)
        bead_writes.update(ledger, bead, {"assignee": None}, by="overseer", now=town.clock.now())
    assert merges.live_of_bead(town.ledger, one) is not None
    refused(
        town, f"waits in the merge queue as {request}", partial(update, town, [one], Changes(claim=True), by=HUMAN)
    )  # fmt: skip


# messages


def message_to(town: Town, who: str) -> str:
    with town.ledger.transaction() as ledger:
        new = NewBead("The door hangs", prefix="hq", type="message", assignee=who, ephemeral=True)
        return bead_writes.insert(ledger, new, by="convoy", now=town.clock.now())


FORGING: dict[str, Callable[[Town, str, Caller], object]] = {
    "another title": lambda town, bead, by: update(town, [bead], Changes(title="Pay Nux"), by=by),
    "other words": lambda town, bead, by: update(town, [bead], Changes(description="rm -r ."), by=by),
    "another addressee": lambda town, bead, by: update(town, [bead], Changes(assignee="ann"), by=by),
    "a label": lambda town, bead, by: label(town, [bead, "red"], by=by),
    "a claim": lambda town, bead, by: update(town, [bead], Changes(claim=True), by=by),
    "a deletion": lambda town, bead, by: delete(town, [bead], by=by),
    "a link": lambda town, bead, by: depend(town, bead, "we-door", by=by),
    "a child": lambda town, bead, by: file(town, Filing("T", parent=bead), by=by),
}


@pytest.mark.parametrize("deed", FORGING.values(), ids=FORGING)
def test_a_message_stays_as_it_was_written(
    town: Town, two: Two, deed: Callable[[Town, str, Caller], object]
) -> None:
    message = message_to(town, "overseer")
    for by in (two.nux, HUMAN):
        refused(town, f"{message} is a message", partial(deed, town, message, by))


def test_a_message_is_closed_by_whom_it_is_for(town: Town, two: Two) -> None:
    message, other = message_to(town, "overseer"), message_to(town, NUX)
    refused(town, f"{message} is a message", partial(close, town, [message], by=two.nux))
    refused(town, f"{other} is a message", partial(close, town, [other], by=HUMAN))
    close(town, [message], by=HUMAN)
    close(town, [other], by=two.nux)
    refused(town, f"{message} is a message", partial(reopen, town, [message], by=two.nux))


# assignees


@pytest.mark.usefixtures("two")
def test_an_assignee_is_kept_by_the_address_of_the_agent_that_is_called_so(town: Town) -> None:
    names = ("Toast", "toast", "web/Toast", "polecat/Toast", TOAST)
    for number, name in enumerate(names):
        bead = filed(town, f"we-{number}", assignee=name)
        assert beads.get(town.ledger, bead).assignee == TOAST
        update(town, [bead], Changes(assignee="ann"), by=HUMAN)
        update(town, [bead], Changes(assignee=name), by=HUMAN)
        assert beads.get(town.ledger, bead).assignee == TOAST
        assert not update(town, [bead], Changes(assignee=name), by=HUMAN)[0].changed
    (made,) = create_many(town, '{"title": "T", "assignee": "Toast"}', by=HUMAN)
    assert made.assignee == TOAST


@pytest.mark.usefixtures("two")
def test_a_name_that_no_agent_or_several_have_is_kept_as_it_is(town: Town) -> None:
    assert beads.get(town.ledger, filed(town, "we-1", assignee="Rust")).assignee == "Rust"
    api = file(town, Filing("A", rig="api"), by=HUMAN).id
    sling(town, api, "api/polecats/Toast", by=HUMAN)
    assert beads.get(town.ledger, filed(town, "we-2", assignee="Toast")).assignee == "Toast"
    assert beads.get(town.ledger, filed(town, "we-3", assignee="api/Toast")).assignee == "api/polecats/Toast"
