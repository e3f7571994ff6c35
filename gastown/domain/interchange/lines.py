"""Lines of Beads' own files (`.beads/issues.jsonl`): from bytes to one JSON object, or what is wrong with them."""

import json
import math
from collections.abc import Mapping

from gastown.domain.records import Json, Record
from gastown.errors import Invalid

LONGEST_LINE = 64 * 1024 * 1024
"""Bytes; Beads reads no longer ones either (the buffer of its own `bd import`)."""

DEEPEST = 400
"""Levels of lists and objects in one line: SQLite's JSON knows a thousand, and some of ours come on top."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
CONFLICT_MARKERS = (b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>")
"""How git marks the two sides of a conflict."""

CONFLICT = "is a mark of a git conflict"


def parse(raw: bytes, *, cut: bool = False) -> Record | None:
    """The JSON object of one line; None for a blank one.

    `cut`: the file ends here without a newline. Raises Invalid, whose message goes on after "line 7: ".
    """
    if len(raw) > LONGEST_LINE:
        raise Invalid(f"is longer than {LONGEST_LINE // 1024**2} MB")
    if raw.startswith(CONFLICT_MARKERS):
        raise Invalid(CONFLICT)
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise Invalid(f"byte {error.start + 1} (0x{raw[error.start]:02x}) is no UTF-8") from error
    if not text or text.isspace():
        return None
    found = _loads(text, cut=cut)
    if not isinstance(found, dict):
        raise Invalid("is no JSON object: every line is one bead, {…}")
    _check_depth(text, found)
    _check_characters(text, found)
    return found


def is_bead(line: Mapping[str, Json]) -> bool:
    """Whether the object is a bead: Beads also writes memories, and a header, into these files."""
    return "_schema" not in line and line.get("_type", "issue") == "issue"


def _loads(text: str, *, cut: bool) -> Json:
    try:
        found: Json = _DECODER.decode(text)
    except RecursionError as error:
        raise Invalid("is nested too deeply") from error
    except json.JSONDecodeError as error:
        raise Invalid(_what_is_wrong(text, error, cut=cut)) from error
    except ValueError as error:  # a number that Python will not read
        raise Invalid(f"is no JSON: {error}") from error
    return found


def _what_is_wrong(text: str, error: json.JSONDecodeError, *, cut: bool) -> str:
    if "\0" in text:
        return f"has a NUL byte at character {text.index(chr(0)) + 1}: the file is damaged"
    if cut:
        return "is cut off: the file ends in the middle of it, without a newline"
    return f"is no JSON: {error.msg[:1].lower()}{error.msg[1:]} at character {error.pos + 1}"


def _refuse(constant: str) -> Json:
    raise ValueError(f"{constant} is no number there")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"{digits[:20]} is out of range")
    return number


_DECODER = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite)


def _check_depth(text: str, found: Json) -> None:
    """Look how deep it goes, where it has brackets enough to be deep at all."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return
    level, depth = [found], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise Invalid("is nested too deeply")
        level = [inner for value in level for inner in _inside(value)]


def _inside(value: Json) -> list[Json]:
    if isinstance(value, dict):
        return [inner for inner in value.values() if isinstance(inner, dict | list)]
    return [inner for inner in value if isinstance(inner, dict | list)] if isinstance(value, list) else []


def _check_characters(text: str, found: Json) -> None:
    """Refuse halves of surrogate pairs: no file and no database can hold them."""
    if "\\ud" not in text and "\\uD" not in text:
        return
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise Invalid("holds half a character (a lone surrogate, \\ud800 to \\udfff)") from error
