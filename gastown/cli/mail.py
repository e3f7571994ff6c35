"""Mail (durable messages): `gt mail send`, `gt mail inbox`, `gt mail read`."""

from typing import TYPE_CHECKING, Annotated

from gastown.cli import asked, output
from gastown.cli.parameters import Argument, Json, Option, Up
from gastown.cli.place import caller, here, keep_up
from gastown.cli.texts import DASH, one_dash, read_dash

if TYPE_CHECKING:
    from gastown.operations.sessions.mail import Sent

Who = Annotated[str | None, Argument("An agent, or overseer; nothing: whoever asks.", metavar="AGENT")]


def send(  # noqa: PLR0913 - the options of a command
    to: Annotated[str, Argument("An agent's name or address, or overseer: the human.", metavar="TO")],
    subject: Annotated[str, Argument("What it is about, in one line.")],
    *,
    body: Annotated[str, Option(f"The message. {DASH}", "-m", "--message", metavar="TEXT")] = "",
    urgent: Annotated[
        bool, Option("It cannot wait: its recipient is told at its next prompt.", "--urgent")
    ] = False,
    high: Annotated[bool, Option("It is to be read before the usual mail.", "--high")] = False,
    about: Annotated[str | None, Option("The bead it is about.", "--about", metavar="BEAD")] = None,
    question: Annotated[
        bool,
        Option("It wants an answer: while the human has not closed it, you may end your turn.", "--question"),
    ] = False,
    up: Up = True,
    as_json: Json = False,
) -> None:
    """Send a message (mail): it is kept until it was read. Who sends it is known by the session's credential."""
    from gastown.domain.messages import Kind, Urgency
    from gastown.errors import Invalid
    from gastown.operations.sessions.mail import write
    from gastown.views.inbox import addressee

    one_dash(subject, body)
    if urgent and high:
        raise Invalid("a message is urgent or high, not both", "--urgent, or --high")
    town = here()
    by = caller(town)
    urgency = Urgency.URGENT if urgent else Urgency.HIGH if high else Urgency.NORMAL
    sent = write(
        town, addressee(town, to, by), read_dash(subject), read_dash(body), by=by, urgency=urgency,
        kind=Kind.QUESTION if question else Kind.NOTE, about=about,
    )  # fmt: skip
    output.show(sent, _sent, as_json=as_json)
    keep_up(town, wanted=up)
    output.next_steps("gt mail inbox" if by.is_human else "")


def _sent(sent: "Sent") -> str:
    how = "" if sent.urgency == "normal" else f"  {sent.urgency}"
    return f'sent  {sent.id}  to {sent.recipient}  "{output.harmless(sent.subject)}"{how}'


def inbox(
    who: Who = None,
    *,
    everything: Annotated[bool, Option("What was read, too, the newest first.", "--all")] = False,
    most: Annotated[int, Option("With --all: how many at most.", "-n", "--limit", metavar="N")] = 50,
    as_json: Json = False,
) -> None:
    """List the mail that was not read yet, the most urgent first."""
    from gastown.cli.render_mail import inbox_text
    from gastown.views.inbox import addressee, newest, unread

    most = asked.not_negative(most, "--limit")
    town = here()
    by = caller(town)
    whose = addressee(town, who, by) if who else by.address
    lines = newest(town, whose, most) if everything else unread(town, whose)
    output.show(
        lines,
        lambda found: inbox_text(found, whose, town.clock.now(), quoted=not by.is_human),
        as_json=as_json,
    )
    if not lines and not as_json:
        output.tell(f"no {'' if everything else 'unread '}mail for {whose}")
    elif lines:
        output.next_steps(f"gt mail read {lines[0].id}")


def read(
    message: Annotated[str, Argument("The message's id, or enough of its beginning.", metavar="ID")],
    *,
    as_json: Json = False,
) -> None:
    """Show a message whole; when it is for whoever asks, it is read then."""
    from gastown.cli.render_mail import letter_text
    from gastown.operations.sessions.mail import seen
    from gastown.views.inbox import letter

    town = here()
    by = caller(town)
    found = letter(town, message)
    output.show(
        found, lambda one: letter_text(one, town.clock.now(), quoted=not by.is_human), as_json=as_json
    )
    output.flush()
    seen(town, found.id, by=by)
    if found.kind == "question" and found.is_open and found.recipient == by.address:
        output.next_steps(f'gt mail send {found.sender} "…"', f"bd close {found.id}")
