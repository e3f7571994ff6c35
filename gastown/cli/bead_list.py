"""Lists of beads (work items): `bd list`, `children`, `blocked`, `stale`, `search`."""

from typing import TYPE_CHECKING, Annotated

from gastown.cli import asked, output
from gastown.cli.bead_read import Assignee, Most, Rig
from gastown.cli.parameters import Argument, Json, Option
from gastown.cli.place import here
from gastown.domain.fields import listed

if TYPE_CHECKING:
    from gastown.ledger.lists import BeadList

LISTED = 50
FOUND = 20
DAYS = 30

Statuses = Annotated[
    list[str] | None, Option("Only in this status; several with commas.", "-s", "--status", metavar="STATUS")
]
Types = Annotated[
    list[str] | None, Option("Only of this type; several with commas.", "-t", "--type", metavar="TYPE")
]
Labels = Annotated[list[str] | None, Option("Only with all these labels.", "-l", "--label", metavar="LABEL")]
AnyLabel = Annotated[
    list[str] | None, Option("Only with one of these labels.", "--any-label", metavar="LABEL")
]
Moment = Annotated[str | None, Option("2026-12-01, 7d (ago), yesterday, friday, …", metavar="WHEN")]
Closed = Annotated[bool, Option("Closed ones too.", "--all")]


def list_beads(  # noqa: PLR0913 - every way to choose
    *,
    status: Statuses = None,
    type: Types = None,  # noqa: A002 - as typed
    priority: Annotated[
        str | None, Option("Only of this priority, or 0-2.", "-p", "--priority", metavar="N")
    ] = None,
    assignee: Assignee = None,
    unassigned: Annotated[bool, Option("Only what is assigned to nobody.", "--unassigned")] = False,
    label: Labels = None,
    any_label: AnyLabel = None,
    parent: Annotated[str | None, Option("Only parts of this bead.", metavar="BEAD")] = None,
    rig: Rig = None,
    text: Annotated[str, Option("Only with this in the title or description.", metavar="TEXT")] = "",
    created_after: Moment = None,
    created_before: Moment = None,
    updated_after: Moment = None,
    updated_before: Moment = None,
    closed_after: Moment = None,
    closed_before: Moment = None,
    overdue: Annotated[bool, Option("Only what is past its due date.", "--overdue")] = False,
    ephemeral: Annotated[bool, Option("Only wisps.", "--ephemeral")] = False,
    closed: Closed = False,
    sort: Annotated[
        str, Option("priority, created, updated, closed, id or title.", metavar="FIELD")
    ] = "priority",
    reverse: Annotated[bool, Option("In the opposite order.", "--reverse")] = False,
    most: Most = LISTED,
    long: Annotated[bool, Option("Two lines for each bead.", "--long")] = False,
    as_json: Json = False,
) -> None:
    """List beads by what they are: those that are not closed, urgent first, unless something else is asked for."""
    from gastown.cli.render_list import bead_lines
    from gastown.ledger.lists import Wanted
    from gastown.views.bead_list import bead_list

    town = here()
    wanted = Wanted(
        statuses=asked.statuses(status),
        closed=closed,
        types=asked.types(type),
        priorities=asked.priorities(priority),
        assignees=() if assignee is None else (assignee,),
        unassigned=unassigned,
        labels=tuple(listed(label)),
        any_label=tuple(listed(any_label)),
        parent=parent,
        rig=rig,
        text=text,
        created_after=asked.moment(town, created_after),
        created_before=asked.moment(town, created_before),
        updated_after=asked.moment(town, updated_after),
        updated_before=asked.moment(town, updated_before),
        closed_after=asked.moment(town, closed_after),
        closed_before=asked.moment(town, closed_before),
        overdue=town.clock.now() if overdue else None,
        ephemeral=ephemeral,
        sort=sort,
        reverse=reverse,
        most=asked.most(most),
    )
    found = bead_list(town, wanted)
    if as_json:
        output.say(output.json_text(found.lines))
    elif found.lines:
        output.say(bead_lines(found.lines, town.clock.now(), long=long))
    _tell_more(found)
    if found.lines:
        output.next_steps(f"bd show {found.lines[0].id}")
    elif not as_json:
        output.tell("no bead is like that")
        output.next_steps("bd list --all", 'bd create "What is to be done"')


