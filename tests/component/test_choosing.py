"""An agent's own runtime counts from its next session on, and comes back with the ledger."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gastown.domain.assignments import Caller
from gastown.domain.identity import parse_address
from gastown.errors import NotFound, Refused
from gastown.ledger import agents
from gastown.operations.sessions.choice import runtime_of
from gastown.operations.sessions.choosing import choose_runtime
from gastown.town import Town
from tests.towns import HUMAN, a_town

TOAST = "web/polecats/Toast"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with closing(a_town(tmp_path)) as town:
        with town.ledger.transaction() as ledger:
            agents.add(ledger, parse_address(TOAST), town.clock.now())
        yield town


def test_what_is_chosen_for_an_agent_comes_before_its_role_rig_and_town(town: Town) -> None:
    (town.root / "roles").mkdir()
    (town.root / "roles" / "polecat.toml").write_text('runtime = "claude"\n')
    assert runtime_of(town, TOAST, None) == "claude"
    chosen = choose_runtime(town, TOAST, "scripted", by=HUMAN)
    assert (chosen.runtime, chosen.own, chosen.already) == ("scripted", True, False)
    assert runtime_of(town, TOAST, None) == "scripted"
    assert choose_runtime(town, TOAST, "scripted", by=HUMAN).already
    again = choose_runtime(town, TOAST, None, by=HUMAN)
    assert (again.runtime, again.own) == ("claude", False)


def test_one_that_is_not_there_or_not_installed_is_not_chosen(town: Town) -> None:
    with pytest.raises(NotFound):
        choose_runtime(town, TOAST, "nothing", by=HUMAN)
    with pytest.raises(NotFound):
        choose_runtime(town, "web/polecats/Nobody", "scripted", by=HUMAN)


def test_an_agent_chooses_for_nobody_its_role_does_not_command(town: Town) -> None:
    with pytest.raises(Refused):
        choose_runtime(town, TOAST, "scripted", by=Caller("web/polecats/Shadow", 1, 1))
