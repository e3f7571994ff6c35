"""Many processes that want the same beads at once: one has each, nobody fails, nothing is lost."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from gastown.domain.beads import BeadStatus
from gastown.ledger import beads
from gastown.operations.work.sling import sling
from gastown.town import Town
from tests.component.bead_town import bead_town, filed, happened
from tests.towns import HUMAN, start

CALLERS = 100
DEADLINE = 100.0


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    yield from bead_town(tmp_path)


def credentials(town: Town, many: int) -> Sequence[tuple[str, str]]:
    """So many agents with a session each: addresses and credentials."""
    found = list[tuple[str, str]]()
    for number in range(many):
        address = f"web/polecats/P{number}"
        sling(town, filed(town, f"own-{number}"), address, by=HUMAN)
        found.append((address, start(town, address)))
    return found


def begin(town: Town, credential: str, *words: str) -> "subprocess.Popen[str]":
    """Start `bd` as the agent with this credential, or as the human without."""
    own = {"GT_CREDENTIAL": credential} if credential else {}
    return subprocess.Popen(
        [sys.executable, "-m", "gastown", "bead", *words, "--no-up"], cwd=town.root, env={**os.environ, **own},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def ended(children: Sequence["subprocess.Popen[str]"]) -> Sequence[tuple[int, str]]:
    """How each ended, with what it said on standard error."""
    said = [child.communicate(timeout=DEADLINE)[1] for child in children]
    return [(child.returncode, text) for child, text in zip(children, said, strict=True)]


def test_of_a_hundred_who_claim_one_wins_and_the_others_learn_who(town: Town) -> None:
    wanted = filed(town, "we-1")
    callers = credentials(town, CALLERS)
    results = ended([begin(town, secret, "update", wanted, "--claim") for _, secret in callers])
    winners = [address for (address, _), (status, _) in zip(callers, results, strict=True) if status == 0]
    assert len(winners) == 1
    bead = beads.get(town.ledger, wanted)
    assert (bead.assignee, bead.status) == (winners[0], BeadStatus.IN_PROGRESS)
    losers = [(status, text) for status, text in results if status]
    assert {status for status, _ in losers} == {1}
    assert all(f"{wanted} is being worked on by {winners[0]}" in text for _, text in losers)
    assert happened(town).count("bead.claimed") == 1


def test_a_claim_and_a_close_at_once_leave_one_of_the_two_orders(town: Town) -> None:
    wanted = [filed(town, f"we-{number}") for number in range(10)]
    ((address, secret),) = credentials(town, 1)
    children = [
        child
        for one in wanted
        for child in (begin(town, secret, "update", one, "--claim"), begin(town, "", "close", one))
    ]
    results = ended(children)
    assert all(status == 0 for status, _ in results[1::2]), results
    for one, (status, said) in zip(wanted, results[0::2], strict=True):
        bead = beads.get(town.ledger, one)
        assert bead.status is BeadStatus.CLOSED
        assert (bead.assignee == address) == (status == 0)
        assert status == 0 or f"{one} is closed" in said


def test_labels_and_comments_at_once_are_all_there(town: Town) -> None:
    one = filed(town, "we-1")
    children = [begin(town, "", "label", "add", one, f"l{number}") for number in range(12)]
    children += [begin(town, "", "comment", one, f"c{number}") for number in range(12)]
    assert {status for status, _ in ended(children)} == {0}
    assert len(beads.labels(town.ledger, one)) == 12
    assert {each.body for each in beads.comments(town.ledger, one)} == {f"c{number}" for number in range(12)}
