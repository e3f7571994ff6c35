"""Whatever two towns do with a rig that they share under two names, in the end both hold the same beads of it."""

import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from gastown.domain.merging_fields import canonical, mappings
from gastown.domain.records import Record
from gastown.errors import GastownError
from gastown.operations.history.pull import pull
from gastown.operations.history.push import push
from gastown.operations.history.share import share
from gastown.operations.town.rig_add import add_rig
from gastown.operations.work.unsling import unsling
from gastown.town import Town
from tests.component.test_two_towns_model import DEEDS
from tests.component.two_towns import Ticking, bead, beads
from tests.support import a_repository, git
from tests.towns import HUMAN, a_town

RIGS = {"here": "web", "there": "front"}
MOVES = ("pull", "push", "meet", "elsewhere")


def a_pair(folder: Path) -> dict[str, Town]:
    """Two towns that share a repository's beads, each with a rig of its own beside."""
    a_repository(folder / "work", {"README": "hello"})
    git("clone", "-q", "--bare", str(folder / "work"), str(folder / "code.git"), cwd=folder)
    clock, towns = Ticking(), dict[str, Town]()
    for place, rig in RIGS.items():
        (folder / place).mkdir()
        towns[place] = Town(a_town(folder / place, ("api",)).root, clock=clock)
        add_rig(towns[place], rig, str(folder / "code.git"), prefix="we", no_gate=True)
        share(towns[place], rig, by=HUMAN)
    return towns


def meet(towns: dict[str, Town]) -> None:
    """Let both have what the other has."""
    for place in ("here", "there", "here", "there"):
        pull(towns[place], by=HUMAN)
        push(towns[place], by=HUMAN)


def shared_beads(town: Town, rig: str) -> list[str]:
    """The rig's beads without what the other town cannot have of them."""
    of_rig = {name: record for name, record in beads(town).items() if record.get("rig") == rig}

    def outside(record: Record) -> Record:
        inside = [link for link in mappings(record.get("dependencies")) if link["depends_on_id"] in of_rig]
        rest: Record = {key: value for key, value in record.items() if key not in ("rig", "dependencies")}
        return {**rest, "dependencies": [*inside]}

    return [canonical(outside(record)) for record in of_rig.values()]


def do(towns: dict[str, Town], place: str, verb: str, one: int, other: int) -> None:
    """Let a town do something, if it can."""
    town, rig = towns[place], RIGS[place]
    match verb:
        case "pull":
            pull(town, by=HUMAN)
        case "push":
            push(town, by=HUMAN)
        case "meet":
            meet(towns)
        case "elsewhere":
            bead(town, f"Elsewhere {other}", f"issue-{one % 4}", rig="api")
        case "create" | "create by name":
            bead(town, f"Made {other}", f"issue-{one % 4}" if " " in verb else "", rig=rig)
        case _:
            known = list(beads(town)) or ["none"]
            DEEDS[verb](town, known[one % len(known)], known[other % len(known)], other)


@settings(max_examples=5, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*RIGS]), st.sampled_from([*DEEDS, *MOVES]), st.integers(0, 9), st.integers(0, 9)
        ),
        min_size=5,
        max_size=30,
    )
)
def test_both_hold_the_same_of_the_rig(deeds: list[tuple[str, str, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        towns = a_pair(Path(folder))
        for place, verb, one, other in deeds:
            with suppress(GastownError):
                do(towns, place, verb, one, other)
        for town in towns.values():
            for number in (0, 1):
                with suppress(GastownError):
                    unsling(town, f"web/polecats/Toast{number}", by=HUMAN)
        meet(towns)
        assert shared_beads(towns["here"], "web") == shared_beads(towns["there"], "front")
        for town in towns.values():
            town.close()
