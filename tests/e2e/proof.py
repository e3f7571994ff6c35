"""What holds of a town at rest, whatever was killed before: read from its ledger, its repositories and /proc."""

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from gastown.ledger.sqlite import sqlite3
from gastown.operations.merge import gate_environment
from gastown.settings.rig import FILE_NAME, RigPlaces
from gastown.town import Town
from gastown.world.processes import environment, marked
from tests.support import eventually, git

_ID = re.compile(r"^[0-9a-f]{40} ([0-9a-f]{40}) ")
_EXPECTED = {
    "town.toml",
    "gastown.db",
    "gastown.db-wal",
    "gastown.db-shm",
    "ledger.git",
    "bin",
    "run",
    "logs",
    ".removed",
    ".adding",
    *("mayor", "deacon", "boot"),  # where agents of the town work
    *("archive", "trusted.json"),
}

BROKEN: Mapping[str, str] = {
    "an agent with two open assignments": """
        SELECT agent FROM assignments WHERE ended_at IS NULL GROUP BY agent HAVING count(*) > 1""",
    "a bead with two open assignments": """
        SELECT bead FROM assignments WHERE ended_at IS NULL GROUP BY bead HAVING count(*) > 1""",
    "a hooked bead that is on no hook": """
        SELECT id FROM beads WHERE status = 'hooked'
           AND id NOT IN (SELECT hook_bead FROM agents WHERE hook_bead <> '')""",
    "a bead on a hook that is not hooked": """
        SELECT b.id FROM agents a JOIN beads b ON b.id = a.hook_bead
         WHERE b.status <> 'hooked' OR b.assignee IS NOT a.address""",
    "a hook without its assignment": """
        SELECT a.address FROM agents a WHERE hook_bead <> '' AND NOT EXISTS (
            SELECT 1 FROM assignments g WHERE g.agent = a.address AND g.bead = a.hook_bead AND g.ended_at IS NULL)""",
    "an open assignment whose bead is on no hook": """
        SELECT g.generation FROM assignments g WHERE g.ended_at IS NULL AND NOT EXISTS (
            SELECT 1 FROM agents a WHERE g.agent = a.address AND g.bead = a.hook_bead)""",
    "an incarnation that has a successor and goes on": """
        SELECT i.id FROM incarnations i WHERE i.ended_at IS NULL
           AND i.id < (SELECT max(n.id) FROM incarnations n WHERE n.agent = i.agent)""",
    "a bead in progress without a live request": """
        SELECT id FROM beads b WHERE status = 'in_progress' AND type <> 'step' AND NOT EXISTS (
            SELECT 1 FROM merge_requests r WHERE r.bead = b.id AND r.state IN ('queued', 'held'))""",
    "a step that somebody is at whose bead is not on their hook": """
        SELECT s.id FROM beads s JOIN dependencies m ON m.bead = s.id AND m.kind = 'parent-child'
          JOIN dependencies w ON w.bead = m.depends_on AND w.kind = 'parent-child'
         WHERE s.type = 'step' AND s.status = 'in_progress' AND NOT EXISTS (
            SELECT 1 FROM agents a WHERE a.address = s.assignee AND a.hook_bead = w.depends_on)""",
    "a worker's hook with work without steps": """
        SELECT hook_bead FROM agents WHERE role = 'polecat' AND hook_bead IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM dependencies d JOIN beads m ON m.id = d.bead
             WHERE d.depends_on = hook_bead AND d.kind = 'parent-child' AND m.type = 'molecule'
               AND m.status <> 'closed')""",
    "steps of work that has ended": """
        SELECT m.id FROM beads m JOIN dependencies d ON d.bead = m.id AND d.kind = 'parent-child'
          JOIN beads w ON w.id = d.depends_on WHERE m.type = 'molecule' AND m.ephemeral AND w.status = 'closed'""",
    "a live request whose bead is not in progress": """
        SELECT r.id FROM merge_requests r JOIN beads b ON b.id = r.bead
         WHERE r.state IN ('queued', 'held') AND b.status <> 'in_progress'""",
    "a submitted assignment without its request": """
        SELECT generation FROM assignments g WHERE outcome = 'submitted' AND NOT EXISTS (
            SELECT 1 FROM merge_requests r WHERE r.generation = g.generation AND r.commit_id = g.done_commit)""",
    "a merged request that was not told of once": """
        SELECT r.bead FROM merge_requests r WHERE r.state = 'merged' AND 1 <> (
            SELECT count(*) FROM events e WHERE e.type = 'bead.landed' AND e.subject = r.bead)""",
    "a merged request that is not closed, or its bead is not": """
        SELECT r.id FROM merge_requests r JOIN beads b ON b.id IN (r.id, r.bead)
         WHERE r.state = 'merged' AND b.status <> 'closed'""",
    "a bead that landed without a request": """
        SELECT subject FROM events WHERE type = 'bead.landed' AND subject NOT IN (
            SELECT bead FROM merge_requests WHERE state = 'merged')""",
    "a bead with two requests that merged": """
        SELECT bead FROM merge_requests WHERE state = 'merged' GROUP BY bead HAVING count(*) > 1""",
    "a closed piece of work that neither landed nor needed no change": """
        SELECT id FROM beads b WHERE type = 'task' AND status = 'closed' AND NOT EXISTS (
            SELECT 1 FROM merge_requests r WHERE r.bead = b.id AND r.state = 'merged') AND NOT EXISTS (
            SELECT 1 FROM assignments g WHERE g.bead = b.id AND g.outcome = 'no_change')""",
    "a landing that no gate let through": """
        SELECT r.id FROM merge_requests r WHERE r.state = 'merged' AND NOT EXISTS (
            SELECT 1 FROM gate_runs g WHERE g.merge_request = r.id AND g.commit_id = r.landing_new
               AND g.outcome = 'passed' AND g.on_target = 0)""",
    "a convoy that is open though all it tracks is closed": """
        SELECT c.id FROM beads c WHERE c.type = 'convoy' AND c.status <> 'closed' AND NOT EXISTS (
            SELECT 1 FROM dependencies d JOIN beads b ON b.id = d.depends_on
             WHERE d.bead = c.id AND d.kind = 'tracks' AND b.status <> 'closed') AND EXISTS (
            SELECT 1 FROM dependencies d JOIN beads b ON b.id = d.depends_on
             WHERE d.bead = c.id AND d.kind = 'tracks' AND b.type <> 'tombstone')""",
    "a row that points nowhere": "SELECT * FROM pragma_foreign_key_check",
    "a damaged page": "SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
}
"""Each query finds what must never be there, at any moment that people can see: all of them find nothing."""


