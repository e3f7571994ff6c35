"""Histories that no Gas Town wrote: a pull takes nothing of them, says whose fault it is, and can be done again."""

import os
import subprocess
from collections.abc import Mapping
from contextlib import closing, nullcontext
from pathlib import Path

import pytest

from gastown.domain.ledger_tree import bead_path
from gastown.domain.records import Record, line
from gastown.errors import Invalid
from gastown.ledger import events
from gastown.operations.history.foreign_tree import must_be_a_rigs
from gastown.operations.history.record import record
from gastown.operations.history.verify import verify
from gastown.world.git.ledger_repository import LedgerRepository
from tests.component.two_towns import Two, alike, bead, beads, change, two_towns
from tests.support import git

NOWHERE = "1" * 40


@pytest.fixture
def two(tmp_path: Path) -> Two:
    """Two towns; what `there` pushed is in the middle, and `here` has not seen its newest bead."""
    made = two_towns(tmp_path)
    bead(made.here, "Ours")
    made.meet()
    bead(made.there, "Theirs")
    made.push(made.there)
    return made


def git_input(where: Path, text: str, *words: str, env: Mapping[str, str] | None = None) -> str:
    """Run git with something to read."""
    done = subprocess.run(
        ["git", *words], cwd=where, env={**os.environ, **(env or {})}, input=text, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return done.stdout.strip()


def put(two: Two, entries: Mapping[str, str], *, gone: str = "") -> None:
    """A commit in the middle with other entries: `mode id` by path, where `blob`, `tree` stand for some there."""
    hub = Path(two.hub)
    env = {"GIT_INDEX_FILE": str(hub / "an-index")}
    (hub / "an-index").unlink(missing_ok=True)
    git("read-tree", "main", cwd=hub, env=env)
    paths = git("ls-tree", "-r", "--name-only", "main", gone, cwd=hub).splitlines() if gone else []
    without = "".join(f"0 {'0' * 40}\t{path}\n" for path in paths)
    git_input(hub, without, "update-index", "--index-info", env=env)
    for path, entry in entries.items():
        mode, what = entry.split()
        identity = git("rev-parse", "main:format.json", cwd=hub) if what == "blob" else what
        git("update-index", "--add", "--cacheinfo", f"{mode},{identity},{path}", cwd=hub, env=env)
    graft(two, git("write-tree", cwd=hub, env=env))


def graft(two: Two, root: str) -> None:
    """A commit of this tree in the middle."""
    hub = Path(two.hub)
    commit = git("commit-tree", root, "-p", "main", "-m", "hm", cwd=hub)
    git("update-ref", "refs/heads/main", commit, cwd=hub)


HOSTILE: Mapping[str, tuple[Mapping[str, str], str, str]] = {
    "a town that is a file": ({"towns/evil": "100644 blob"}, "", "towns/evil is a file"),
    "a town that is another repository": ({"towns/evil": f"160000 {NOWHERE}"}, "", "towns/evil is a link or"),
    "another repository in a town": ({"towns/evil/x": f"160000 {NOWHERE}"}, "", "towns/evil/x is a link"),
    "a link in a town": ({"towns/evil/town.json": "120000 blob"}, "", "towns/evil/town.json is a link"),
    "a town that is deep": ({"towns/evil/a/b/c": "100644 blob"}, "", "towns/evil/a/b is a folder"),
    "a shard that is another repository": (
        {"beads/web/00.jsonl": f"160000 {NOWHERE}"}, "beads", "beads/web/00.jsonl is a link",
    ),
    "a shard that is a link": ({"beads/web/00.jsonl": "120000 blob"}, "beads", "beads/web/00.jsonl is a link"),
    "a shard that is a folder": (
        {"beads/web/00.jsonl/x": "100644 blob"}, "beads", "beads/web/00.jsonl is a folder",
    ),
    "a file among the shards": ({"beads/web/x": "100644 blob"}, "", "beads/web/x is a file"),
    "a rig that is a file": ({"beads/api": "100644 blob"}, "", "beads/api is a file"),
    "beads that are a file": ({"beads": "100644 blob"}, "beads", ": beads is a file"),
    "towns that are a file": ({"towns": "100644 blob"}, "towns", ": towns is a file"),
    "towns that are another repository": ({"towns": f"160000 {NOWHERE}"}, "towns", ": towns is a link"),
    "a format that is another repository": (
        {"format.json": f"160000 {NOWHERE}"}, "format.json", "is no ledger of Gas Town",
    ),
}  # fmt: skip


@pytest.mark.parametrize("entries,gone,what", HOSTILE.values(), ids=HOSTILE)
def test_a_tree_that_no_town_wrote_is_refused_whole_and_nothing_stays_of_it(
    two: Two, entries: Mapping[str, str], gone: str, what: str
) -> None:
    good = git("rev-parse", "main", cwd=Path(two.hub))
    before = beads(two.here)
    put(two, entries, gone=gone)
    for _ in range(2):
        with pytest.raises(Invalid, match=what) as refused:
            two.pull(two.here)
        assert "nothing was changed" in refused.value.hint
    assert beads(two.here) == before
    assert verify(two.here).findings == ()
    git("update-ref", "refs/heads/main", good, cwd=Path(two.hub))
    two.meet()
    assert alike(two)
    assert len(beads(two.here)) == 2


@pytest.mark.parametrize("name", ["..", ".git", "a b", "-x"])
def test_names_that_no_town_gives_are_refused_before_anything_is_taken(two: Two, name: str) -> None:
    hub = Path(two.hub)
    before = beads(two.here)
    folder = git("rev-parse", "main:towns", cwd=hub)
    tree = git("rev-parse", "main:beads", cwd=hub)
    form = git("rev-parse", "main:format.json", cwd=hub)
    town = git("ls-tree", "main:towns", cwd=hub).splitlines()[0].split()[2]
    towns = git_input(hub, f"040000 tree {town}\t{name}\n", "mktree")
    root = f"040000 tree {tree}\tbeads\n100644 blob {form}\tformat.json\n040000 tree {towns}\ttowns\n"
    assert folder != towns
    graft(two, git_input(hub, root, "mktree"))
    with pytest.raises(Exception) as refused:  # noqa: PT011 - git itself refuses some of them
        two.pull(two.here)
    assert type(refused.value).__module__ == "gastown.errors"
    assert beads(two.here) == before


@pytest.mark.parametrize(
    "entry, what",
    [
        (f"160000 commit {NOWHERE}\t00.jsonl", "00.jsonl is a link or another repository"),
        ("120000 blob {blob}\t00.jsonl", "00.jsonl is a link"),
        ("040000 tree {tree}\t00.jsonl", "00.jsonl is a folder"),
        ("100644 blob {blob}\tREADME", "README is a file"),
        ("100644 blob {blob}\t00.jsonl", ""),
    ],
)
def test_the_history_of_a_shared_rig_is_looked_at_as_well(two: Two, entry: str, what: str) -> None:
    hub = Path(two.hub)
    blob, tree = (git("rev-parse", f"main:{path}", cwd=hub) for path in ("format.json", "towns"))
    root = git_input(hub, entry.format(blob=blob, tree=tree) + "\n", "mktree", "--missing")
    commit = git("commit-tree", root, "-m", "hm", cwd=hub)
    with (
        closing(LedgerRepository(hub)) as kept,
        pytest.raises(Invalid, match=what) if what else nullcontext(),
    ):
        must_be_a_rigs(kept, commit)


def test_a_pulled_title_that_could_end_a_message_is_refused_and_names_its_file(two: Two) -> None:
    at = "2026-11-20T10:00:00.000Z"
    evil: Record = {
        "id": "we-evil", "uid": "e", "rig": "web", "title": "Mend\x00it", "status": "open", "priority": 2,
        "issue_type": "task", "created_at": at, "created_by": "e", "updated_at": at, "updated_by": "e",
    }  # fmt: skip
    path = bead_path("web", "we-evil")
    blob = git_input(Path(two.hub), f"{line(evil)}\n", "hash-object", "-w", "--stdin")
    put(two, {path: f"100644 {blob}"})
    with pytest.raises(
        Invalid, match=f"{path} has a line that cannot be taken: we-evil: its title cannot be"
    ):
        two.pull(two.here)


def test_a_title_with_a_nul_that_is_there_already_does_not_lose_the_trailers(two: Two) -> None:
    it = bead(two.here, "Plain")
    record(two.here)
    with two.here.ledger.transaction() as ledger:
        ledger.define("UPDATE beads SET title = 'Mend' || char(0) || 'it' WHERE title = 'Plain'")
    done = record(two.here)
    assert (done.commits, done.whole) == (1, False)
    change(two.here, it, priority="0")
    assert not record(two.here).whole
    assert verify(two.here).behind == 0
    assert events.last(two.here.ledger, 1)
