"""Interchange with Beads: `bd import`, `bd export`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from gastown.cli import output
from gastown.cli.exits import INVALID
from gastown.cli.parameters import Argument, Json, Option, Up
from gastown.cli.place import caller, here, keep_up
from gastown.errors import Invalid, NotFound

if TYPE_CHECKING:
    from typing import IO

DASH = "-"


def import_beads(
    file: Annotated[str, Argument("A .beads/issues.jsonl; a dash reads standard input.")],
    *,
    rig: Annotated[str | None, Option("The rig (project) that new beads belong to.", metavar="RIG")] = None,
    dry_run: Annotated[bool, Option("Say what would happen, and change nothing.", "--dry-run")] = False,
    skip_missing: Annotated[
        bool, Option("Take beads although what they depend on is missing.", "--skip-missing")
    ] = False,
    with_wisps: Annotated[bool, Option("Take wisps (ephemeral beads), too.", "--with-wisps")] = False,
    up: Up = True,
    as_json: Json = False,
) -> int | None:
    """Take the beads of Beads' own file (.beads/issues.jsonl) into the ledger: all of them, or none.

    What is newer in the file is taken, what is newer here stays; importing twice changes nothing. Fields that
    Gas Town does not have are kept, and written back by bd export. Without --rig a bead belongs to the rig with its
    id's prefix, else to the rig of the present folder, else to the only rig, else to the town.
    """
    from gastown.cli.render_interchange import imported, refused
    from gastown.operations.work.import_beads import import_beads as take

    town = here()
    with _opened(file) as source:
        found = take(
            town,
            source,
            "standard input" if file == DASH else Path(file).name,
            by=caller(town),
            rig=rig,
            dry_run=dry_run,
            skip_missing=skip_missing,
            with_wisps=with_wisps,
        )
    if found.problems:
        output.show(found, lambda _: "", as_json=as_json)
        refused(found)
        return INVALID
    output.show(found, imported, as_json=as_json)
    keep_up(town, wanted=up and not dry_run)
    output.next_steps("bd ready", "" if dry_run else "bd list")
    return None


def export_beads(
    file: Annotated[str, Argument("The file to write; without it, standard output.")] = "",
    *,
    rig: Annotated[str | None, Option("Only beads of this rig (project).", metavar="RIG")] = None,
    status: Annotated[
        list[str], Option("Only beads with this status; may be repeated.", metavar="STATUS")
    ] = [],  # noqa: B006 - as Typer reads it
    everything: Annotated[
        bool, Option("Also what the town made for itself: convoys, merge requests, mail, steps.", "--all")
    ] = False,
    force: Annotated[bool, Option("Write over any file.", "--force")] = False,
) -> None:
    """Write beads as Beads writes them (.beads/issues.jsonl): one a line, sorted by id, always the same.

    What was imported and not changed since is written as it was read. FILE is written whole or not at all; refused
    over a file that is none of Beads, or that has beads which are newer there or not here.
    """
    from gastown.operations.work import export_beads as exporting

    town = here()
    beads = exporting.export_beads(town, rig=rig, statuses=status, everything=everything)
    if file in ("", DASH):
        count = exporting.write_out(beads)
    else:
        count = exporting.write_file(Path(file), beads, force=force)
        output.say(f"exported  {count} {'bead' if count == 1 else 'beads'} to {output.harmless(file)}")


def _opened(file: str) -> "IO[bytes]":
    if file == DASH:
        return sys.stdin.buffer
    try:
        return Path(file).open("rb")
    except FileNotFoundError as missing:
        raise NotFound(
            f"there is no file {file}", "in most repositories it is .beads/issues.jsonl"
        ) from missing
    except IsADirectoryError as folder:
        raise Invalid(
            f"{file} is a folder", f"bd import {Path(file) / '.beads' / 'issues.jsonl'}"
        ) from folder
