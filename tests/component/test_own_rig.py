"""Agents of a rig act on what is their own rig's; those of the town act everywhere."""

import secrets
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gastown.domain.assignments import Caller
from gastown.domain.identity import parse_address
from gastown.errors import Refused
from gastown.ledger import agents, beads, incarnations
from gastown.ledger.quick import credential_hash
from gastown.operations.town.bring_back import bring_agent_back
from gastown.operations.town.crew import add_crew
from gastown.operations.work.create import create
from gastown.operations.work.delete import delete
from gastown.operations.work.sling import sling
from gastown.operations.work.undelete import undelete
from gastown.operations.work.unsling import unsling
from gastown.town import Town
from tests.towns import HUMAN, a_town, put_to_work

THEIRS = "api/polecats/Toast"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A town with two rigs."""
    with closing(a_town(tmp_path, ("web", "api"))) as made:
        yield made


def session(town: Town, address: str) -> Caller:
    """A lasting session of that agent, as a caller."""
    with town.ledger.transaction() as ledger:
        agents.add(ledger, parse_address(address), town.clock.now())
        incarnation = incarnations.mint(
            ledger, address, None, credential_hash=credential_hash(secrets.token_hex()), conversation="c",
            session="s", head=None, why_older="", now=town.clock.now(), lasting=True,
        )  # fmt: skip
    return Caller(address, incarnation)


@pytest.mark.parametrize("who", ["web/witness", "web/crew/ann"])
def test_work_goes_on_and_off_the_hooks_of_its_own_rig_only(town: Town, who: str) -> None:
    by, free = session(town, who), create(town, "Paint it", by=HUMAN, rig="api").id
    put_to_work(town, THEIRS)
    held = agents.open_assignment(town.ledger, THEIRS)
    assert held is not None
    with pytest.raises(Refused, match=f"{who} may take work from agents of web only"):
        unsling(town, THEIRS, by=by)
    for target in ("api", "api/Ash", None):
        with pytest.raises(Refused, match=f"{who} may put work on hooks of web only"):
            sling(town, free, target, by=by)
    with pytest.raises(Refused, match="of web only"):
        sling(town, held.bead, restart=True, by=by)
    with pytest.raises(Refused, match="of web only"):
        sling(town, "Plan the week", "mayor", by=by)
    assert agents.open_assignment(town.ledger, THEIRS) == held
    mayor = session(town, "mayor")
    assert unsling(town, THEIRS, by=mayor).bead == held.bead
    assert sling(town, free, "api", by=mayor).agent.startswith("api/")


def test_what_follows_later_in_an_agents_name_has_its_limits(town: Town) -> None:
    free = create(town, "Paint it", by=HUMAN, rig="api").id
    with pytest.raises(Refused, match="of web only"):
        sling(town, free, by=Caller("web/crew/ann"))
    assert sling(town, free, by=Caller("mayor")).agent == THEIRS


def test_agents_of_another_rig_are_neither_added_nor_brought_back(town: Town) -> None:
    by = session(town, "web/witness")
    with pytest.raises(Refused, match="web/witness may add crew of web only"):
        add_crew(town, "zed", rig="api", by=by)
    assert agents.get(town.ledger, "api/crew/zed") is None
    with pytest.raises(Refused, match="web/witness may bring back agents of web only"):
        bring_agent_back(town, THEIRS, by=by)


def test_beads_of_another_rig_are_neither_deleted_nor_brought_back(town: Town) -> None:
    by, theirs = session(town, "web/witness"), create(town, "Paint it", by=HUMAN, rig="api").id
    with pytest.raises(Refused, match="web/witness may delete beads of web only"):
        delete(town, [theirs], by=by)
    delete(town, [theirs], by=HUMAN)
    with pytest.raises(Refused, match="web/witness may bring back beads of web only"):
        undelete(town, theirs, by=by)
    own = create(town, "Oil it", by=HUMAN, rig="web").id
    delete(town, [own], by=by)
    assert undelete(town, own, by=by).status == beads.get(town.ledger, own).status
