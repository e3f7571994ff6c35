"""Filing beads (work items): `bd create`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from gastown.cli import output
from gastown.cli.parameters import Argument, Json, Option, Up
from gastown.cli.place import caller, here, keep_up
from gastown.cli.texts import DASH, file_or_input, one_dash, read_dash

if TYPE_CHECKING:
    from gastown.domain.beads import Bead
    from gastown.domain.filing import Filing
    from gastown.town import Town


def create(  # noqa: PLR0913 - a bead's own fields
    title: Annotated[str | None, Argument("What is to be done, in one line.")] = None,
    *,
    description: Annotated[
        str, Option(f"The whole story. {DASH}", "-d", "--description", metavar="TEXT")
    ] = "",
    design: Annotated[str, Option(f"How it is meant to be done. {DASH}", metavar="TEXT")] = "",
    acceptance: Annotated[str, Option(f"What must hold when it is done. {DASH}", metavar="TEXT")] = "",
    notes: Annotated[str, Option(f"What else is to be known. {DASH}", metavar="TEXT")] = "",
    type: Annotated[  # noqa: A002 - as typed
        str, Option("task, bug, feature, epic, chore or decision.", "-t", "--type", metavar="TYPE")
    ] = "task",
    priority: Annotated[
        str, Option("0 (or P0) is the most urgent, 4 the least.", "-p", "--priority", metavar="N")
    ] = "2",
    parent: Annotated[str, Option("What it is a part of, like an epic.", metavar="BEAD")] = "",
    deps: Annotated[
        list[str] | None,
        Option("What it waits for, or KIND:BEAD for another link; commas between.", metavar="BEAD"),
    ] = None,
    label: Annotated[
        list[str] | None, Option("Labels, commas between.", "-l", "--label", metavar="LABEL")
    ] = None,
    assignee: Annotated[str, Option("Whose it is.", metavar="WHO")] = "",
    due: Annotated[str, Option("By when: 2026-12-01, +3d, friday.", metavar="WHEN")] = "",
    defer: Annotated[str, Option("Not ready before then.", metavar="WHEN")] = "",
    external_ref: Annotated[str, Option("What it is called elsewhere.", metavar="TEXT")] = "",
    id: Annotated[str, Option("An id from elsewhere, like issue-123.", metavar="ID")] = "",  # noqa: A002 - as typed
    rig: Annotated[str | None, Option("The rig (project) it belongs to.", metavar="RIG")] = None,
    ephemeral: Annotated[bool, Option("A wisp: it never leaves this town's ledger.", "--ephemeral")] = False,
    file: Annotated[
        str,
        Option("Files every bead of a Markdown or JSONL file; a dash: of standard input.", "-f", "--file"),
    ] = "",
    up: Up = True,
    as_json: Json = False,
) -> None:
    """File a bead (a work item) and give its id; with --file many at once, all or none.

    Without --rig it belongs to its parent's rig, else to that of the present folder, else to the only one, else to
    the town.
    """
    town = here()
    if file:
        _file_many(town, file, title, rig, up=up, as_json=as_json)
        return
    from gastown.domain.fields import listed, parse_priority
    from gastown.domain.filing import Filing, leanings

    one_dash(description, design, acceptance, notes)
    filing = Filing(
        title=title or "", rig=rig, id=id, description=read_dash(description), design=read_dash(design),
        acceptance=read_dash(acceptance), notes=read_dash(notes), type=type.strip().lower(),
        priority=parse_priority(priority), assignee=assignee, external_ref=external_ref, ephemeral=ephemeral,
        parent=parent, deps=leanings(listed(deps)), labels=tuple(listed(label)),
    )  # fmt: skip
    _file_one(town, _timed(town, filing, due, defer), up=up, as_json=as_json)


def _timed(town: "Town", filing: "Filing", due: str, defer: str) -> "Filing":
    if not due and not defer:
        return filing
    from gastown.operations.work.moments import understood

    return filing._replace(
        due=understood(town, due) if due else None, defer_until=understood(town, defer) if defer else None
    )


def _file_one(town: "Town", filing: "Filing", *, up: bool, as_json: bool) -> None:
    from gastown.operations.work.create import file

    bead = file(town, filing, by=caller(town))
    output.show(bead, _line, as_json=as_json)
    keep_up(town, wanted=up)
    output.next_steps(f"gt sling {bead.id}", f"bd dep add {bead.id} OTHER", f"bd show {bead.id}")


def _file_many(
    town: "Town", name: str, title: str | None, rig: str | None, *, up: bool, as_json: bool
) -> None:
    from gastown.errors import Invalid
    from gastown.operations.work.create_many import create_many

    if title is not None:
        raise Invalid("a file has its own titles", f"bd create -f {name}")
    made = create_many(town, file_or_input(name), rig=rig, by=caller(town))
    output.show(made, _lines, as_json=as_json)
    keep_up(town, wanted=up)
    output.next_steps("bd ready", f"gt sling {made[0].id}")


def _lines(made: "Sequence[Bead]") -> str:
    return "\n".join(_line(bead) for bead in made)


def _line(made: "Bead") -> str:
    return f'created  {made.id}  "{output.harmless(made.title)}"'
