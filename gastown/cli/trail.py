"""The story of an agent or a bead: `gt trail`."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from gastown.cli import asked, output
from gastown.cli.parameters import Argument, Json, Option
from gastown.cli.place import here

if TYPE_CHECKING:
    from gastown.views.trail import Trail, TrailLine


def trail(
    what: Annotated[str, Argument("An agent, or a bead and all who worked on it.", metavar="AGENT|BEAD")],
    *,
    most: Annotated[int, Option("How many lines, the newest.", "-n", "--lines", metavar="N")] = 100,
    as_json: Json = False,
) -> None:
    """Tell the story of an agent or a bead in order: slung, started, prompts, commits, handoffs, done, landed."""
    from gastown.views.trail import trail as story

    town = here()
    told = story(town, what, asked.not_negative(most, "--lines"))
    now = town.clock.now()
    output.show(told, lambda shown: _told(shown, now), as_json=as_json)
    for reason in told.cannot_see:
        output.tell(f"cannot be seen: {output.harmless(reason)}")
    if told.lines:
        output.next_steps(f"gt seance {told.about}", f"gt log {told.about}")


def _told(told: "Trail", now: datetime) -> str:
    from gastown.cli.tables import table
    from gastown.cli.times import clock

    head = f" {output.strong(told.about)}" + (f"  {output.harmless(told.title)}" if told.title else "")
    if not told.lines:
        return f"{head}\n   nothing happened yet"
    of_agent = not told.title
    rows = [
        (clock(line.at, now), line.kind, _who(line, of_agent=of_agent), _what(line)) for line in told.lines
    ]
    return "\n".join([head, *table(rows, indent=3, gives_way={3: 20, 2: 8})])


def _who(line: "TrailLine", *, of_agent: bool) -> str:
    """In an agent's story the bead, in a bead's the agent."""
    from gastown.cli.render_list import short

    return (line.bead or "") if of_agent else short(line.agent)


def _what(line: "TrailLine") -> str:
    return f"{line.count} times" if line.count > 1 else line.what
