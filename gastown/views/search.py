"""Beads by the words in them."""

from gastown.errors import Invalid
from gastown.ledger import search as full_text
from gastown.ledger.search import SearchResult
from gastown.town import Town


def search(town: Town, words: str, *, closed: bool, rig: str | None, most: int) -> SearchResult:
    """What has all these words, the best first; closed beads too if wanted.

    Raises Invalid when there is nothing to look for, NotFound for an unknown rig.
    """
    if not words.strip():
        raise Invalid("there is nothing to look for", "bd search WORDS")
    name = town.rig(rig).name if rig is not None else None
    with town.ledger.snapshot() as ledger:
        return full_text.search(ledger, words, closed=closed, rig=name, most=most)
