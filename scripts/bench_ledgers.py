"""Large ledgers for the bench, made by SQL in seconds: of many beads, or of epics with many descendants."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import gastown.ledger
from gastown.ledger import derived
from gastown.ledger.database import Database

SMALL, LARGE = 10_000, 1_000_000
DESCENDANTS = 100_000
SHAPES = ("flat", "nested", "deep")
"""All children of one epic; ten below each; a hundred chains of a thousand."""
CHAIN = 1_000
RIGS = 4
ROOM_KIBIBYTES = 2_000_000
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
JOURNAL_BEGINS = "-- It begins with what there is."
TIME = "2026-01-01T00:00:00.000Z"

_NUMBERS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {beads})"
_DIGIT = f"substr('{DIGITS}', 1 + (i * 48271 % 60466171) / {{power}} % 36, 1)"
_ID = "'we-' || " + " || ".join(_DIGIT.format(power=36**place) for place in (4, 3, 2, 1, 0))
"""Scattered like ids that were drawn."""

_BEADS = """
INSERT INTO beads (key, id, uid, rig, title, description, type, status, priority, assignee, created_at, created_by,
                   updated_at, updated_by, closed_at, closed_by, close_reason)
{numbers}
SELECT i, {id}, lower(hex(randomblob(16))), CASE i % {rigs} WHEN 0 THEN 'web' ELSE 'rig' || (i % {rigs}) END,
       'Mend door number ' || i || ' of the house by the lake', 'The hinge of door ' || i || ' is loose, and ' ||
       substr('the frame has warped since the rain came in; somebody should look at it before the winter does', i % 40),
       {type}, {status}, i % 5, CASE WHEN i % 50 = 0 THEN 'bob' END,
       strftime('%Y-%m-%dT%H:%M:%fZ', 1735689600 + i * 13 % 20000000, 'unixepoch'), 'ann', '{time}', 'ann',
       CASE WHEN {status} = 'closed' THEN '{time}' END, CASE WHEN {status} = 'closed' THEN 'ann' END,
       CASE WHEN {status} = 'closed' THEN 'It is mended' END
  FROM n
"""
_LINKS = """
INSERT INTO dependencies (bead, depends_on, kind, created_at, created_by)
SELECT b.id, o.id, '{kind}', '{time}', 'ann' FROM beads b JOIN beads o ON o.key = {other} WHERE {which}
"""
_LABELS = "INSERT INTO labels (bead, label) SELECT id, 'label-' || (key % 17) FROM beads WHERE key % 3 = 0"
_EVENTS = """
INSERT INTO events (at, actor, type, subject, payload)
SELECT created_at, created_by, 'bead.created', id, '{}' FROM beads ORDER BY key
"""


def identity(key: int) -> str:
    """The id of the bead with that number."""
    scattered = key * 48271 % 60466171
    return "we-" + "".join(DIGITS[scattered // 36**place % 36] for place in (4, 3, 2, 1, 0))


def mixed(path: Path, beads: int) -> Path:
    """As it may look after years: 6 of 10 closed, each twentieth an epic, every second open one waits for another."""
    steps = [
        _beads(beads, "CASE WHEN i % 20 = 0 THEN 'epic' ELSE 'task' END", "iif(i % 10 < 6, 'closed', 'open')"),
        _links("parent-child", "b.key - b.key % 20", "b.key % 20 > 0 AND b.key > 20"),
        _links("blocks", "b.key - 1", "b.key % 2 = 1 AND b.key > 1"),
        _LABELS, *_journal(), _EVENTS,
    ]  # fmt: skip
    return _made(path, steps)


def blocked(path: Path, beads: int) -> Path:
    """Everything is open, and waits for the one before, but one in ten thousand."""
    steps = [
        _beads(beads, "'task'", "'open'"),
        _links("blocks", "b.key - 1", "b.key % 10000 > 0 AND b.key > 1"),
    ]
    return _made(path, steps)


def epics(path: Path) -> Path:
    """For each shape an epic that waits for a bead: it is `key` 1 to 3, and the epic comes after these."""
    first = {shape: 11 + place * DESCENDANTS for place, shape in enumerate(SHAPES)}
    flat, nested, deep = first.values()

    def below(start: int) -> str:
        return f"b.key > {start} AND b.key < {start + DESCENDANTS}"

    tree = f"{nested} + (b.key - {nested} - 1) / 10"
    steps = [
        _beads(11 + DESCENDANTS * len(SHAPES), "'task'", "'open'"),
        _links("parent-child", str(flat), below(flat)),
        _links("parent-child", tree, below(nested)),
        _links("parent-child", f"iif((b.key - {deep}) % {CHAIN} = 1, {deep}, b.key - 1)", below(deep)),
        *(_links("blocks", str(1 + at), f"b.key = {start}") for at, start in enumerate(first.values())),
    ]
    return _made(path, steps)


def _beads(beads: int, type_: str, status: str) -> str:
    numbers = _NUMBERS.format(beads=beads)
    return _BEADS.format(numbers=numbers, id=_ID, rigs=RIGS, type=type_, status=status, time=TIME)


def _links(kind: str, other: str, which: str) -> str:
    return _LINKS.format(kind=kind, other=other, which=which, time=TIME)


def _journal() -> Iterator[str]:
    """The statements with which a journal begins, as the migration has them."""
    migration = Path(gastown.ledger.__file__).parent / "migrations" / "0003_kept_by_triggers.sql"
    for statement in migration.read_text().partition(JOURNAL_BEGINS)[2].split(";\n"):
        if statement.strip():
            yield statement


def _made(path: Path, steps: list[str]) -> Path:
    with closing(Database(path, create=True)) as ledger:
        with ledger.transaction():
            ledger.define(f"PRAGMA cache_size = -{ROOM_KIBIBYTES}")
            with derived.without_triggers(ledger):
                for step in steps:
                    ledger.define(step)
            derived.rebuild(ledger)
        ledger.checkpoint()
    return path
