"""Changing beads (work items): `bd update`, `bd comment`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from gastown.cli import output
from gastown.cli.parameters import Argument, Json, Option, Up
from gastown.cli.place import caller, here, keep_up
from gastown.cli.texts import DASH, one_dash, read_dash, read_dash_or_none

if TYPE_CHECKING:
    from gastown.operations.work.comment import Commented
    from gastown.operations.work.update import Updated

Beads = Annotated[list[str], Argument("Beads: their ids, or enough of their beginnings.", metavar="BEAD")]


def update(  # noqa: PLR0913 - a bead's own fields
    beads: Beads,
    *,
    claim: Annotated[
        bool, Option("Make it your own work, in progress; only one of all who try has it.", "--claim")
    ] = False,
    status: Annotated[
        str | None, Option("open, in_progress, blocked, deferred or pinned.", metavar="STATUS")
    ] = None,
    title: Annotated[str | None, Option("What is to be done, in one line.", metavar="TEXT")] = None,
    description: Annotated[
        str | None, Option(f"The whole story. {DASH}", "-d", "--description", metavar="TEXT")
    ] = None,
    design: Annotated[str | None, Option(f"How it is meant to be done. {DASH}", metavar="TEXT")] = None,
    acceptance: Annotated[
        str | None, Option(f"What must hold when it is done. {DASH}", metavar="TEXT")
    ] = None,
    notes: Annotated[str | None, Option(f"What else is to be known. {DASH}", metavar="TEXT")] = None,
    append_notes: Annotated[str | None, Option(f"What to add to the notes. {DASH}", metavar="TEXT")] = None,
    type: Annotated[  # noqa: A002 - as typed
        str | None, Option("task, bug, feature, epic, chore or decision.", "-t", "--type", metavar="TYPE")
    ] = None,
    priority: Annotated[
        str | None, Option("0 (or P0) is the most urgent, 4 the least.", "-p", "--priority", metavar="N")
    ] = None,
    assignee: Annotated[str | None, Option("Whose it is.", metavar="WHO")] = None,
    due: Annotated[str | None, Option("By when: 2026-12-01, +3d, friday.", metavar="WHEN")] = None,
    defer: Annotated[str | None, Option("Not ready before then.", metavar="WHEN")] = None,
    external_ref: Annotated[str | None, Option("What it is called elsewhere.", metavar="TEXT")] = None,
    add_label: Annotated[
        list[str] | None, Option("Labels to put on, commas between.", metavar="LABEL")
    ] = None,
    remove_label: Annotated[
        list[str] | None, Option("Labels to take off, commas between.", metavar="LABEL")
    ] = None,
    parent: Annotated[str | None, Option("Moves it beneath that bead.", metavar="BEAD")] = None,
    up: Up = True,
    as_json: Json = False,
) -> None:
    """Change beads; an empty text empties a field that may be empty (--due "", --assignee "", --parent "")."""
    from gastown.domain.fields import listed
    from gastown.operations.work.update import Changes
    from gastown.operations.work.update import update as change

    town = here()
    one_dash(description, design, acceptance, notes, append_notes)
    changes = Changes(
        title=title, description=read_dash_or_none(description), design=read_dash_or_none(design),
        acceptance=read_dash_or_none(acceptance), notes=read_dash_or_none(notes),
        append_notes=read_dash_or_none(append_notes), type=type and type.strip().lower(), priority=priority,
        assignee=assignee,
        external_ref=external_ref, due=due, defer_until=defer, status=status, parent=parent,
        add_labels=listed(add_label), remove_labels=listed(remove_label), claim=claim,
    )  # fmt: skip
    done = change(town, beads, changes, by=caller(town))
    output.show(done, lambda all_of_it: _updated(all_of_it, claim=claim), as_json=as_json)
    if any(one.changed or one.claimed for one in done):
        keep_up(town, wanted=up)
    output.next_steps(f"bd show {done[0].id}", *([f"bd close {done[0].id}"] if claim else []))


def _updated(done: "Sequence[Updated]", *, claim: bool) -> str:
    return "\n".join(_update_line(one, claim=claim) for one in done)


def _update_line(one: "Updated", *, claim: bool) -> str:
    word = (
        "updated" if one.changed else "claimed" if one.claimed else "claimed before" if claim else "unchanged"
    )
    parts = [*(["claimed"] if one.claimed and one.changed else []), *one.changed]
    told = f"  {output.harmless(', '.join(parts))}" if parts else ""
    return f'{word}  {one.id}  "{output.harmless(one.title)}"{told}{was_work_of(one.taken_from)}'


def was_work_of(somebody: str | None) -> str:
    """What a person is told who took claimed work from somebody."""
    return f"  it was {output.harmless(somebody)}'s work" if somebody else ""


def comment(
    bead: Annotated[str, Argument("The bead's id, or enough of its beginning.")],
    text: Annotated[str, Argument(f"What is to be said. {DASH}")],
    *,
    up: Up = True,
    as_json: Json = False,
) -> None:
    """Write a comment beneath a bead. Comments are not edited: write another."""
    from gastown.operations.work.comment import comment as write

    town = here()
    made = write(town, bead, read_dash(text), by=caller(town))
    output.show(made, _commented, as_json=as_json)
    keep_up(town, wanted=up)
    output.next_steps(f"bd show {made.bead}")


def _commented(made: "Commented") -> str:
    return f"commented  {made.bead}  as {output.harmless(made.author)}"
