"""A town that takes files of Beads, and what of its ledger tests look at."""

import io
import json
from collections.abc import Sequence

from gastown.domain.records import Record
from gastown.operations.work import export_beads, import_beads
from gastown.operations.work.import_beads import Import
from gastown.town import Town
from tests.beads_lines import lines_of, text_of
from tests.towns import HUMAN

TABLES = ("beads", "labels", "dependencies", "comments", "readiness", "changes", "events")
LATER, EARLIER = "2099-01-01T00:00:00Z", "2020-01-01T00:00:00Z"


def taken(
    town: Town, given: str | bytes | Sequence[Record], rig: str | None = None, **options: bool
) -> Import:
    """Import these lines, this text or these bytes."""
    text = given if isinstance(given, str | bytes) else text_of(given)
    file = io.BytesIO(text if isinstance(text, bytes) else text.encode())
    return import_beads.import_beads(town, file, "issues.jsonl", by=HUMAN, rig=rig, **options)


def refused(town: Town, given: str | bytes | Sequence[Record]) -> list[tuple[int, str]]:
    """What is wrong, line by line; nothing was changed."""
    before = everything(town)
    found = taken(town, given)
    assert found.problems
    assert (found.created, found.updated) == (0, ())
    assert everything(town) == before
    return [(problem.line, problem.problem) for problem in found.problems]


def written(town: Town, *, everything: bool = False) -> list[Record]:
    """The lines of an export."""
    return lines_of("".join(export_beads.text_of(export_beads.export_beads(town, everything=everything))))


def everything(town: Town) -> dict[str, list[tuple[object, ...]]]:
    """All rows that an import may change."""
    return {table: table_of(town, table) for table in TABLES}


def table_of(town: Town, table: str) -> list[tuple[object, ...]]:
    """All rows of a table."""
    return sorted(rows(town, f"SELECT * FROM {table}"), key=repr)  # noqa: S608 - a table of ours


def rows(town: Town, sql: str, *values: object) -> list[tuple[object, ...]]:
    """What a query gives."""
    connection = town.ledger._connection  # pyright: ignore[reportPrivateUsage] - any query at all
    return [tuple(row) for row in connection.execute(sql, values)]


def column(town: Town, bead: str, name: str) -> object:
    """One column of one bead."""
    return rows(town, f"SELECT {name} FROM beads WHERE id = ?", bead)[0][0]  # noqa: S608 - a column of ours


def ready(town: Town) -> set[object]:
    """Ids of what can be worked on."""
    found = rows(town, "SELECT b.id FROM beads b JOIN readiness r USING (key) WHERE r.open AND r.waits = 0")
    return {row[0] for row in found}


def in_order(lines: Sequence[Record]) -> list[str]:
    """Lines as text that can be compared: 1 is not true there."""
    return [json.dumps(line, sort_keys=True) for line in sorted(lines, key=lambda line: str(line["id"]))]
