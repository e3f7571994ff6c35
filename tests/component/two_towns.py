"""Two towns on one computer, with a bare repository between them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gastown.domain.merging_fields import canonical, mappings
from gastown.domain.records import Record
from gastown.ledger import derived, records
from gastown.operations.history.pull import Pulled, pull
from gastown.operations.history.push import push
from gastown.operations.work.create import create
from gastown.operations.work.update import Changes, update
from gastown.town import Town
from tests.support import git
from tests.towns import HUMAN, a_town


class Ticking:
    """A clock that is a second further at every look, so that no two things happen at once."""

    def __init__(self) -> None:
        self._at = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)

    def now(self) -> datetime:
        """A moment after all others."""
        self._at += timedelta(seconds=1)
        return self._at


@dataclass
class Two:
    """Towns `here` and `there`, and the address of what lies between them."""

    here: Town
    there: Town
    hub: str

    def pull(self, town: Town) -> Pulled:
        """Let one of them pull from the middle."""
        (pulled,) = pull(town, self.hub, by=HUMAN)
        return pulled

    def push(self, town: Town) -> None:
        """Let one of them push to the middle."""
        push(town, self.hub, by=HUMAN)

    def meet(self) -> None:
        """Let both have what the other has."""
        self.pull(self.here)
        self.push(self.here)
        self.pull(self.there)
        self.push(self.there)
        self.pull(self.here)


def two_towns(tmp_path: Path, rigs: tuple[str, ...] = ("web",)) -> Two:
    """Two towns with the same rigs and one clock."""
    clock, towns = Ticking(), list[Town]()
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        towns.append(Town(a_town(tmp_path / name, rigs).root, clock=clock))
    hub = tmp_path / "hub.git"
    git("init", "-q", "--bare", str(hub), cwd=tmp_path)
    return Two(towns[0], towns[1], str(hub))


def bead(town: Town, title: str, identity: str = "", rig: str = "web") -> str:
    """File a bead; gives its id."""
    return create(town, title, id=identity, rig=rig, by=HUMAN).id


def change(town: Town, identity: str, **fields: str) -> None:
    """Set fields of a bead."""
    update(town, [identity], Changes(**fields), by=HUMAN)  # type: ignore[arg-type]


def beads(town: Town) -> Mapping[str, Record]:
    """All beads of a town, by id; whatever is derived from them is found to be right."""
    assert derived.check(town.ledger) == []
    with town.ledger.snapshot() as ledger:
        return {str(record["id"]): record for record in records.read_all(ledger)}


def links(town: Town, identity: str) -> list[tuple[str, str]]:
    """What a bead leans on, and how."""
    found = mappings(beads(town)[identity].get("dependencies"))
    return [(str(link["depends_on_id"]), str(link["type"])) for link in found]


def alike(two: Two) -> bool:
    """Whether both towns hold the same beads, to the last letter, in the ledger and in its history."""
    ours, theirs = ([canonical(each) for each in beads(town).values()] for town in (two.here, two.there))
    trees = [git("rev-parse", "main:beads", cwd=town.root / "ledger.git") for town in (two.here, two.there)]
    return ours == theirs and trees[0] == trees[1]
