"""Any sequence of what people do with beads, against a model of plain dictionaries."""

from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from gastown.domain.beads import BLOCKING
from gastown.errors import GastownError
from gastown.ledger import beads, events, ready
from gastown.operations.history.verify import verify
from gastown.operations.work.close import close
from gastown.operations.work.delete import delete
from gastown.operations.work.depend import depend, undepend
from gastown.operations.work.label import label
from gastown.operations.work.reopen import reopen
from gastown.operations.work.undelete import undelete
from gastown.operations.work.update import Changes, update
from gastown.town import Town
from tests.component.bead_town import filed, record
from tests.towns import HUMAN, a_town

IDS = [f"x-{number}" for number in range(6)]


@dataclass
class Known:
    """What the model knows of one bead."""

    status: str = "open"
    priority: int = 2
    assignee: str | None = None
    labels: set[str] = field(default_factory=set[str])
    deleted: bool = False


class Model:
    """Beads as plain dictionaries, with the rules that decide what is ready."""

    def __init__(self) -> None:
        self.beads = {one: Known() for one in IDS}
        self.links = set[tuple[str, str, str]]()
        self.was = dict[str, Known]()

    def holds(self, bead: str) -> bool:
        """Whether what is beneath the bead is held up."""
        known = self.beads[bead]
        return known.status != "closed" and (known.status in {"blocked", "deferred"} or self.waits(bead))

    def waits(self, bead: str) -> bool:
        own = [other for one, other, kind in self.links if one == bead and kind in BLOCKING]
        above = [other for one, other, kind in self.links if one == bead and kind == "parent-child"]
        return any(self.beads[o].status != "closed" for o in own) or any(self.holds(o) for o in above)

    def ready(self) -> set[str]:
        return {one for one, known in self.beads.items() if known.status == "open" and not self.waits(one)}

    def delete(self, bead: str) -> None:
        known = self.beads[bead]
        if not known.deleted:
            self.was[bead] = known
            self.links = {link for link in self.links if bead not in link[:2]}
            self.beads[bead] = Known(status="closed", priority=known.priority, deleted=True)

    def undelete(self, bead: str, links: set[tuple[str, str, str]]) -> None:
        """The bead as it was; of its links those that were found again, if they fit."""
        if self.beads[bead].deleted:
            self.beads[bead] = self.was[bead]
        assert all(bead in link[:2] for link in links - self.links)
        assert self.links <= links
        self.links = links


def seen(town: Town) -> dict[str, tuple[str, int, str | None, set[str]]]:
    found = dict[str, tuple[str, int, str | None, set[str]]]()
    for one in IDS:
        kept = record(town, one)
        found[one] = (kept["status"], kept["priority"], kept.get("assignee"), set(kept.get("labels", ())))
    return found


def links_of(town: Town) -> set[tuple[str, str, str]]:
    return {
        (one, each["depends_on_id"], each["type"])
        for one in IDS
        for each in record(town, one).get("dependencies", ())
    }


BEAD = st.sampled_from(IDS)
DEEDS = st.one_of(
    st.tuples(st.just("close"), BEAD),
    st.tuples(st.just("reopen"), BEAD),
    st.tuples(st.just("delete"), BEAD),
    st.tuples(st.just("undelete"), BEAD),
    st.tuples(st.just("claim"), BEAD),
    st.tuples(
        st.just("status"), BEAD, st.sampled_from(["open", "blocked", "deferred", "in_progress", "pinned"])
    ),
    st.tuples(st.just("priority"), BEAD, st.integers(0, 4)),
    st.tuples(st.just("parent"), BEAD, st.one_of(st.just(""), BEAD)),
    st.tuples(st.just("label"), BEAD, st.sampled_from("ab"), st.booleans()),
    st.tuples(
        st.just("depend"), BEAD, BEAD, st.sampled_from(["blocks", "waits-for", "parent-child", "related"])
    ),
    st.tuples(st.just("undepend"), BEAD, BEAD),
)


def do(town: Town, model: Model, deed: tuple[object, ...]) -> None:  # noqa: C901 - a table of deeds
    """Do it in both worlds; what is refused changes neither."""
    name, bead, *more = (deed[0], str(deed[1]), *deed[2:])
    known = model.beads[bead]
    match name:
        case "close":
            close(town, [bead], force=True, by=HUMAN)
            known.status = "closed"
        case "reopen":
            reopen(town, [bead], by=HUMAN)
            known.status = "open" if known.status == "closed" else known.status
        case "delete":
            delete(town, [bead], force=True, by=HUMAN)
            model.delete(bead)
        case "undelete":
            undelete(town, bead, by=HUMAN)
            model.undelete(bead, links_of(town))
        case "claim":
            update(town, [bead], Changes(claim=True), by=HUMAN)
            known.status, known.assignee = "in_progress", "overseer"
        case "status":
            update(town, [bead], Changes(status=str(more[0])), by=HUMAN)
            known.status = str(more[0])
        case "priority":
            update(town, [bead], Changes(priority=str(more[0])), by=HUMAN)
            known.priority = int(str(more[0]))
        case "parent":
            update(town, [bead], Changes(parent=str(more[0])), by=HUMAN)
            model.links = {link for link in model.links if link[0] != bead or link[2] != "parent-child"}
            model.links |= {(bead, str(more[0]), "parent-child")} if more[0] else set()
        case "label":
            label(town, [bead, str(more[0])], remove=bool(more[1]), by=HUMAN)
            (known.labels.discard if more[1] else known.labels.add)(str(more[0]))
        case "depend":
            depend(town, bead, str(more[0]), kind=str(more[1]), by=HUMAN)
            model.links.add((bead, str(more[0]), str(more[1])))
        case _:
            undepend(town, bead, str(more[0]), by=HUMAN)
            model.links = {link for link in model.links if link[:2] != (bead, more[0])}


def agree(town: Town, model: Model) -> None:
    """Both worlds look the same, and the ledger verifies: its journal replays to what is there."""
    told = {
        one: ("tombstone" if known.deleted else known.status, known.priority, known.assignee, known.labels)
        for one, known in model.beads.items()
    }
    assert seen(town) == told
    assert links_of(town) == model.links
    found = ready.first(town.ledger, rig=None, now=town.clock.now(), most=99)
    assert {one.id for one in found} == model.ready()
    assert verify(town).findings == ()


@settings(max_examples=60)
@given(st.lists(DEEDS, max_size=25))
def test_every_sequence_ends_as_the_model_says(deeds: list[tuple[object, ...]]) -> None:
    with TemporaryDirectory() as folder, closing(a_town(Path(folder))) as town:
        for one in IDS:
            filed(town, one)
        model = Model()
        for deed in deeds:
            before = events.newest_seq(town.ledger)
            try:
                do(town, model, deed)
            except GastownError as error:
                told = error.hint, events.newest_seq(town.ledger)
            else:
                continue
            assert told[0], deed
            assert told[1] == before
        agree(town, model)
        assert all(beads.find(town.ledger, one) for one in IDS)
