"""A town's own rows in a history that somebody else wrote: believed only after a look."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gastown.domain.ledger_tree import bead_path
from gastown.errors import Invalid
from gastown.ledger import agents
from gastown.operations.history.verify import verify
from gastown.operations.town.install_from import RigWishes, install_from
from gastown.town import Town
from gastown.world.git.ledger_repository import LedgerRepository
from tests.component.history_town import HistoryTown
from tests.component.two_towns import bead, two_towns

T = "2026-11-20T10:00:00.000Z"
AGENT = {
    "address": "web/polecats/Nova", "role": "polecat", "rig": "web", "name": "Nova", "created_at": T,
}  # fmt: skip
ASSIGNED = {
    "generation": 9, "bead": "we-paint", "agent": "web/polecats/Nova", "slung_by": "ann", "started_at": T,
    "ended_at": T, "outcome": "unslung",
}  # fmt: skip
MERGE = {
    "id": "mr-x", "bead": "we-paint", "rig": "web", "agent": "web/polecats/Nova", "generation": 9,
    "commit_id": "beef", "branch": "b", "target": "main", "state": "merged", "submitted_at": T, "ended_at": T,
}  # fmt: skip
GATE = {"id": 5, "on_target": 0, "commit_id": "beef", "command": "true", "log": "logs/g", "began_at": T}
UP = "../../../pwn"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[HistoryTown]:
    """A town in which something was done, all of it recorded; its agent's second piece of work is on the hook."""
    with closing(HistoryTown(tmp_path)) as made:
        made.sling(made.bead("Mend the door"))
        made.start()
        made.hand_over()
        made.sling(made.bead("Paint it", identity="we-paint"))
        made.record()
        yield made


def sound(town: HistoryTown) -> None:
    """The ledger and its history agree in all things."""
    seen = verify(town.town)
    assert (seen.findings, seen.behind) == ((), 0)


@pytest.mark.parametrize(
    "file, row, why",
    [
        ("agents", {**AGENT, "address": f"web/polecats/{UP}", "name": UP}, "its address cannot be"),
        ("agents", {**AGENT, "address": "web/polecats/supervisor", "name": "supervisor"}, "its address"),
        ("agents", {**AGENT, "name": "Fox"}, "not the address of polecat Fox"),
        ("agents", {**AGENT, "rig": None}, "not the address"),
        ("agents", {**AGENT, "hook_bead": 7}, "its hook_bead"),
        ("agents", {**AGENT, "created_at": "yesterday"}, "its created_at"),
        ("agents", [], "its address"),
        ("assignments/0", {**ASSIGNED, "generation": 9223372036854775000}, "its generation"),
        ("assignments/0", {**ASSIGNED, "generation": "9"}, "its generation"),
        ("assignments/0", {**ASSIGNED, "generation": True}, "its generation"),
        ("assignments/0", {**ASSIGNED, "agent": UP}, "its agent"),
        ("assignments/0", {**ASSIGNED, "branch": "--upload-pack=touch x"}, "its branch"),
        ("assignments/0", {**ASSIGNED, "base": "HEAD"}, "its base"),
        ("assignments/0", {**ASSIGNED, "outcome": "won"}, "its outcome"),
        ("assignments/0", {**ASSIGNED, "outcome": None}, "an end without an outcome"),
        ("merges/00", {**MERGE, "rig": ".."}, "its rig"),
        ("merges/00", {**MERGE, "target": "-x"}, "its target"),
        ("merges/00", {**MERGE, "state": "queued"}, "its end says otherwise"),
        ("merges/00", {**MERGE, "gates": [{**GATE, "log": "../../etc/passwd"}]}, "its log"),
        ("merges/00", {**MERGE, "gates": [{**GATE, "status": 10**30}]}, "its status"),
    ],
)
def test_own_rows_that_no_ledger_wrote_are_refused_with_their_file_and_line(
    town: HistoryTown, file: str, row: object, why: str
) -> None:
    head = town.history.head()
    assert head is not None
    uid = town.history.setting("gastown.town")
    path = f"towns/{uid}/{file}.jsonl"
    lines = town.tree().get(path, b"")
    change = {path: lines + json.dumps(row).encode() + b"\n"}
    town.history.write("main", change, author="x <x>", message="by hand", at=head.at)
    before = sorted(file.name for file in town.root.iterdir())
    with pytest.raises(Invalid) as refusal:
        town.restore()
    assert refusal.value.message.startswith(f"{path}, line {len(lines.splitlines()) + 1} of")
    assert why in refusal.value.message
    assert sorted(file.name for file in town.root.iterdir()) == before
    assert town.restore(at="main~1").beads == 5


def test_good_rows_of_somebody_else_are_taken(town: HistoryTown) -> None:
    head = town.history.head()
    assert head is not None
    uid = town.history.setting("gastown.town")
    rows = {"agents": AGENT, "assignments/0": {**ASSIGNED, "branch": "polecat/Nova/we-paint.2"}}
    change = {
        path: town.tree()[path] + json.dumps(row).encode() + b"\n"
        for path, row in ((f"towns/{uid}/{name}.jsonl", row) for name, row in rows.items())
    }
    town.history.write("main", change, author="x <x>", message="by hand", at=head.at)
    town.lose()
    town.restore()
    assert len(agents.all_agents(town.ledger)) == 2
    sound(town)


def test_a_town_is_not_made_of_rows_or_beads_that_no_ledger_wrote(tmp_path: Path) -> None:
    two = two_towns(tmp_path)
    work = bead(two.here, "Work", rig="web")
    two.push(two.here)
    hub = LedgerRepository(Path(two.hub))
    head = hub.head()
    assert head is not None
    uid = LedgerRepository(two.here.root / "ledger.git").setting("gastown.town")
    path = bead_path("web", work)
    shard = hub.read(head.id, path) or b""
    hostile = {
        f"towns/{uid}/agents.jsonl": {**AGENT, "address": f"web/polecats/{UP}", "name": UP},
        f"towns/{uid}/assignments/9223372036854.jsonl": {**ASSIGNED, "generation": 9223372036854775},
        f"towns/{uid}/town.json": {"name": "x", "generation": 10**17, "incarnation": 1},
        path: {**json.loads(shard), "status": "lost"},
    }
    for number, (name, row) in enumerate(hostile.items()):
        change = {name: json.dumps(row, separators=(",", ":")).encode() + b"\n"}
        hub.write("main", change, author="x <x>", message="by hand", at=head.at)
        folder = tmp_path / f"new{number}"
        with pytest.raises(Invalid) as refusal:
            install_from(folder, two.hub, agent="scripted", name=None, rig=RigWishes())
        assert name in refusal.value.message
        with closing(Town(folder)) as town:
            assert town.ledger.rows("agents", "all") == []
            assert LedgerRepository(folder / "ledger.git").head() is None
        hub.move("main", head.id, was=None if (newest := hub.head()) is None else newest.id)
    made = install_from(tmp_path / "new0", two.hub, agent="scripted", name=None, rig=RigWishes())
    assert made.beads == 1
