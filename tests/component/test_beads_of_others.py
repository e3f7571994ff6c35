"""Which beads an agent changes that it does not have: those of its rig and the town, unless somebody has them."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gastown.domain.assignments import Caller
from gastown.domain.identity import parse_address
from gastown.errors import Refused
from gastown.ledger import agents, beads, events, graph, incarnations
from gastown.ledger.quick import credential_hash
from gastown.operations.work.close import close
from gastown.operations.work.create import create
from gastown.operations.work.depend import depend, undepend
from gastown.operations.work.label import label
from gastown.operations.work.reopen import reopen
from gastown.operations.work.sling import sling
from gastown.operations.work.update import Changes, update
from gastown.town import Town
from tests.towns import HUMAN, a_town

TOAST, NOVA = "web/polecats/Toast", "web/polecats/Nova"


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A town with two rigs."""
    monkeypatch.chdir(tmp_path)
    with closing(a_town(tmp_path, ("web", "api"))) as made:
        yield made


def session(town: Town, address: str) -> Caller:
    """A session of that agent, as a caller."""
    with town.ledger.transaction() as ledger:
        agents.add(ledger, parse_address(address), town.clock.now())
        work = agents.open_assignment(ledger, address)
        incarnation = incarnations.mint(
            ledger, address, work, credential_hash=credential_hash(secrets.token_hex()), conversation="c",
            session="s", head=None, why_older="", now=town.clock.now(), lasting=True,
        )  # fmt: skip
    return Caller(address, incarnation, work.generation if work else None)


def a_bead(town: Town, rig: str | None, title: str = "Mend the door") -> str:
    return create(town, title, by=HUMAN, rig=rig).id


Deed = Callable[[Town, str, Caller], object]

DEEDS: dict[str, Deed] = {
    "its title": lambda town, bead, by: update(town, [bead], Changes(title="pwn"), by=by),
    "when it begins": lambda town, bead, by: update(town, [bead], Changes(defer_until="2030-01-01"), by=by),
    "whose it is": lambda town, bead, by: update(town, [bead], Changes(assignee="overseer"), by=by),
    "a label": lambda town, bead, by: label(town, [bead, "urgent"], by=by),
    "a link": lambda town, bead, by: depend(town, bead, a_bead(town, "web", "Another"), by=by),
    "its end": lambda town, bead, by: close(town, [bead], by=by),
    "a claim": lambda town, bead, by: update(town, [bead], Changes(claim=True), by=by),
}


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_a_polecat_changes_nothing_of_another_rig(town: Town, deed: Deed) -> None:
    by, theirs = session(town, TOAST), a_bead(town, "api")
    before = beads.get(town.ledger, theirs)
    with pytest.raises(Refused, match=f"a polecat may not change {theirs}, which belongs to api"):
        deed(town, theirs, by)
    assert beads.get(town.ledger, theirs) == before
    for free in (a_bead(town, "web"), create(town, "The town's", by=session(town, "mayor")).id):
        assert deed(town, free, by)


def test_nor_does_it_open_again_or_unlink_what_another_rig_has(town: Town) -> None:
    by, theirs, other = session(town, TOAST), a_bead(town, "api"), a_bead(town, "api", "Another")
    depend(town, theirs, other, by=HUMAN)
    with pytest.raises(Refused, match="belongs to api"):
        undepend(town, theirs, other, by=by)
    assert graph.open_blockers(town.ledger, theirs) == [other]
    close(town, [other], by=HUMAN)
    with pytest.raises(Refused, match="belongs to api"):
        reopen(town, [other], by=by)


@pytest.mark.parametrize("words", ["its title", "when it begins", "a label", "a link"])
def test_what_is_on_anothers_hook_or_claimed_by_another_is_theirs_to_change(town: Town, words: str) -> None:
    by, hooked, claimed = session(town, TOAST), a_bead(town, "web"), a_bead(town, "web", "Another")
    sling(town, hooked, NOVA, by=HUMAN)
    update(town, [claimed], Changes(claim=True), by=session(town, "web/crew/ann"))
    for bead, whose in ((hooked, NOVA), (claimed, "web/crew/ann")):
        with pytest.raises(Refused, match=f"a polecat may not change {bead}, which is {whose}'s work"):
            DEEDS[words](town, bead, by)


def test_what_it_has_it_changes_and_who_slings_changes_all(town: Town) -> None:
    own = a_bead(town, "web")
    sling(town, own, TOAST, by=HUMAN)
    update(town, [own], Changes(notes="half done"), by=session(town, TOAST))
    for who in ("web/witness", "web/crew/ann", "mayor"):
        update(town, [own, a_bead(town, "api")], Changes(append_notes=who), by=session(town, who))
    assert beads.get(town.ledger, own).notes.startswith("half done")


@pytest.mark.parametrize("status", ["blocked", "deferred"])
def test_an_agent_puts_off_only_what_it_has(town: Town, status: str) -> None:
    free = a_bead(town, "web")
    for who in (TOAST, "mayor"):
        with pytest.raises(Refused, match=f"only a person, and who has it, makes it {status}"):
            update(town, [free], Changes(status=status), by=session(town, who))
    by = session(town, TOAST)
    update(town, [free], Changes(claim=True), by=by)
    [put_off] = update(town, [free], Changes(status=status), by=by)
    assert put_off.status == status
    assert events.last_of_type(town.ledger, free, "bead.updated")
