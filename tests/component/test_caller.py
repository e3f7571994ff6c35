import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gastown.domain.assignments import Caller
from gastown.errors import Refused
from gastown.ledger import agents, events, incarnations
from gastown.ledger.quick import credential_hash
from gastown.operations.merge.run import run_queue
from gastown.operations.sessions.caller import caller
from gastown.operations.town.down import down
from gastown.operations.town.rig_remove import remove_rig
from gastown.operations.town.uninstall import uninstall
from gastown.operations.work.create import create
from gastown.operations.work.depend import depend
from gastown.operations.work.done import done
from gastown.operations.work.sling import sling
from gastown.operations.work.unsling import unsling
from gastown.town import Town
from tests.towns import HUMAN, a_town, put_to_work, start

TOAST, RUST = "web/polecats/Toast", "web/polecats/Rust"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A town with one rig."""
    with closing(a_town(tmp_path)) as town:
        yield town


@pytest.fixture
def become(monkeypatch: pytest.MonkeyPatch, town: Town) -> Callable[..., Caller]:
    """Ask who calls, with this credential and these other variables in the environment."""

    def ask(credential: str, **environment: str) -> Caller:
        monkeypatch.setenv("GT_CREDENTIAL", credential)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return caller(town)

    return ask


# who it is


def test_without_a_credential_it_is_the_human(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GT_TOWN", str(town.root))
    assert caller(town) == Caller("overseer")
    assert caller(town).is_human


def test_what_is_typed_below_an_agents_session_is_no_persons_whatever_its_environment_says(
    town: Town,
) -> None:
    session = {**os.environ, "GT_TOWN": str(town.root), "GT_ADDRESS": TOAST, "GT_INCARNATION": "7"}
    asks = "from pathlib import Path; from gastown.town import Town; from gastown.operations.sessions.caller import *; "
    asks += f"print(caller(Town(Path({str(town.root)!r}))).address)"
    shell = ["sh", "-c", 'env -u GT_ADDRESS -u GT_INCARNATION "$@"; true', "sh", sys.executable, "-c", asks]

    def typed(environment: dict[str, str]) -> str:
        done = subprocess.run(shell, env=environment, capture_output=True, text=True, timeout=60, check=False)
        return done.stdout.strip() or done.stderr.strip().splitlines()[-1]

    assert f"typed in the session of {TOAST}" in typed(session)
    assert typed({**session, "GT_TOWN": str(town.root / "another")}) == "overseer"
    assert typed({**session, "GT_INCARNATION": ""}) == "overseer"


@pytest.mark.parametrize(
    "environment",
    [
        {"GT_ADDRESS": TOAST},
        {"GT_INCARNATION": "7", "GT_CREDENTIAL": ""},
        {"GASTOWN_GATE": "web"},
        {"GASTOWN_GATE": "web", "GASTOWN_TOWN": "town"},
    ],
    ids=" ".join,
)
def test_a_session_or_gate_without_a_credential_is_not_the_human(
    town: Town, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    monkeypatch.chdir(town.root.parent)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Refused, match=r"nobody"):
        caller(town)
    for act in (
        lambda: down(town, agents_too=True),
        lambda: uninstall(town),
        lambda: remove_rig(town, "web"),
        lambda: run_queue(town, "web", say=print),
    ):
        with pytest.raises(Refused, match=r"nobody"):
            act()


def test_who_runs_in_the_gate_of_another_town_is_the_human_here(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GASTOWN_GATE", "web")
    monkeypatch.setenv("GASTOWN_TOWN", str(tmp_path / "other"))
    assert caller(town).is_human


def test_a_credential_names_its_agent_and_both_fences(town: Town, become: Callable[..., Caller]) -> None:
    by = become(put_to_work(town))
    assignment, incarnation = (
        agents.open_assignment(town.ledger, TOAST),
        incarnations.newest(town.ledger, TOAST),
    )
    assert assignment is not None
    assert incarnation is not None
    assert by == Caller(TOAST, incarnation.id, assignment.generation, is_current=True)


def test_whatever_a_session_says_of_itself_only_its_credential_counts(
    town: Town, become: Callable[..., Caller]
) -> None:
    secret = put_to_work(town)
    put_to_work(town, RUST)
    by = become(secret, GT_ADDRESS=RUST, GT_ROLE="mayor", GT_INCARNATION="2", GIT_AUTHOR_NAME="overseer")
    assert by.address == TOAST


@pytest.mark.parametrize("forged", ["guess", "' OR 1=1 --", "secret", " ", "x\udcff", "s" * 100_000])
def test_a_forged_credential_is_refused(town: Town, become: Callable[..., Caller], forged: str) -> None:
    put_to_work(town)
    with pytest.raises(Refused, match="not known in this town"):
        become(forged)


def test_the_ledger_holds_no_credential_that_could_be_used(town: Town, become: Callable[..., Caller]) -> None:
    secret = put_to_work(town)
    with pytest.raises(Refused):
        become(credential_hash(secret))
    assert secret.encode() not in (town.root / "gastown.db").read_bytes()


def test_a_credential_of_another_town_is_refused(tmp_path: Path, become: Callable[..., Caller]) -> None:
    (tmp_path / "other").mkdir()
    secret = put_to_work(a_town(tmp_path / "other"))
    with pytest.raises(Refused, match="not known in this town"):
        become(secret)


# the two fences


def test_a_newer_start_makes_the_older_session_stale(town: Town, become: Callable[..., Caller]) -> None:
    older = put_to_work(town)
    newer = start(town)
    assert not become(older).is_current
    assert become(newer).is_current


def test_newer_work_makes_the_session_of_older_work_stale(town: Town, become: Callable[..., Caller]) -> None:
    older = put_to_work(town)
    unsling(town, TOAST, by=HUMAN)
    assert become(older).is_current
    sling(town, create(town, "Another", by=HUMAN).id, TOAST, by=HUMAN)
    assert not become(older).is_current


def test_a_stale_session_may_do_nothing(town: Town, become: Callable[..., Caller]) -> None:
    older = put_to_work(town)
    start(town)
    by = become(older)
    other = create(town, "Another", by=HUMAN).id
    told = len(events.last(town.ledger, 1_000))
    for act in (
        lambda: create(town, "Mine", by=by),
        lambda: depend(town, other, other, by=by),
        lambda: sling(town, other, by=by),
        lambda: unsling(town, TOAST, by=by),
        lambda: done(town, by=by),
    ):
        with pytest.raises(Refused, match=f"older session of {TOAST}; a newer one has taken over"):
            act()
    assert len(events.last(town.ledger, 1_000)) == told


def test_a_session_that_is_replaced_after_it_said_who_it_is_may_do_nothing_either(
    town: Town, become: Callable[..., Caller]
) -> None:
    by = become(put_to_work(town))
    other = create(town, "Another", by=HUMAN).id
    start(town)
    assert by.is_current
    for act in (
        lambda: create(town, "Mine", by=by),
        lambda: depend(town, other, other, by=by),
        lambda: sling(town, other, by=by),
        lambda: unsling(town, TOAST, by=by),
    ):
        with pytest.raises(Refused, match="older session"):
            act()


def test_done_is_a_command_for_agents(town: Town) -> None:
    with pytest.raises(Refused, match="gt done is an agent's command"):
        done(town, by=HUMAN)
