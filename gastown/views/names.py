"""Agents by the names that people call them."""

from gastown.domain.identity import parse_address
from gastown.errors import Invalid


def short_name(address: str) -> str:
    """An address as people say it; what is none stays as it is, on one line."""
    try:
        return parse_address(address).short
    except Invalid:
        from gastown.domain.briefing_text import one_line

        return one_line(address)
