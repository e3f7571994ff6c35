"""The ledger's file and its git history: `gt ledger log`, `verify`, `restore`, `backup`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from gastown.cli import asked, output
from gastown.cli.exits import DONE, INVALID
from gastown.cli.parameters import Argument, Json, Option
from gastown.cli.place import here, short_path

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from gastown.operations.history.log import LogEntry
    from gastown.operations.history.verify import Verified

SHORT = 10
"""Characters of a commit's id."""

WHO = 12


def log(
    bead: Annotated[
        str | None, Argument("Only what changed this bead; nothing: all.", metavar="BEAD")
    ] = None,
    *,
    most: Annotated[int, Option("How many of the newest.", "-n", "--limit", metavar="N")] = 20,
    as_json: Json = False,
) -> None:
    """List the commits of the ledger's git history, newest first."""
    from gastown.operations.history.log import log as commits

    town = here()
    found = commits(town, bead, most=asked.not_negative(most, "--limit"))
    output.show(found, lambda entries: _log_text(entries, town.clock.now()), as_json=as_json)
    if found and not as_json:
        output.next_steps(f"gt ledger restore --at {found[0].commit[:SHORT]}")


def _log_text(entries: "Sequence[LogEntry]", now: "datetime") -> str:
    from gastown.cli.tables import table
    from gastown.cli.times import clock

    rows = [(entry.commit[:SHORT], clock(entry.at, now), entry.author, entry.what) for entry in entries]
    return "\n".join(table(rows, gives_way={3: 20}, least={2: WHO}))


def verify(
    *,
    repair: Annotated[bool, Option("Make derived tables anew where they are wrong.", "--repair")] = False,
    as_json: Json = False,
) -> int:
    """Look whether the ledger is whole, agrees with itself, and with its git history. Changes nothing by itself."""
    from gastown.operations.history.verify import verify as look

    seen = look(here(), repair=repair)
    output.show(seen, _verified_text, as_json=as_json)
    for note in () if as_json else seen.notes:
        output.tell(note)
    return INVALID if seen.findings else DONE


def _verified_text(seen: "Verified") -> str:
    lines = [f"repaired  {output.harmless(what)}" for what in seen.repaired]
    for finding in seen.findings:
        lines += [f"wrong     {output.harmless(finding.what)}", f"          {finding.todo}"]
    if not seen.findings:
        lines.append(f"sound     {seen.beads} beads, {seen.changes} changes")
    return "\n".join(lines)


def restore(
    *,
    at: Annotated[
        str | None,
        Option('As it was: a commit, or a moment like "2026-11-20 14:30" or 2h.', "--at", metavar="WHEN"),
    ] = None,
    source: Annotated[
        Path | None, Option("From a file that gt ledger backup made.", "--from", metavar="FILE")
    ] = None,
    as_json: Json = False,
) -> None:
    """Make the ledger anew from its git history, or from a backup. The old file is kept; history goes on from there."""
    from gastown.domain.identity import OVERSEER
    from gastown.operations.history.restore import restore as make_anew
    from gastown.operations.sessions.caller import must_be_person

    town = here()
    must_be_person(town, "gt ledger restore")
    made = make_anew(town, at=at, source=source, by=OVERSEER)
    output.show(made, lambda done: f"restored  {done.beads} beads from {done.source}", as_json=as_json)
    for note in made.notes:
        output.tell(f"note: {output.harmless(note)}")
    if made.kept:
        output.tell(f"the old file is kept as {short_path(made.kept)}")
    if made.kept and made.kept_is_sound:
        output.undo(f"gt ledger restore --from {short_path(made.kept)}")
    output.next_steps("gt ledger verify", "gt up")


def backup(
    target: Annotated[
        Path | None, Argument("Where to; nothing: the town's folder of backups.", metavar="FILE")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Copy the ledger's file, whole, while everybody goes on writing. Never overwrites anything."""
    from gastown.operations.history.backup import backup as copy

    made = copy(here(), target)
    output.show(made, lambda done: str(done.path), as_json=as_json)
    output.next_steps(f"gt ledger restore --from {short_path(made.path)}")
