"""What people write into a bead's fields, checked."""

from collections.abc import Iterable, Sequence

from gastown.domain.beads import FILED_TYPES, UNFIT, is_visible
from gastown.errors import Invalid

LONGEST_TEXT = 1_000_000
"""Characters of a description, a design, a comment, …: they go to agents, and twice into the journal."""

LONGEST_LABEL = 100
LONGEST_WORD = 500
"""Characters of what is one line but no title: an assignee, a reference, a reason."""

PRIORITIES = {str(number): number for number in range(5)} | {f"P{number}": number for number in range(5)}


def check_text(text: str, what: str) -> str:
    """Give the text back. Raises Invalid when it is too long, or holds what no text may hold."""
    if len(text) > LONGEST_TEXT:
        raise Invalid(
            f"the {what} has {len(text):,} characters; {LONGEST_TEXT:,} are the most",
            "put it into a file of the repository, and name that here",
        )
    if "\x00" in text:
        raise Invalid(f"the {what} cannot be kept: it holds a NUL character", "it is no text; leave it out")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise Invalid(f"the {what} cannot be kept: it is not valid UTF-8", "write it again as UTF-8")
    return text


def check_line(text: str, what: str, longest: int = LONGEST_WORD) -> str:
    """Give the words back on one line. Raises Invalid when they are too long or hold control characters."""
    line = " ".join(text.split())
    if len(line) > longest:
        raise Invalid(f"the {what} has {len(line)} characters; {longest} are the most", "say it in fewer")
    if UNFIT.search(line):
        raise Invalid(f"the {what} holds control characters", "type it again without them")
    return line


def check_label(text: str) -> str:
    """Give the label back. Raises Invalid when it is empty, too long, or has a comma or control characters."""
    label = check_line(text, "label", LONGEST_LABEL)
    if not is_visible(label) or "," in label:
        raise Invalid(f"{text!r} is no label", "labels are words without commas, like urgent or area:web")
    return label


def check_type(text: str) -> str:
    """Give the type back if a bead of it may be filed by hand. Raises Invalid."""
    if text not in FILED_TYPES:
        raise Invalid(f"{text!r} is no type of work", f"types: {', '.join(FILED_TYPES)}")
    return text


def parse_priority(text: str) -> int:
    """The number that `0` to `4` or `P0` to `P4` means. Raises Invalid."""
    number = PRIORITIES.get(text.strip().upper())
    if number is None:
        raise Invalid(f"{text} is no priority", "0 (or P0) is the most urgent, 4 the least; 2 is usual")
    return number


def listed(texts: Iterable[str] | None) -> Sequence[str]:
    """The items of options that may be repeated and may hold several with commas between, without the empty ones."""
    return [item.strip() for text in texts or () for item in text.split(",") if item.strip()]