UNFINISHED: Mapping[str, str] = {
    "a gate whose end was not noted": "SELECT id FROM gate_runs WHERE ended_at IS NULL",
    "a gt done that was begun and not finished": """
        SELECT generation FROM assignments WHERE done_at IS NOT NULL AND ended_at IS NULL""",
    "a landing that was begun and not finished": """
        SELECT id FROM merge_requests WHERE landing_new IS NOT NULL AND state <> 'merged'""",
}
"""What there may be only while somebody is at work."""


def the_ledger_is_sound(root: Path, queries: Mapping[str, str] = BROKEN) -> None:
    """No state of the ledger contradicts another."""
    for name, query in queries.items():
        found = rows(root, query)
        assert not found, f"{name}: {found}"


def rows(root: Path, query: str, *values: str) -> list[tuple[object, ...]]:
    """The answer to some SQL."""
    ledger = sqlite3.connect(root / "gastown.db", timeout=10, isolation_level=None)
    try:
        return [tuple(row) for row in ledger.execute(query, values)]
    finally:
        ledger.close()


def count(root: Path, what: str, *values: str) -> int:
    """How many rows there are of `what`, say `events WHERE type = ?`."""
    return int(str(rows(root, f"SELECT count(*) FROM {what}", *values)[0][0]))  # noqa: S608 - a test's own


def landed(root: Path) -> list[str]:
    """The beads that landed, as often as they did."""
    return [
        str(row[0]) for row in rows(root, "SELECT subject FROM events WHERE type = 'bead.landed' ORDER BY 1")
    ]


