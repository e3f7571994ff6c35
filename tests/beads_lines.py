"""Files as Beads writes them, of several ages, with contents of our own; and a strategy that makes more of them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from gastown.domain.records import Json, Record

FILES = Path(__file__).parent / "beads_files"
OF_2025 = (FILES / "of_2025.jsonl").read_text(encoding="utf-8")
OF_2026 = (FILES / "of_2026.jsonl").read_text(encoding="utf-8")
WISP = (
    '{"id":"bd-wisp-1a","title":"Look around","status":"open","priority":2,"issue_type":"molecule","ephemeral":true,'
    '"created_at":"2026-05-25T04:50:04Z","updated_at":"2026-05-25T04:50:04Z"}\n'
)
MEMORY = '{"_type":"memory","key":"oil","value":"The oil is in the shed"}\n'
HEADER = '{"_schema":"beads-jsonl/1","_sort":"stable-v1"}\n'


def a_line(identity: str, **fields: Json) -> Record:
    """A plain open task as Beads writes it."""
    return {
        "id": identity, "title": f"Do {identity}", "status": "open", "priority": 2, "issue_type": "task",
        "created_at": "2026-01-02T03:04:05.123456789+01:00", "created_by": "ann",
        "updated_at": "2026-01-02T03:04:05.123456789+01:00", **fields,
    }  # fmt: skip


def leaning(identity: str, on: str, kind: str = "blocks") -> Record:
    """A dependency as Beads writes it."""
    return {
        "issue_id": identity, "depends_on_id": on, "type": kind,
        "created_at": "2026-01-02T03:04:05Z", "created_by": "ann", "metadata": "{}",
    }  # fmt: skip


def text_of(lines: Sequence[Record]) -> str:
    """The file of these lines."""
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def lines_of(text: str) -> list[Record]:
    """The lines of a file."""
    return [json.loads(line) for line in text.split("\n") if line]


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
WORD = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=12)
JSON: SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
ZONES = st.sampled_from(["Z", "+00:00", "-08:00", "+11:00", "+05:30"])
TIMES = st.builds(
    "{}-{}{}{}".format,
    st.integers(1971, 2099),
    st.sampled_from(["01-02T03:04:05", "12-31T23:59:59", "02-28T00:00:00"]),
    st.sampled_from(["", ".1", ".123", ".12345", ".123456", ".999999999", ".000"]),
    ZONES,
)
STATUSES = st.sampled_from(
    ["open", "in_progress", "blocked", "deferred", "closed", "pinned", "hooked", "tombstone", "", "waiting"]
)
TYPES = st.sampled_from(
    ["task", "bug", "feature", "epic", "chore", "decision", "message", "spike", "", "errand"]
)
LOOSE = st.sampled_from(["related", "relates-to", "discovered-from", "tracks", "validates", "until"])


def _maybe(**fields: "SearchStrategy[Any]") -> SearchStrategy[Record]:
    """Some of these fields."""
    return st.fixed_dictionaries({}, optional=fields)


@st.composite
def a_file(draw: st.DrawFn) -> list[Record]:
    """Up to six beads that lean on each other, each with any of the fields that Beads ever wrote, and unknown ones."""
    count = draw(st.integers(1, 6))
    prefix = draw(st.sampled_from(["bd", "my-app", "my_app", "0xScada"]))
    names = [f"{prefix}-{number:03x}{'.1' if number % 3 == 2 else ''}" for number in range(count)]
    return [_drawn_line(draw, name, names[:place]) for place, name in enumerate(names)]


def _drawn_line(draw: st.DrawFn, name: str, before: list[str]) -> Record:
    line: Record = {"id": name, "title": draw(TEXT.filter(lambda text: bool(text.strip())))}
    line |= draw(
        _maybe(
            description=TEXT, design=TEXT, acceptance_criteria=TEXT, notes=TEXT, status=STATUSES,
            priority=st.integers(0, 4), issue_type=TYPES, assignee=TEXT, owner=TEXT, created_at=TIMES,
            created_by=TEXT, updated_at=TIMES, started_at=TIMES | st.none(), closed_at=TIMES | st.none(),
            close_reason=TEXT, due_at=TIMES, defer_until=TIMES, external_ref=TEXT | st.none(), metadata=JSON,
            labels=st.lists(TEXT, max_size=3) | st.none(), pinned=st.booleans(), is_template=st.booleans(),
        )
    )  # fmt: skip
    line |= draw(
        _maybe(
            _type=st.just("issue"), estimated_minutes=st.integers(0, 999), compaction_level=st.integers(0, 2),
            content_hash=WORD, source_repo=st.just("."), deleted_at=TIMES, deleted_by=TEXT, delete_reason=TEXT,
            original_type=TYPES, dependency_count=st.integers(0, 9), closed_by=TEXT, uid=st.uuids().map(str), rig=WORD,
            written=JSON,
        )
    )  # fmt: skip
    for key, value in draw(st.dictionaries(WORD, JSON, max_size=2)).items():
        line[f"x_{key}"] = value
    if dependencies := _drawn_dependencies(draw, name, before):
        line["dependencies"] = dependencies
    if draw(st.booleans()):
        line["comments"] = draw(
            _lists(
                _maybe(
                    id=st.integers() | WORD,
                    issue_id=st.just(name),
                    author=TEXT,
                    text=TEXT,
                    created_at=TIMES,
                    x=JSON,
                ),
                max_size=4,
            )
        )
    return line


def _lists(of: SearchStrategy[Record], *, max_size: int) -> "SearchStrategy[list[Json]]":
    return st.lists(of, max_size=max_size).map(list[Json])


def _drawn_dependencies(draw: st.DrawFn, name: str, before: list[str]) -> list[Json]:
    on = st.sampled_from([*before, "external:other:ot-1"])
    kinds = LOOSE | st.sampled_from(["blocks", "waits-for", "conditional-blocks"])
    more = _maybe(created_at=TIMES, created_by=TEXT, metadata=TEXT, thread_id=TEXT, x=JSON)
    found: list[Json] = [
        {"issue_id": name, "depends_on_id": draw(on), "type": draw(kinds), **draw(more)}
        for _ in range(draw(st.integers(0, 3)))
    ]
    if draw(st.booleans()) and before:
        found.append({"depends_on_id": draw(st.sampled_from(before)), "type": "parent-child", **draw(more)})
    return found


NAME = st.text("abcdefgh XYZ", min_size=1, max_size=8).filter(
    lambda text: text == " ".join(text.split()) != ""
)


@st.composite
def a_usual_line(draw: st.DrawFn) -> Record:
    """A line as nearly all are."""
    line: Record = {
        "id": "bd-1", "title": draw(NAME), "status": draw(st.sampled_from(["open", "in_progress", "blocked"])),
        "priority": draw(st.integers(0, 4)), "issue_type": draw(st.sampled_from(["task", "epic"])),
        "created_at": draw(TIMES), "updated_at": draw(TIMES),
    }  # fmt: skip
    line |= draw(
        _maybe(
            created_by=NAME, description=TEXT.filter(lambda text: "\0" not in text), labels=st.lists(NAME, min_size=1),
            due_at=TIMES, dependency_count=st.integers(0, 3), x=JSON,
        )
    )  # fmt: skip
    if draw(st.booleans()):
        line["comments"] = [
            {
                "issue_id": "bd-1",
                "author": draw(NAME),
                "text": draw(NAME),
                "created_at": draw(TIMES),
                "id": number,
            }
            for number in range(draw(st.integers(1, 3)))
        ]
    more = _maybe(metadata=st.just("{}"), thread_id=TEXT)
    kinds = draw(st.lists(st.sampled_from(["blocks", "parent-child", "related"]), unique=True))
    if kinds:
        line["dependencies"] = [
            {
                "issue_id": "bd-1", "depends_on_id": draw(st.sampled_from(["bd-2", "bd-3"])), "type": kind,
                "created_at": draw(TIMES), "created_by": draw(TEXT), **draw(more),
            }
            for kind in kinds
        ]  # fmt: skip
    return line
