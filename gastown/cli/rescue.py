"""What was set aside, for people: `gt rescue list`, `show` and `restore`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from gastown.cli import output
from gastown.cli.parameters import Argument, Json, Option
from gastown.cli.place import caller, here, short_path

if TYPE_CHECKING:
    from datetime import datetime

    from gastown.operations.work.rescue import Restored
    from gastown.views.rescues import RescuePage, Rescues

What = Annotated[str, Argument("Its id or the beginning of it, a ref, or a folder.", metavar="ID")]


def list_rescues(
    *,
    rig: Annotated[str | None, Option("Of this rig alone.", "--rig", metavar="RIG")] = None,
    agent: Annotated[
        str | None, Option("What this agent's worktree held.", "--agent", metavar="AGENT")
    ] = None,
    bead: Annotated[
        str | None, Option("What was kept of work on this bead.", "--bead", metavar="BEAD")
    ] = None,
    as_json: Json = False,
) -> int:
    """List what was set aside before worktrees were switched, reset or removed, newest first. All of it comes back."""
    from gastown.cli import exits
    from gastown.views.rescues import rescues

    town = here()
    found = rescues(town, rig=rig, agent=agent, bead=bead)
    output.show(found, lambda shown: _list(shown, town.clock.now()), as_json=as_json)
    for name, why in found.unknown.items():
        output.complain(f"the repository of {name} cannot be read: {why}", "gt doctor")
    if not as_json:
        if found.rescues:
            output.next_steps(f"gt rescue show {found.rescues[0].id}")
        elif not found.unknown:
            output.tell("nothing is set aside")
    return exits.UNAVAILABLE if found.unknown else exits.DONE


def _list(found: "Rescues", now: "datetime") -> str:
    from gastown.cli.tables import table
    from gastown.cli.times import ago

    if not found.rescues:
        return ""
    rows = [
        (one.id, ago(one.at, now), one.agent, one.bead or "", ", ".join(one.holds), one.why)
        for one in found.rescues
    ]
    head, *lines = table([("id", "when", "of", "bead", "holds", "because"), *rows], gives_way={5: 12, 2: 12})
    return "\n".join([output.faint(head), *lines])


def show(what: What, *, as_json: Json = False) -> None:
    """Show what is in one of them: files with how much changed, commits, whose it was, when and why."""
    from gastown.views.rescues import rescue_page

    town = here()
    page = rescue_page(town, what)
    output.show(page, lambda shown: _page(shown, town.clock.now()), as_json=as_json)
    if not as_json:
        output.next_steps(page.rescue.restore, f"{page.rescue.restore} --branch NAME")


def _page(page: "RescuePage", now: "datetime") -> str:
    from gastown.cli.times import ago, clock

    one = page.rescue
    lines = [
        f"{output.strong(one.id)}  {output.harmless(one.agent)}, {clock(one.at, now)} ({ago(one.at, now)})"
    ]
    about = {
        "bead": one.bead,
        "branch": one.branch,
        "because": one.why,
        "folder": one.folder,
        "holds": page.unsaved,
    }
    lines += [f"  {name:8} {output.harmless(str(value))}" for name, value in about.items() if value]
    for part in page.parts:
        lines.append(f"\n{part.kind}  {output.harmless(part.subject)}")
        lines.append(output.faint(f"  {part.ref}"))
        lines += [f"  {output.harmless(line, keep_blanks=True)}" for line in part.changes]
        lines += [f"  {made.id[:10]}  {output.harmless(made.subject)}" for made in part.commits]
    return "\n".join(lines)


def restore(
    what: What,
    *,
    to: Annotated[
        Path | None,
        Option("Into this folder: a new one, or a clean worktree of the rig.", "--to", metavar="DIR"),
    ] = None,
    branch: Annotated[
        str | None, Option("As this new branch alone, without a folder.", "--branch", metavar="NAME")
    ] = None,
    as_json: Json = False,
) -> None:
    """Bring it back, into a new worktree on a new branch unless you say where to. Nothing is written over."""
    from gastown.operations.work.rescue import restore as bring_back

    town = here()
    done = bring_back(town, what, to=to, branch=branch, by=caller(town))
    output.show(done, _restored, as_json=as_json)
    places = [str(back.folder) for back in done.back if back.folder is not None]
    branches = [back.branch for back in done.back if back.branch is not None]
    output.next_steps(
        f"git -C {places[0]} status" if places else f"git log {branches[0]}" if branches else ""
    )


def _restored(done: "Restored") -> str:
    lines: list[str] = []
    for back in done.back:
        where = short_path(back.folder) if back.folder is not None else ""
        on = f"branch {back.branch}" if back.branch else ""
        lines.append(
            f"restored  {done.id}  {back.what} of {done.agent}: {' on '.join(filter(None, (where, on)))}"
        )
    return "\n".join(lines)