def no_process_is_of_an_older_incarnation(root: Path, *, within: float = 0.0) -> None:
    """Whatever carries an agent's mark belongs to its newest incarnation, and that has not ended."""

    def older() -> list[tuple[int, str, str]]:
        newest = rows(root, "SELECT agent, max(id), ended_at FROM incarnations GROUP BY agent")
        alive = {(str(agent), str(incarnation)) for agent, incarnation, ended in newest if ended is None}
        found = [(process.pid, environment(process) or {}) for process in marked({"GT_TOWN": str(root)})]
        marks = [(pid, env.get("GT_ADDRESS", ""), env.get("GT_INCARNATION", "")) for pid, env in found]
        return [mark for mark in marks if mark[2] and mark[1:] not in alive]

    if within:
        eventually(
            lambda: not older(), within=within, what="processes of older incarnations to end", every=0.2
        )
    assert older() == []


def gates_of(root: Path, rig: str = "web") -> list[int]:
    """Whatever a rig's gate started and that still runs."""
    return [process.pid for process in marked(gate_environment.marks(Town(root), rig))]


def left_running(root: Path, rig: str = "web") -> list[int]:
    """Whatever runs for the town: agents and what they started, queues, gates."""
    queue = marked(gate_environment.queue_mark(Town(root), rig))
    return [process.pid for process in (*marked({"GT_TOWN": str(root)}), *queue)] + gates_of(root, rig)


def nothing_is_half_made(root: Path) -> None:
    """Beside what a town holds there are only whole rigs, and their repositories hold no lock and no stump."""
    strangers = [item.name for item in root.iterdir() if item.name not in _EXPECTED]
    half = [name for name in strangers if not (root / name / FILE_NAME).is_file() or name.startswith(".")]
    assert half == []
    assert list(root.glob(".adding/*")) == []
    for rig in strangers:
        repository = RigPlaces(root / rig).repository
        assert [str(lock) for lock in repository.rglob("*.lock")] == []
        stumps = [
            lock for lock in repository.glob("worktrees/*/locked") if lock.read_text() == "initializing"
        ]
        assert stumps == []
        git("fsck", "--connectivity-only", "--no-dangling", cwd=repository)


def no_commit_is_lost(root: Path, rig: str = "web") -> None:
    """Every commit that a polecat's branch or worktree ever was at is reachable from some ref."""
    repository = RigPlaces(root / rig).repository
    admins = [
        pointer.parent
        for pointer in repository.glob("worktrees/*/gitdir")
        if "/polecats/" in pointer.read_text()
    ]
    logs = [*repository.glob("logs/refs/heads/polecat/**/*"), *(admin / "logs" / "HEAD" for admin in admins)]
    ever = {
        found[1]
        for log in logs
        if log.is_file()
        for line in log.read_text(errors="replace").splitlines()
        if (found := _ID.match(line))
    }
    kept = set(git("rev-list", "--all", cwd=repository).split())
    heads = [head for admin in admins if not (head := (admin / "HEAD").read_text()).startswith("ref:")]
    for head in heads:
        kept |= set(git("rev-list", head.strip(), cwd=repository).split())
    assert ever - kept - {"0" * 40} == set()


def main_is_linear(repository: Path) -> None:
    """No merge is on main, and no change twice."""
    assert git("rev-list", "--merges", "main", cwd=repository) == ""
    subjects = Counter(git("log", "--format=%an %s", "main", cwd=repository).splitlines())
    assert [subject for subject, times in subjects.items() if times > 1] == []


def at_rest(root: Path, origin: Path, rig: str = "web") -> None:
    """All of it."""
    the_ledger_is_sound(root, {**BROKEN, **UNFINISHED})
    nothing_is_half_made(root)
    no_commit_is_lost(root, rig)
    main_is_linear(origin)
    no_process_is_of_an_older_incarnation(root)
    merged = rows(root, "SELECT landing_new FROM merge_requests WHERE state = 'merged' AND rig = ?", rig)
    on_main = git("rev-list", "main", cwd=origin).split()
    assert {str(row[0]) for row in merged} <= set(on_main)
