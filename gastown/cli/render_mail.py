"""Mail as text; for agents in frames that what others wrote cannot close."""

from collections.abc import Sequence
from datetime import datetime

from gastown.cli.output import harmless
from gastown.cli.tables import table
from gastown.cli.times import ago, clock
from gastown.domain.briefing_text import printable, quote
from gastown.views.inbox import Letter, MailLine
from gastown.views.names import short_name

LONGEST = 200_000
"""Characters of a message that an agent is shown at once; its CLI takes far fewer from a command."""


def inbox_text(lines: Sequence[MailLine], whose: str, now: datetime, *, quoted: bool) -> str:
    """A line for each message: its id, how urgent it is, from whom, what about, since when."""
    if not lines:
        return ""
    rows = [
        (
            line.id,
            _urgency(line),
            short_name(line.sender),
            line.subject,
            line.about or "",
            ago(line.sent_at, now),
        )
        for line in lines
    ]
    text = "\n".join(table(rows, indent=0 if quoted else 1, gives_way={3: 24, 2: 8}))
    return quote(f"mail for {whose}", text, LONGEST, "gt mail read ID").strip("\n") if quoted else text


def _urgency(line: MailLine) -> str:
    if line.is_unread and line.urgency == "normal":
        return "new"
    return line.urgency if line.is_unread else "read"


def letter_text(letter: Letter, now: datetime, *, quoted: bool) -> str:
    """The message with who wrote it and when; its words are only said to be theirs."""
    urgency = "" if letter.urgency == "normal" else f"  {letter.urgency}"
    facts = [
        f"{letter.id}  {letter.kind}{urgency}",
        f"from   {short_name(letter.sender)}  {clock(letter.sent_at, now)}",
        f"to     {short_name(letter.recipient)}",
        *([f"about  {harmless(letter.about)}"] if letter.about else []),
    ]
    if quoted:
        body = f"{letter.subject}\n\n{letter.body}" if letter.body.strip() else letter.subject
        whole = f"gt mail read {letter.id} --json"
        return "\n".join(facts) + quote(f"what {letter.sender} writes", body, LONGEST, whole).rstrip("\n")
    body = f"\n\n{printable(letter.body).strip()}" if letter.body.strip() else ""
    return "\n".join([*facts, "", harmless(letter.subject)]) + body
