from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from gastown.domain.assignments import Caller
from gastown.domain.beads import Bead
from gastown.errors import GastownError, Invalid, NotFound, Refused
from gastown.ledger import agents, bead_writes, events, ready
from gastown.operations.work.create import create
from gastown.operations.work.depend import depend
from gastown.operations.work.sling import sling
from gastown.town import Town
from tests.towns import HUMAN, a_rig, a_town, write_rig

TOAST = "web/polecats/Toast"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A town with two rigs."""
    with closing(a_town(tmp_path, ("web", "api"))) as town:
        yield town


def bead(town: Town, title: str = "Mend the door") -> Bead:
    """A new bead of web."""
    return create(town, title, by=HUMAN, rig="web")


def happened(town: Town) -> list[str]:
    """Types of all events, oldest first."""
    return [event.type for event in events.last(town.ledger, 1_000)]


def refusal(town: Town, what: str, target: str | None = None, *, runtime: str | None = None) -> GastownError:
    """Why that cannot be slung; nothing has changed by it."""
    before = [*happened(town), *map(str, agents.all_agents(town.ledger))]
    with pytest.raises(GastownError) as failure:
        sling(town, what, target, runtime=runtime, by=HUMAN)
    assert [*happened(town), *map(str, agents.all_agents(town.ledger))] == before
    assert failure.value.hint
    return failure.value


# beads and targets


def test_the_beginning_of_two_ids_names_both(town: Town) -> None:
    create(town, "One", by=HUMAN, rig="web", id="issue-123")
    create(town, "Other", by=HUMAN, rig="web", id="issue-456")
    assert refusal(town, "issue").message == "'issue' could be issue-123, issue-456"


def test_a_bead_that_nobody_knows_is_not_found(town: Town) -> None:
    failure = refusal(town, "we-nope1")
    assert isinstance(failure, NotFound)
    assert failure.message == "there is no bead 'we-nope1'"
    assert "bd create" in failure.hint


@pytest.mark.parametrize("what", ["we-\udcff", "%", "../x", "", "-"])
def test_what_is_no_id_is_not_found_either(town: Town, what: str) -> None:
    bead(town)
    assert isinstance(refusal(town, what), NotFound | Invalid)


BAD_TARGETS = {
    "crew that nobody added": ("web/crew/ann", "there is no web/crew/ann"),
    "a dog that has no such name": ("dog/fido", "there is no deacon/dogs/fido"),
    "an unknown rig": ("nope/polecats/Toast", "there is no rig 'nope'"),
    "another rig": ("api", "belongs to web, not to api"),
    "a polecat of another rig": ("api/polecats/Toast", "belongs to web, not to api"),
    "a bad name": ("web/polecats/..", "'..' cannot name a polecat"),
}


@pytest.mark.parametrize("target, message", BAD_TARGETS.values(), ids=BAD_TARGETS)
def test_a_target_that_will_not_do_is_refused(town: Town, target: str, message: str) -> None:
    assert message in refusal(town, bead(town).id, target).message


def test_a_bead_that_is_taken_names_who_has_it(town: Town) -> None:
    work = bead(town)
    sling(town, work.id, "Toast", by=HUMAN)
    failure = refusal(town, work.id, "Rust")
    assert failure.message.startswith(f"{work.id} is on {TOAST}'s hook since ")
    assert failure.hint == f"gt unsling {work.id}   or   gt sling --restart {work.id} web/polecats/Rust"
    assert f"is on {TOAST}'s hook" in refusal(town, work.id, "api").message


def test_a_bead_that_is_on_the_hook_for_another_agent_cli_is_taken(town: Town) -> None:
    work = bead(town)
    sling(town, work.id, "Toast", by=HUMAN)
    assert f"is on {TOAST}'s hook" in refusal(town, work.id, "Toast", runtime="scripted").message


def test_an_agent_with_work_names_it(town: Town) -> None:
    first, second = bead(town), bead(town)
    sling(town, first.id, "Toast", by=HUMAN)
    failure = refusal(town, second.id, "Toast")
    assert failure.message == f"{TOAST} has {first.id} on its hook"
    assert failure.hint == f"gt sling {second.id} web finds another"


def test_a_bead_that_waits_for_another_says_for_which(town: Town) -> None:
    work, before = bead(town), bead(town)
    depend(town, work.id, before.id, by=HUMAN)
    assert refusal(town, work.id).message == f"{work.id} waits for {before.id}"
    with town.ledger.transaction() as ledger:
        bead_writes.close(ledger, before.id, "landed", by="overseer", now=town.clock.now())
    assert sling(town, work.id, by=HUMAN).agent == TOAST
    assert refusal(town, before.id).message == f"{before.id} is closed: landed"


def test_a_convoy_is_no_work_for_one(town: Town) -> None:
    convoy = sling(town, bead(town).id, by=HUMAN).convoy
    assert convoy is not None
    assert refusal(town, convoy, "web").message == f"{convoy} is a convoy, not work for one agent"


def test_nothing_is_slung_at_a_parked_rig(town: Town) -> None:
    work = bead(town)
    write_rig(town.root / "web", replace(a_rig(), parked="the move"))
    assert refusal(town, work.id).message == "rig web is parked: the move"


def test_a_bead_of_a_rig_that_is_gone_says_so(town: Town) -> None:
    work = bead(town)
    (town.root / "web" / "rig.toml").unlink()
    assert refusal(town, work.id).message == "there is no rig 'web' here (rigs: api)"


def test_an_unknown_agent_cli_is_not_found(town: Town) -> None:
    assert isinstance(refusal(town, bead(town).id, runtime="gemini-cli"), NotFound)


def test_an_agent_cli_that_executes_text_runs_only_where_it_may(town: Town) -> None:
    work = bead(town)
    file = town.root / "town.toml"
    file.write_text(file.read_text().replace("scripted_allowed = true", ""))
    assert isinstance(refusal(town, work.id), Refused)


# text


def test_text_for_nobody_in_particular_says_which_rigs_there_are(town: Town) -> None:
    assert refusal(town, "Mend the door").message == "which rig is that for? the town has api, web"


def test_text_in_a_town_without_rigs_says_how_to_get_one(tmp_path: Path) -> None:
    assert refusal(a_town(tmp_path, ()), "Mend the door").hint == "gt rig add NAME URL_OR_PATH"


@pytest.mark.parametrize("target", ["crew/ann", "nope/Toast", "Toast", "web"])
def test_text_that_cannot_be_slung_is_not_filed(town: Town, target: str) -> None:
    sling(town, bead(town).id, "web/Toast", by=HUMAN)
    if target == "web":
        write_rig(town.root / "web", replace(a_rig(), parked="the move"))
    assert refusal(town, "Mend the door", "web/Toast" if target == "Toast" else target).message
    assert ready.first(town.ledger, rig=None, now=town.clock.now(), most=9) == []


@pytest.mark.parametrize("title", ["red \x1b[31m door", "turned \u202e around", "half a \udcff"])
def test_a_title_that_could_repaint_a_terminal_is_refused(town: Town, title: str) -> None:
    assert isinstance(refusal(town, title, "web"), Invalid)


# who may


def test_a_session_that_was_replaced_slings_nothing(town: Town) -> None:
    work = bead(town)
    older = Caller(TOAST, 1, 1, is_current=False)
    with pytest.raises(Refused, match="this is an older session"):
        sling(town, work.id, by=older)
    assert "bead.slung" not in happened(town)
