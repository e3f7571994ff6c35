"""The town itself: `gt install`, `gt uninstall`, `gt up`, `gt down`."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from gastown.cli import output
from gastown.cli.parameters import Argument, Json, Option
from gastown.cli.place import here, short_path
from gastown.domain.runtime import Permission
from gastown.errors import Invalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gastown.operations.town.call_up import Called
    from gastown.operations.town.down import Down
    from gastown.operations.town.install_from import InstalledFrom
    from gastown.operations.town.up import Up


def install(  # noqa: PLR0913 - one for each thing a person decides
    folder: Annotated[str, Argument("A new folder, like ~/gt.", metavar="DIR")],
    *,
    agent: Annotated[
        str, Option("The agent CLI that runs where nothing else is said.", metavar="NAME")
    ] = "claude",
    name: Annotated[str | None, Option("The town's name; else the folder's.", metavar="NAME")] = None,
    source: Annotated[
        str | None,
        Option(
            "Bring a history along: a rig's repository with shared beads, or a ledger.",
            "--from",
            metavar="URL",
        ),
    ] = None,
    rig: Annotated[
        str | None,
        Option("With --from: what the rig is called here; else as its repository.", metavar="NAME"),
    ] = None,
    prefix: Annotated[
        str | None, Option("With --from: how ids of its beads begin; else as they do.", metavar="LETTERS")
    ] = None,
    gate: Annotated[
        str | None,
        Option("With --from: the command that must pass before anything lands.", metavar="COMMAND"),
    ] = None,
    no_gate: Annotated[bool, Option("With --from: let work land untested.", "--no-gate")] = False,
    permissions: Annotated[
        Permission | None, Option("What agents may do without asking you, in their folders (and in the rig).")
    ] = None,
    trust: Annotated[
        bool | None,
        Option("Whether Claude Code is told to trust their folders (and the rig).", "--trust/--no-trust"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a town (a workspace): a folder that will hold everything. A town that is there already is mended.

    --from URL makes one out of a history that travels. A rig's repository whose ledger is shared: the rig is added
    as by gt rig add, and its beads come along. What gt ledger push left somewhere: all beads, agents and hooks of
    that town live here from then on.
    """
    if source is not None:
        wishes = {
            "prefix": prefix,
            "gate": gate,
            "no_gate": no_gate,
            "permissions": permissions,
            "trust": trust,
        }
        _install_from(Path(folder), source, agent, name, {"name": rig, **wishes}, as_json=as_json)
        return
    from gastown.operations.town.install import install as make_town
    from gastown.operations.town.install import is_town

    if rig or prefix or gate or no_gate:
        raise Invalid(
            "what is to be decided of a rig goes with --from", "gt install DIR, then gt rig add NAME URL"
        )
    if output.can_ask() and agent != "scripted" and not is_town(Path(folder)):
        from gastown.cli import questions

        permissions = permissions or questions.permissions("as the mayor, in a folder of their own")
        trust = questions.trust("gt uninstall") if trust is None and agent == "claude" else trust
    made = make_town(Path(folder), agent=agent, name=name, permissions=permissions, trust=trust)
    where = short_path(made.root)
    word = "mended" if made.already else "installed"
    output.show(made, lambda town: f"{word}  {where}   (agents run {town.agent})", as_json=as_json)
    output.next_steps(f"cd {where} && gt rig add NAME URL_OR_PATH", "gt doctor")


def _install_from(
    folder: Path, url: str, agent: str, name: str | None, wishes: Mapping[str, Any], *, as_json: bool
) -> None:
    from gastown.cli import questions
    from gastown.operations.town.install_from import RigWishes, install_from

    def ask(rig: RigWishes) -> RigWishes:
        permissions = rig.permissions or questions.permissions()
        trust = questions.trust() if rig.trust is None and agent == "claude" else rig.trust
        return replace(rig, permissions=permissions, trust=trust)

    asking = output.can_ask()
    rig = RigWishes(**wishes, ask_gate=questions.gate if asking else None, ask_rest=ask if asking else None)
    made = install_from(
        folder, url, agent=agent, name=name, rig=rig, say=lambda line: output.tell(output.harmless(line))
    )
    output.show(made, _installed_from, as_json=as_json)
    for note in made.notes:
        output.tell(output.harmless(note))
    where = short_path(made.root)
    if made.rig is not None:
        output.next_steps(f"cd {where} && bd ready", "gt ledger pull")
        return
    output.tell("its hooks are those of the town it comes from: let only one of the two work on")
    rigs = [
        f"gt rig add {one.name} URL{f' --prefix {one.prefix}' if one.prefix else ''}" for one in made.rigs
    ]
    output.next_steps(f"cd {where}", *rigs, "gt up")


def _installed_from(made: "InstalledFrom") -> str:
    where, source = short_path(made.root), output.harmless(made.source)
    beads = f"{made.beads} {'bead' if made.beads == 1 else 'beads'}"
    what = f"with the rig {made.rig} and {beads}" if made.rig else f"with {beads}"
    return f"installed  {where}   (agents run {made.agent})   {what} from {source}"


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


def up(
    *,
    every: Annotated[
        bool, Option("All permanent agents of the town and its rigs, not only the mayor.", "--all")
    ] = False,
    as_json: Json = False,
) -> None:
    """Start the supervisor, which starts sessions for what is on hooks and keeps the merge queues running.

    Agents that are to be there also without work come too: the mayor (the coordinator), and whose roles say so. A
    supervisor that another version of Gas Town started is replaced.
    """
    from gastown.operations.sessions.caller import is_agent
    from gastown.operations.town.call_up import call_up
    from gastown.operations.town.up import up as start

    town = here()
    started = start(town)
    called = () if is_agent() else call_up(town, every=every)
    shown = {
        "pid": started.pid,
        "already": started.already,
        "replaced": started.replaced,
        "agents": called,
    }
    output.show(shown, lambda _: _up(started, called), as_json=as_json)
    there = any(not one.why_not for one in called)
    output.next_steps("gt mayor" if there else "", "gt status", "gt log --follow")


def _up(started: "Up", called: "Sequence[Called]") -> str:
    word = "runs already" if started.already else "runs"
    instead = f", instead of process {started.replaced} of another version" if started.replaced else ""
    lines = [f"up  the supervisor {word} (process {started.pid}{instead})"]
    for one in called:
        what = f"does not come: {output.harmless(one.why_not)}" if one.why_not else "comes"
        lines.append(f"    {one.agent} {'is wanted already' if one.already and not one.why_not else what}")
    return "\n".join(lines)


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
