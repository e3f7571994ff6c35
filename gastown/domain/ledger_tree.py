"""The tree of the ledger's git history: which file holds what, and the lines in it. Text in, text out."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping

from gastown.domain.records import Json, shard

FORMAT_FILE = "format.json"
FORMAT = '{"format": 1}\n'
BEADS = "beads/"
TOWN = "_town"
"""The folder of beads that belong to no rig."""

BLOCK = 1000
"""Assignments a file."""

_RIG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_START = '{"id":"'


def rig_folder(rig: str | None) -> str:
    """The name of a rig's folder; what git or a disk would not take as a name gets one made of its hash."""
    if not rig:
        return TOWN
    return rig if _RIG.fullmatch(rig) else "_" + hashlib.sha256(rig.encode()).hexdigest()[:16]


def bead_path(rig: str | None, bead: str) -> str:
    """The file with a bead's line."""
    return f"{BEADS}{rig_folder(rig)}/{shard(bead)}.jsonl"


def town_folder(town: str) -> str:
    """The folder of what belongs to one town alone."""
    return f"towns/{town}/"


def assignments_path(town: str, generation: int) -> str:
    """The file with an assignment's line."""
    return f"{town_folder(town)}assignments/{generation // BLOCK}.jsonl"


def merge_path(town: str, request: str) -> str:
    """The file with a merge request's line."""
    return f"{town_folder(town)}merges/{shard(request)}.jsonl"


def agents_path(town: str) -> str:
    """The file with the town's agents and their hooks."""
    return f"{town_folder(town)}agents.jsonl"


def town_path(town: str) -> str:
    """The file with the town's name and the highest numbers that it ever gave out."""
    return f"{town_folder(town)}town.json"


def json_line(row: Mapping[str, Json]) -> str:
    """A row as one line, always the same for the same row; empty values are left out."""
    kept = {key: value for key, value in row.items() if value is not None}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def content(lines: Iterable[str]) -> bytes:
    """A file of these lines."""
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass")


def lines_of(file: bytes | None) -> list[str]:
    """The lines of a file; none when there is no file."""
    return [] if file is None else file.decode("utf-8", "surrogatepass").split("\n")[:-1]


def bead_of(line: str) -> str:
    """The id in a bead's line, without reading the rest."""
    if line.startswith(_START):
        start = len(_START)
        found = line[start : line.index('"', start)]
        if "\\" not in found:
            return found
    return str(json.loads(line)["id"])


def edited(file: bytes | None, changes: Mapping[str, str | None]) -> bytes | None:
    """A shard with the lines of these beads replaced, added or (None) taken out; None when nothing is left."""
    lines = {bead_of(line): line for line in lines_of(file)}
    for bead, line in changes.items():
        if line is None:
            lines.pop(bead, None)
        else:
            lines[bead] = line
    return content(lines[bead] for bead in sorted(lines)) if lines else None


def line_of(file: bytes | None, bead: str) -> str | None:
    """The bead's line in a shard."""
    start = f'{_START}{bead}"'.encode()
    if file is None or start not in file:
        return None
    return next((line for line in lines_of(file) if line.startswith(start.decode())), None)
