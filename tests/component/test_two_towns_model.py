"""Whatever two towns do, once each has pulled the other they hold the same, and so does a third that restores it."""

import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gastown.errors import GastownError
from gastown.ledger import records
from gastown.operations.history.record import record
from gastown.operations.work.close import close
from gastown.operations.work.comment import comment
from gastown.operations.work.delete import delete
from gastown.operations.work.depend import depend, undepend
from gastown.operations.work.label import label
from gastown.operations.work.reopen import reopen
from gastown.operations.work.sling import sling
from gastown.operations.work.undelete import undelete
from gastown.operations.work.unsling import unsling
from gastown.operations.work.update import Changes, update
from gastown.town import Town
from tests.component.two_towns import Two, alike, bead, beads, two_towns
from tests.support import git
from tests.towns import HUMAN

Deed = Callable[[Town, str, str, int], object]
"""What a town does, with one of its beads, another one, and a small number."""

DEEDS: Mapping[str, Deed] = {
    "create": lambda town, _, __, n: bead(town, f"Made {n}"),
    "create by name": lambda town, _, __, n: bead(town, f"Made {n}", f"issue-{n % 4}"),
    "title": lambda town, it, _, n: update(town, [it], Changes(title=f"Called {n}"), by=HUMAN),
    "priority": lambda town, it, _, n: update(town, [it], Changes(priority=str(n % 5)), by=HUMAN),
    "close": lambda town, it, _, __: close(town, [it], force=True, by=HUMAN),
    "reopen": lambda town, it, _, __: reopen(town, [it], by=HUMAN),
    "delete": lambda town, it, _, __: delete(town, [it], force=True, by=HUMAN),
    "undelete": lambda town, it, _, __: undelete(town, it, by=HUMAN),
    "comment": lambda town, it, _, n: comment(town, it, f"Said {n}", by=HUMAN),
    "label": lambda town, it, _, n: label(town, [it, f"l{n % 3}"], by=HUMAN),
    "unlabel": lambda town, it, _, n: label(town, [it, f"l{n % 3}"], remove=True, by=HUMAN),
    "block": lambda town, it, mate, _: depend(town, it, mate, kind="blocks", by=HUMAN),
    "parent": lambda town, it, mate, _: depend(town, it, mate, kind="parent-child", by=HUMAN),
    "relate": lambda town, it, mate, _: depend(town, it, mate, kind="related", by=HUMAN),
    "free": lambda town, it, mate, _: undepend(town, it, mate, by=HUMAN),
    "sling": lambda town, it, _, n: sling(town, it, f"web/polecats/Toast{n % 2}", by=HUMAN),
    "unsling": lambda town, _, __, n: unsling(town, f"web/polecats/Toast{n % 2}", by=HUMAN),
}
MOVES = ("meet", "pull", "push")


def do(two: Two, town: Town, verb: str, one: int, other: int) -> None:
    """Let a town do something, if it can."""
    if verb in MOVES:
        two.meet() if verb == "meet" else getattr(two, verb)(town)
        return
    with town.ledger.snapshot() as ledger:
        known = [str(each["id"]) for each in records.read_all(ledger)] or ["none"]
    DEEDS[verb](town, known[one % len(known)], known[other % len(known)], other)


@settings(max_examples=8, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.booleans(), st.sampled_from([*DEEDS, *MOVES]), st.integers(0, 9), st.integers(0, 9)),
        min_size=5,
        max_size=30,
    )
)
def test_two_towns_that_did_anything_hold_the_same_in_the_end(
    deeds: list[tuple[bool, str, int, int]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        two = two_towns(Path(folder))
        for here, verb, one, other in deeds:
            with suppress(GastownError):
                do(two, two.here if here else two.there, verb, one, other)
        bead(two.here, "At least one")
        for town in (two.here, two.there):  # what is on a hook is not renamed
            for number in (0, 1):
                with suppress(GastownError):
                    unsling(town, f"web/polecats/Toast{number}", by=HUMAN)
        with suppress(GastownError):
            two.push(two.here)
        two.meet()
        two.meet()
        assert beads(two.here) == beads(two.there)
        for town in (two.here, two.there):
            record(town)
            git("fsck", "--strict", "--no-dangling", cwd=town.root / "ledger.git")
        assert alike(two)
        for town in (two.here, two.there):
            town.close()
