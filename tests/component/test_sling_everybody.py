"""Slinging at agents of all roles, putting work off, and beginning it anew."""

import secrets
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gastown.domain.assignments import Caller
from gastown.domain.beads import BeadStatus
from gastown.domain.identity import parse_address
from gastown.errors import NotFound, Refused
from gastown.ledger import agents, beads, events, incarnations
from gastown.ledger.quick import credential_hash
from gastown.operations.work.create import create
from gastown.operations.work.done import finish_done
from gastown.operations.work.sling import sling
from gastown.operations.work.sling_many import sling_whatever
from gastown.operations.work.unsling import unsling
from gastown.settings.rig import FILE_NAME
from gastown.town import Town
from tests.towns import HUMAN, a_town, put_to_work

TOAST = "web/polecats/Toast"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A town with two rigs."""
    with closing(a_town(tmp_path, ("web", "api"))) as made:
        yield made


def bead(town: Town, title: str = "Mend the door") -> str:
    """A new bead of web."""
    return create(town, title, by=HUMAN, rig="web").id


def session(town: Town, address: str, *, lasting: bool = True) -> Caller:
    """A session of that agent, as a caller."""
    with town.ledger.transaction() as ledger:
        agents.add(ledger, parse_address(address), town.clock.now())
        work = agents.open_assignment(ledger, address)
        incarnation = incarnations.mint(
            ledger, address, work, credential_hash=credential_hash(secrets.token_hex()),
            conversation="c", session="s", head=None, why_older="", now=town.clock.now(), lasting=lasting,
        )  # fmt: skip
    return Caller(address, incarnation, work.generation if work else None)


def at_work(town: Town, address: str) -> Caller:
    """The session of an agent that has work on its hook."""
    put_to_work(town, address)
    newest = incarnations.newest(town.ledger, address)
    assert newest is not None
    return Caller(address, newest.id, newest.generation)


EVERYBODY = {
    "mayor": "mayor",
    "deacon": "deacon",
    "boot": "boot",
    "witness": "web/witness",
    "api/witness": "api/witness",
    "web/refinery": "web/refinery",
    "dog/rex": "deacon/dogs/rex",
    "polecats/Nova": "web/polecats/Nova",
}


@pytest.mark.parametrize("target, address", EVERYBODY.items(), ids=EVERYBODY)
def test_work_is_put_on_the_hook_of_every_role(town: Town, target: str, address: str) -> None:
    rig = "api" if address.startswith("api/") else "web"
    work = create(town, "Look at the door", by=HUMAN, rig=rig)
    slung = sling(town, work.id, target, by=HUMAN)
    row = agents.get(town.ledger, address)
    assert row is not None
    assert (slung.agent, row.hook_bead, row.role) == (address, work.id, parse_address(address).role)
    assert beads.get(town.ledger, work.id).rig == rig
    assert sling(town, work.id, target, by=HUMAN).already


def test_a_town_wide_agent_takes_beads_of_any_rig_and_of_none(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(town.root)
    for rig in ("web", "api"):
        work = create(town, "Look at the door", by=HUMAN, rig=rig)
        assert sling(town, work.id, "mayor", by=HUMAN).agent == "mayor"
        unsling(town, "mayor", by=HUMAN)
    made = sling(town, "Plan the week", "mayor", by=HUMAN)
    assert (beads.get(town.ledger, made.bead).rig, made.bead[:3]) == (None, "hq-")


def test_an_agent_of_a_rig_takes_no_work_of_another(town: Town) -> None:
    with pytest.raises(Refused, match="belongs to web, not to api"):
        sling(town, bead(town), "api/witness", by=HUMAN)


def test_who_has_other_work_takes_none(town: Town) -> None:
    first = bead(town)
    sling(town, first, "mayor", by=HUMAN)
    with pytest.raises(Refused, match=f"mayor has {first} on its hook") as refused:
        sling(town, bead(town), "mayor", by=HUMAN)
    assert refused.value.hint == "gt unsling mayor, or wait for it"


def test_a_role_that_the_town_adds_with_two_files_takes_work(town: Town) -> None:
    (town.root / "roles").mkdir()
    (town.root / "prompts").mkdir()
    (town.root / "prompts" / "scribe.md").write_text("You write.\n")
    (town.root / "roles" / "scribe.toml").write_text(
        'scope = "town"\nrestart = "transient"\nwake = "on_work"\nplace = "folder"\nprompt = "scribe.md"\n'
        'first_words = "Go on."\nmay = ["done"]\n'
    )
    assert sling(town, bead(town), "scribe", by=HUMAN).agent == "scribe"


# names


def test_new_polecats_are_called_as_the_rig_says_else_as_the_role(town: Town) -> None:
    rig_file = town.root / "web" / FILE_NAME
    rig_file.write_text(rig_file.read_text().replace("[agents]\n", '[agents]\nnames = ["Iris", "Fern"]\n'))
    (town.root / "roles").mkdir()
    (town.root / "roles" / "polecat.toml").write_text('names = ["Otto"]\n')
    names = [sling(town, bead(town), by=HUMAN).agent for _ in range(3)]
    assert names == ["web/polecats/Iris", "web/polecats/Fern", "web/polecats/Iris2"]
    work = create(town, "There", by=HUMAN, rig="api")
    assert sling(town, work.id, by=HUMAN).agent == "api/polecats/Otto"


def test_where_all_names_are_borne_one_that_left_comes_back(town: Town) -> None:
    rig_file = town.root / "web" / FILE_NAME
    rig_file.write_text(rig_file.read_text().replace("[agents]\n", '[agents]\nnames = ["Iris", "Fern"]\n'))
    for _ in range(2):
        sling(town, bead(town), by=HUMAN)
    unsling(town, "web/polecats/Iris", by=HUMAN)
    with town.ledger.transaction() as ledger:
        agents.remove(ledger, "web/polecats/Iris", town.clock.now())
    assert sling(town, bead(town), by=HUMAN).agent == "web/polecats/Iris"
    assert sling(town, bead(town), by=HUMAN).agent == "web/polecats/Iris2"


# put off


def test_what_is_put_off_lies_on_the_hook_until_it_is_slung_there_again(town: Town) -> None:
    work = bead(town)
    first = sling(town, work, "mayor", defer=True, by=HUMAN)
    held = agents.open_assignment(town.ledger, "mayor")
    assert held is not None
    assert (first.deferred, held.deferred) == (True, True)
    again = sling(town, work, "mayor", defer=True, by=HUMAN)
    assert (again.already, again.deferred) == (True, True)
    begun = sling(town, work, "mayor", by=HUMAN)
    assert (begun.already, begun.deferred, begun.generation) == (False, False, first.generation)
    held = agents.open_assignment(town.ledger, "mayor")
    assert held is not None
    assert not held.deferred
    assert events.last(town.ledger, 1)[0].type == "bead.undeferred"
    assert sling(town, work, "mayor", by=HUMAN).already


# begun anew


def test_work_is_taken_from_whoever_has_it_and_slung_anew(town: Town) -> None:
    work = bead(town)
    first = sling(town, work, "Toast", by=HUMAN)
    again = sling(town, work, "Shadow", restart=True, by=HUMAN)
    assert (again.agent, again.restarted) == ("web/polecats/Shadow", True)
    assert again.generation > first.generation
    assert again.taken_from == TOAST
    assert agents.open_assignment(town.ledger, TOAST) is None
    assert beads.get(town.ledger, work).status is BeadStatus.HOOKED
    told = [event.type for event in events.last(town.ledger, 3)]
    assert told == ["bead.unslung", "agent.created", "bead.slung"]


def test_with_no_agent_named_the_same_one_begins_anew(town: Town) -> None:
    work = bead(town)
    first = sling(town, work, "Nova", by=HUMAN)
    again = sling(town, work, restart=True, by=HUMAN)
    assert (again.agent, again.generation > first.generation) == (first.agent, True)


def test_what_nobody_has_is_slung_as_usual(town: Town) -> None:
    slung = sling(town, bead(town), "Toast", restart=True, by=HUMAN)
    assert (slung.agent, slung.restarted) == (TOAST, False)


def test_work_that_is_being_handed_in_is_not_begun_anew(town: Town) -> None:
    put_to_work(town)
    held = agents.open_assignment(town.ledger, TOAST)
    assert held is not None
    with town.ledger.transaction() as ledger:
        agents.wish_done(
            ledger, held.generation, commit=None, no_change="as is", incarnation=1, now=town.clock.now()
        )
    with pytest.raises(Refused, match="it is being submitted"):
        sling(town, held.bead, "Shadow", restart=True, by=HUMAN)
    assert agents.get(town.ledger, "web/polecats/Shadow") is None
    finish_done(town, held.generation)


def test_a_lasting_session_is_replaced_by_a_fresh_one_only_if_that_is_wished(town: Town) -> None:
    work = bead(town)
    mayor = session(town, "mayor")
    assert mayor.incarnation is not None
    sling(town, work, "mayor", by=HUMAN)
    before = incarnations.get(town.ledger, mayor.incarnation)
    assert before is not None
    assert before.handoff_at is None
    sling(town, work, "mayor", restart=True, by=HUMAN)
    after = incarnations.get(town.ledger, mayor.incarnation)
    assert after is not None
    assert after.handoff_by == "overseer"


# who may


def test_only_roles_that_may_sling_put_work_on_others_hooks(town: Town) -> None:
    polecat = at_work(town, TOAST)
    for target in ("web", "Shadow", "Toast", "mayor", None):
        with pytest.raises(Refused, match="a polecat may not put work on others' hooks"):
            sling(town, bead(town), target, by=polecat)
    with pytest.raises(Refused, match="a polecat may not put work on others' hooks"):
        sling(town, "A whole new thing", "web", by=polecat)
    assert sling(town, bead(town), "web", by=session(town, "mayor")).agent == "web/polecats/Shadow"


def test_an_epic_slung_by_whoever_may_not_gets_no_convoy(town: Town) -> None:
    polecat = at_work(town, TOAST)
    epic = create(town, "Big", by=HUMAN, rig="web", type="epic").id
    seq = events.newest_seq(town.ledger)
    with pytest.raises(Refused, match="may not"):
        sling_whatever(town, epic, by=polecat)
    assert [event.type for event in events.after(town.ledger, seq)] == []


def test_who_takes_up_one_piece_of_work_after_the_other_may_put_some_on_its_own_hook(town: Town) -> None:
    (town.root / "roles").mkdir()
    (town.root / "roles" / "mayor.toml").write_text('may = ["done"]\n')
    mayor = session(town, "mayor")
    assert sling(town, bead(town), "mayor", by=mayor).agent == "mayor"
    with pytest.raises(Refused, match="a mayor may not put work on others' hooks"):
        sling(town, bead(town), "web", by=mayor)


def test_an_agent_takes_work_from_others_only_if_its_role_may(town: Town) -> None:
    work = bead(town)
    sling(town, work, "Toast", by=HUMAN)
    other = at_work(town, "web/polecats/Shadow")
    with pytest.raises(Refused, match="a polecat may not take work from others' hooks"):
        unsling(town, TOAST, by=other)
    assert unsling(town, TOAST, by=session(town, "web/witness")).bead == work


def test_an_older_session_slings_nothing(town: Town) -> None:
    old = session(town, "mayor")
    session(town, "mayor")
    with pytest.raises(Refused, match="an older session of mayor"):
        sling(town, bead(town), "web", by=old)


def test_crew_that_is_not_there_is_not_made_by_slinging(town: Town) -> None:
    with pytest.raises(NotFound, match="there is no web/crew/ann"):
        sling(town, bead(town), "crew/ann", by=HUMAN)
    assert agents.all_agents(town.ledger) == []


@pytest.mark.parametrize("who", ["web/refinery", "boot", "deacon/dogs/rex"])
def test_its_own_hook_takes_what_nobody_has_and_nothing_off_anothers(town: Town, who: str) -> None:
    work = bead(town)
    sling(town, work, "Toast", by=HUMAN)
    by = session(town, who)
    with pytest.raises(Refused, match="may not put work on others' hooks"):
        sling(town, work, who, restart=True, by=by)
    held = agents.open_assignment(town.ledger, TOAST)
    assert held is not None
    assert held.bead == work
    unsling(town, TOAST, by=HUMAN)
    assert sling(town, work, who, by=by).agent == who
