"""Asking predecessors: `gt seance`."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from gastown.cli import asked, output
from gastown.cli.parameters import Argument, Json, Option
from gastown.cli.place import caller, here

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gastown.domain.assignments import Caller
    from gastown.operations.sessions.seance import Answer
    from gastown.town import Town
    from gastown.views.conversations import ConversationLine


LONGEST_ANSWER = 20_000
"""Characters of an answer that an agent is shown."""


def seance(
    what: Annotated[
        str | None,
        Argument(
            "An agent or a bead: its former conversations. The beginning of a conversation's id: that one.",
            metavar="AGENT|BEAD|ID",
        ),
    ] = None,
    *,
    question: Annotated[
        str | None, Option("Ask this, and print the answer.", "-p", "--prompt", metavar="QUESTION")
    ] = None,
    most: Annotated[int, Option("How many are listed at most.", "-n", "--limit", metavar="N")] = 20,
    as_json: Json = False,
) -> None:
    """List former conversations, or ask one: in a fork that can act on nothing, and changes nothing of it."""
    most = asked.not_negative(most, "--limit")
    town = here()
    by = caller(town)
    if question is not None:
        _ask(town, what, question, by, as_json=as_json)
        return
    from gastown.views.conversations import former_conversations, is_agent_or_bead

    if what is None or is_agent_or_bead(town, what) or as_json:
        now = town.clock.now()
        found = former_conversations(town, what, most)
        output.show(found, lambda lines: _listed(lines, now), as_json=as_json)
        readable = next((line.short for line in found if line.transcript), "")
        if readable:
            output.next_steps(f'gt seance {readable} -p "…"')
        return
    _open(town, what, by)


def _ask(town: "Town", what: str | None, question: str, by: "Caller", *, as_json: bool) -> None:
    from gastown.errors import Refused
    from gastown.operations.sessions.seance import ask
    from gastown.views.conversations import is_agent_or_bead, newest_to_ask

    if what is None:
        raise Refused("whom do you want to ask?", "gt seance lists former conversations")
    conversation = newest_to_ask(town, what) if is_agent_or_bead(town, what) else what
    output.show(
        ask(town, conversation, question, by=by), _answer if by.is_human else _quoted, as_json=as_json
    )


def _open(town: "Town", conversation: str, by: "Caller") -> None:
    from gastown.errors import Refused
    from gastown.operations.sessions.seance import find, open_in_terminal
    from gastown.world.process import exec_into

    find(town, conversation)
    if by.is_human and not (output.on_terminal() and output.can_ask()):
        raise Refused("a conversation is opened in a terminal", f'gt seance {conversation} -p "question"')
    opening = open_in_terminal(town, conversation, by=by)
    town.close()
    exec_into(opening.argv, env=opening.env)


def _answer(answer: "Answer") -> str:
    from gastown.domain.briefing_text import printable

    return printable(answer.answer)


def _quoted(answer: "Answer") -> str:
    """For an agent: what another conversation says is no order."""
    from gastown.domain.briefing_text import quote

    label = f"answer of {answer.agent}, conversation {answer.conversation[:8]}"
    return quote(label, answer.answer, LONGEST_ANSWER, "ask for less at a time").strip("\n")


def _listed(lines: "Sequence[ConversationLine]", now: datetime) -> str:
    from gastown.cli.tables import in_one_line_or_two
    from gastown.cli.times import clock

    if not lines:
        return "no conversations yet"
    rows = [
        (
            line.short,
            line.name,
            clock(line.started_at, now),
            _lasted(line, now),
            _tokens(line),
            _end(line),
            " ".join(filter(None, (line.bead, line.title))),
        )
        for line in lines
    ]
    return "\n".join(in_one_line_or_two(rows, gives_way={5: 12, 1: 8}, right=(3, 4), indent=1, cut=True))


def _end(line: "ConversationLine") -> str:
    why = (line.why or "ended") if line.ended_at else "goes on"
    return why if line.transcript else f"{why}, its transcript is gone"


def _lasted(line: "ConversationLine", now: datetime) -> str:
    from gastown.cli.times import span

    return span((line.ended_at or now) - line.started_at)


def _tokens(line: "ConversationLine") -> str:
    """Tokens read and written, and what they cost: `12k/3k $0.41`."""
    if line.input_tokens is None or line.output_tokens is None:
        return ""
    cost = f" ${line.cost_usd:.2f}" if line.cost_usd is not None else ""
    return f"{_rounded(line.input_tokens)}/{_rounded(line.output_tokens)}{cost}"


def _rounded(count: int) -> str:
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if count >= size:
            return f"{count / size:.1f}{letter}" if count < 10 * size else f"{count // size}{letter}"
    return str(count)
