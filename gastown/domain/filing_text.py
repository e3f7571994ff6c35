"""Many beads written down in one text, Markdown or JSON lines, as what is to be filed.

Markdown: each `## Title` is a bead, what follows its description, and `### Priority` and the like its fields.
JSON lines: each line an object with the names of the options of `bd create`.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from gastown.domain.fields import listed, parse_priority
from gastown.domain.filing import TEXTS, Filing, checked
from gastown.domain.filing_draft import FIELDS, LISTS, ONE_LINE, Draft, known_field
from gastown.domain.filing_markdown import sections
from gastown.domain.filing_names import Names, without_circles
from gastown.domain.records import Json
from gastown.errors import Invalid

MOST_PROBLEMS = 20
"""How many of them are told; the first ones mostly explain the rest."""

YES, NO = ("true", "yes", "1"), ("false", "no", "0", "")


def read_filings(text: str, when: Callable[[str], datetime]) -> Sequence[Filing]:
    """What the text says is to be filed; `when` understands moments.

    A parent or a dependency that is in the text too is given as `#1`, `#2`, … by its place there. Raises Invalid
    with all that is wrong, line by line.
    """
    drafts = list(_drafts(text.removeprefix("\ufeff")))
    if not drafts:
        raise Invalid(
            "there is no bead in this", 'each begins with "## Title", or is a JSON object on a line'
        )
    names = Names([_labelled(draft) for draft in drafts])
    filings, problems = list[Filing](), list[str]()
    for draft in drafts:
        try:
            filings.append(_filing(draft, names, when))
        except Invalid as error:
            problems.append(f"{draft.place}: {error.message}")
    problems += [] if problems else without_circles(filings)
    if problems:
        raise complaint(problems)
    return filings


def complaint(problems: Sequence[str]) -> Invalid:
    """All that is wrong with a text, as one error."""
    what = "one thing is" if len(problems) == 1 else f"{len(problems)} things are"
    rest = len(problems) - MOST_PROBLEMS
    more = [f"… and {rest} more"] if rest > 0 else []
    return Invalid(f"{what} wrong here, so nothing was filed", "\n".join([*problems[:MOST_PROBLEMS], *more]))


def _drafts(text: str) -> Iterator[Draft]:
    if text.lstrip().startswith(("{", "[")):
        return _objects(text)
    return sections(text)


def _objects(text: str) -> Iterator[Draft]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield _object(f"line {number}", line)


def _object(place: str, line: str) -> Draft:
    try:
        found: Json = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Draft(place, {}, f"no JSON ({error})")
    if not isinstance(found, dict):
        return Draft(place, {}, 'no JSON object: each line is one, like {"title": "…"}')
    fields: dict[str, Sequence[str]] = {}
    for key, value in found.items():
        field = known_field(key)
        if field is None:
            return Draft(place, fields, f"{key!r} is no field; fields: {', '.join(FIELDS)}")
        texts = _texts(field, value)
        if texts is None:
            return Draft(place, fields, f"{key!r} cannot be {json.dumps(value)[:60]}")
        fields[field] = texts
    return Draft(place, fields)


def _texts(field: str, value: Json) -> Sequence[str] | None:
    """A value of JSON as texts; None where it does not fit the field."""
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    if field == "ephemeral" and isinstance(value, bool):
        return (str(value).lower(),)
    if field == "priority" and isinstance(value, int) and not isinstance(value, bool):
        return (str(value),)
    if field in LISTS and isinstance(value, list):
        items = [item for item in value if isinstance(item, str)]
        return items if len(items) == len(value) else None
    return None


def _labelled(draft: Draft) -> tuple[str, str, str]:
    """Its title, id and name, as far as it has them."""
    title, identity, name = ("".join(draft.fields.get(field, ())) for field in ("title", "id", "name"))
    return title, identity, name


def _filing(draft: Draft, names: Names, when: Callable[[str], datetime]) -> Filing:
    """The filing that the draft means. Raises Invalid."""
    if draft.problem:
        raise Invalid(draft.problem)
    one = {field: _one_line(field, draft.fields.get(field, ())) for field in ONE_LINE}
    body = {field: "\n".join(draft.fields.get(field, ())) for field in TEXTS}
    names.must_be_alone(one["name"])
    return checked(
        Filing(
            title=one["title"], rig=one["rig"] or None, id=one["id"], name=one["name"], place=draft.place, **body,
            type=one["type"].lower() or "task", priority=parse_priority(one["priority"] or "2"),
            assignee=one["assignee"], external_ref=one["external_ref"],
            due=when(one["due"]) if one["due"] else None,
            defer_until=when(one["defer"]) if one["defer"] else None,
            ephemeral=_yes(one["ephemeral"]), parent=names.meant(one["parent"]) if one["parent"] else "",
            deps=tuple(names.leanings(draft.fields.get("deps", ()))),
            labels=tuple(listed(draft.fields.get("labels", ()))),
        )
    )  # fmt: skip


def _one_line(field: str, texts: Sequence[str]) -> str:
    lines = [line.strip() for text in texts for line in text.splitlines() if line.strip()]
    if len(lines) > 1:
        raise Invalid(f"{field} holds {len(lines)} lines; it takes one")
    return lines[0] if lines else ""


def _yes(word: str) -> bool:
    if word.lower() not in YES + NO:
        raise Invalid(f"ephemeral is true or false, not {word!r}")
    return word.lower() in YES