def _tell_more(found: "BeadList") -> None:
    """On standard error how much was left out: programs that read JSON are told too."""
    if found.more:
        output.tell(f"and {'more than ' if found.at_least else ''}{found.more:,} more: -n 0 shows all")


def children(
    bead: Annotated[str, Argument("A bead's id, or enough of its beginning.")],
    *,
    closed: Closed = False,
    most: Most = LISTED,
    as_json: Json = False,
) -> None:
    """List the parts of a bead, those that are not closed, and say how many are."""
    from gastown.views.bead_list import children as parts_of

    town = here()
    parts = parts_of(town, bead, closed=closed, most=asked.most(most))
    if as_json:
        output.say(output.json_text(parts))
        return
    from gastown.cli.render_list import bead_lines, parts_head

    output.say(parts_head(parts))
    if parts.children.lines:
        output.say(bead_lines(parts.children.lines, town.clock.now()))
    _tell_more(parts.children)
    if not parts.total:
        output.next_steps(f'bd create "A part of it" --parent {parts.id}', f"bd show {parts.id}")
    else:
        output.next_steps(f"bd epic status {parts.id}", f"bd show {parts.id}")


def blocked(*, rig: Rig = None, most: Most = LISTED, as_json: Json = False) -> None:
    """List work that waits: for which beads, because of which parents, or because a person said so."""
    from gastown.views.blocked import blocked as what_waits

    found = what_waits(here(), rig, asked.most(most))
    if as_json:
        output.say(output.json_text(found.lines))
        return
    from gastown.cli.render_reasons import blocked_list

    if found.lines:
        output.say(blocked_list(found.lines))
    if found.more:
        output.tell("and more: -n 0 shows all")
    if found.lines:
        named = next((identity for one in found.lines for identity in one.blockers), found.lines[0].id)
        output.next_steps(f"bd show {named}", "bd ready")
    else:
        output.tell("nothing waits")
        output.next_steps("bd ready")


def stale(
    *,
    days: Annotated[int, Option("For how many days nobody has changed it.", "--days", metavar="N")] = DAYS,
    status: Statuses = None,
    rig: Rig = None,
    most: Most = LISTED,
    as_json: Json = False,
) -> None:
    """List what is not closed and has not been changed for long, the longest forgotten first."""
    from gastown.views.stale import stale as forgotten

    town = here()
    found = forgotten(
        town,
        days=asked.not_negative(days, "--days"),
        statuses=asked.statuses(status),
        rig=rig,
        most=asked.most(most),
    )
    if as_json:
        output.say(output.json_text(found.lines))
        return
    from gastown.cli.render_list import stale_lines

    if found.lines:
        output.say(stale_lines(found.lines, town.clock.now()))
    _tell_more(found)
    if found.lines:
        output.next_steps(f"bd show {found.lines[0].id}")
    else:
        output.tell(f"nothing has been left alone for {days} days")


def search(
    words: Annotated[
        list[str], Argument('Words that it has; wor* is a beginning, "two words" a phrase.', metavar="WORDS")
    ],
    *,
    closed: Closed = False,
    rig: Rig = None,
    most: Most = FOUND,
    as_json: Json = False,
) -> None:
    """Find beads by words in their texts and comments, by id, or by what they are known as elsewhere; best first."""
    from gastown.views.search import search as look_for

    found = look_for(here(), " ".join(words), closed=closed, rig=rig, most=asked.most(most))
    if as_json:
        output.say(output.json_text(found.found))
        return
    from gastown.cli.render_list import found_lines

    if found.found:
        output.say(found_lines(found.found))
    if found.more:
        output.tell("and more: -n 0 shows all")
    if found.found:
        output.next_steps(f"bd show {found.found[0].bead.id}")
    else:
        output.tell("nothing was found" if closed else "nothing open was found")
        output.next_steps("" if closed else f"bd search --all {' '.join(words)}", "bd list")
