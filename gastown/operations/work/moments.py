"""What a person means by a moment, on this computer's clock and in its time zone."""

from datetime import UTC, datetime

from gastown.domain.when import parse_when
from gastown.town import Town


def understood(town: Town, text: str) -> datetime:
    """The moment, in UTC. Raises Invalid."""
    return parse_when(text, town.clock.now().astimezone().replace(tzinfo=None)).astimezone(UTC)
