"""A Markdown text as drafts of beads: `## Title` begins one, `### Priority` and the like one of its fields."""

import re
from collections.abc import Iterator, Sequence

from gastown.domain.filing import TEXTS
from gastown.domain.filing_draft import FIELDS, LISTS, Draft, known_field

_HEADING = re.compile(r"(##|###)[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_ITEM = re.compile(r"[ \t]*[-*+][ \t]+")


def sections(text: str) -> Iterator[Draft]:
    """The beads of the text; what stands before the first `##` is an introduction and passed over."""
    draft: _Section | None = None
    fence, began = "", 0
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        heading = None if fence else _HEADING.fullmatch(line)
        began = began if fence else number
        fence = _fence(fence, line)
        if heading and heading[1] == "##":
            if draft:
                yield draft.done()
            draft = _Section(number, heading[2])
        elif draft:
            draft.take(line, heading[2] if heading else None)
    if draft:
        yield draft.done(f"the block of code that begins at line {began} has no end" if fence else "")


def _fence(fence: str, line: str) -> str:
    """The mark that ends the block of code in which we are after this line; empty outside of one."""
    found = _FENCE.fullmatch(line)
    if not found:
        return fence
    if not fence:
        return "" if found[1][0] == "`" and "`" in found[2] else found[1]
    return "" if found[1].startswith(fence) and not found[2].strip() else fence


class _Section:
    """One bead of the text as it is read, line by line."""

    def __init__(self, number: int, title: str) -> None:
        self._place = f"line {number} ({title[:40] or 'no title'})"
        self._fields: dict[str, list[str]] = {"title": [title], "description": []}
        self._lines = self._fields["description"]
        self._problem = ""

    def take(self, line: str, heading: str | None) -> None:
        """Take the next line; `heading` if it is one of the third level."""
        field = known_field(heading) if heading is not None else None
        if field == "title":
            field = None
        if field is not None:
            self._lines = self._fields.setdefault(field, [])
            return
        if heading and (like := _alike(heading)):
            self._problem = (
                self._problem or f"{heading!r} is no section: {like.replace('_', '-').capitalize()}?"
            )
        self._lines.append(line)

    def done(self, problem: str = "") -> Draft:
        """All of it; `problem` is what is wrong with its end."""
        return Draft(
            self._place,
            {field: _tidied(field, lines) for field, lines in self._fields.items()},
            self._problem or problem,
        )


def _alike(heading: str) -> str:
    """The field whose name was probably meant; a heading that is like none belongs to the text."""
    from difflib import get_close_matches

    word = "_".join(heading.lower().split())
    return next(iter(get_close_matches(word, FIELDS, 1, 0.8)), "")


def _tidied(field: str, lines: Sequence[str]) -> Sequence[str]:
    """The lines of a section without empty ones around; those of a list without what marks its items."""
    if field in TEXTS:
        text = "\n".join(lines).strip("\n")
        return [text] if text.strip() else []
    return [_ITEM.sub("", line, count=1) if field in LISTS else line for line in lines if line.strip()]
