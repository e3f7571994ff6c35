"""The town itself: `gt install`, `gt uninstall`, `gt up`, `gt down`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from gastown.cli import output
from gastown.cli.parameters import Argument, Json, Option
from gastown.cli.place import here, short_path

if TYPE_CHECKING:
    from gastown.operations.town.down import Down


def install(
    folder: Annotated[str, Argument("A new folder, like ~/gt.", metavar="DIR")],
    *,
    agent: Annotated[
        str, Option("The agent CLI that runs where nothing else is said.", metavar="NAME")
    ] = "claude",
    name: Annotated[str | None, Option("The town's name; else the folder's.", metavar="NAME")] = None,
    as_json: Json = False,
) -> None:
    """Make a town (a workspace): a folder that will hold everything. A town that is there already is mended."""
    from gastown.operations.town.install import install as make_town

    made = make_town(Path(folder), agent=agent, name=name)
    where = short_path(made.root)
    word = "mended" if made.already else "installed"
    output.show(made, lambda town: f"{word}  {where}   (agents run {town.agent})", as_json=as_json)
    output.next_steps(f"cd {where} && gt rig add NAME URL_OR_PATH", "gt doctor")


def uninstall(
    *,
    force: Annotated[bool, Option("Even while work is on hooks or in a queue.", "--force")] = False,
    as_json: Json = False,
) -> None:
    """Stop everything that runs for the town and move its folder aside. Nothing is deleted."""
    from gastown.operations.town.uninstall import uninstall as take_down

    town = here()
    root = town.root
    gone = take_down(town, force=force)
    output.show(
        gone,
        lambda moved: f"uninstalled  {short_path(root)}; all of it lies in {short_path(moved.moved_to)}",
        as_json=as_json,
    )
    output.undo(gone.undo)


def up(*, as_json: Json = False) -> None:
    """Start the supervisor, which starts sessions for what is on hooks and keeps the merge queues running.

    One that another version of Gas Town started is replaced.
    """
    from gastown.operations.town.up import up as start

    started = start(here())
    word = "runs already" if started.already else "runs"
    instead = f", instead of process {started.replaced} of another version" if started.replaced else ""
    output.show(
        started, lambda now: f"up  the supervisor {word} (process {now.pid}{instead})", as_json=as_json
    )
    output.next_steps("gt status", "gt log --follow")


def down(
    *,
    agents: Annotated[bool, Option("End the agents' sessions as well.", "--agents")] = False,
    as_json: Json = False,
) -> None:
    """Stop the supervisor and the queues. What is on hooks stays there: the next gt up carries on.

    It lasts until a person starts the supervisor again: agents' commands do not. For people only.
    """
    from gastown.operations.town.down import down as stop

    stopped = stop(here(), agents_too=agents)
    output.show(stopped, _down, as_json=as_json)
    output.next_steps("gt up")


def _down(stopped: "Down") -> str:
    supervisor = (
        f"the supervisor (process {stopped.supervisor})" if stopped.supervisor else "no supervisor ran"
    )
    queues = [f"the queue of {rig}" for rig in stopped.queues]
    sessions = [f"{len(stopped.sessions)} sessions"] if stopped.sessions else []
    return f"down  {', '.join([supervisor, *queues, *sessions])}"
