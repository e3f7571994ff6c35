"""Crew, your own workers: `gt crew add`, `gt crew list`, `gt crew remove`."""

from typing import TYPE_CHECKING, Annotated

from gastown.cli import output
from gastown.cli.parameters import Argument, Json, Option, Up
from gastown.cli.place import agent_named, caller, here, keep_up, short_path

if TYPE_CHECKING:
    from gastown.operations.town.crew import CrewAdded
    from gastown.operations.town.take_out import TakenOut
    from gastown.town import Town


def add(
    name: Annotated[str, Argument("What it is called: ann, or web/ann.")],
    *,
    rig: Annotated[str | None, Option("The rig (project) it works in; else the one you are in.")] = None,
    runtime: Annotated[
        str | None, Option("Its agent CLI, like claude; else its rig's or the town's.", metavar="NAME")
    ] = None,
    start: Annotated[bool, Option("Start its session now.", "--start")] = False,
    up: Up = True,
    as_json: Json = False,
) -> None:
    """Add a crew member: a worker of your own, that you name and talk to, with a worktree that stays as you leave it.

    One that was removed comes back, with its record.
    """
    from gastown.operations.town.crew import add_crew

    town = here()
    by = caller(town)
    added = add_crew(town, name, rig=rig, runtime=runtime, by=by)
    output.show(added, _added, as_json=as_json)
    if start:
        from gastown.operations.sessions.by_hand import start as begin

        begin(town, added.agent, by=by)
        keep_up(town, wanted=up)
    short = f"{added.rig}/{added.name}"
    output.next_steps(
        f"gt attach {short}" if start else f"gt session start {short}",
        f'gt sling "…" {short}',
        f"cd {short_path(added.folder)}",
    )


def _added(added: "CrewAdded") -> str:
    word = "is crew already" if added.already else "added"
    branch = f", branch {added.branch}" if added.branch else ""
    runtime = f", runs {added.runtime}" if added.runtime else ""
    return f"{word}  {added.agent}   ({short_path(added.folder)}{branch}{runtime})"


def list_crew(
    *,
    rig: Annotated[str | None, Option("Of one rig.", metavar="RIG")] = None,
    as_json: Json = False,
) -> None:
    """List crew, the workers of your own: what each does now, and what is on its hook (its assignment slot)."""
    from gastown.cli.render_agents import agents_by_home
    from gastown.domain.targets import MADE_BY_PEOPLE
    from gastown.views.agents import agent_list

    town = here()
    lines = agent_list(town, role=MADE_BY_PEOPLE, rig=rig)
    now = town.clock.now()
    output.show(lines, lambda shown: agents_by_home(shown, now), as_json=as_json)
    if not lines and not as_json:
        output.tell("there is no crew yet")
    output.next_steps(f"gt agents show {lines[0].short}" if lines else "gt crew add NAME")


def remove(
    name: Annotated[str, Argument("A crew member: ann, web/ann.")],
    *,
    force: Annotated[
        bool, Option("Even with work on its hook or unsaved files; nothing is lost.", "--force")
    ] = False,
    up: Up = True,
    as_json: Json = False,
) -> None:
    """Let a crew member go. Its folder is moved aside whole; its branches and its record stay."""
    from gastown.operations.town.crew import remove_crew

    town = here()
    gone = remove_crew(town, member(town, name), force=force, by=caller(town))
    output.show(gone, taken_out, as_json=as_json)
    keep_up(town, wanted=up)
    output.undo(f"gt undo {gone.agent}")


def member(town: "Town", name: str) -> str:
    """The address of the crew member of that name, there or gone."""
    return gone_or_there(town, name, "crew")


def gone_or_there(town: "Town", name: str, role: str) -> str:
    """The address of the agent of that role that is or was called so; any other is named as usual."""
    from gastown.ledger import agents
    from gastown.views.find_agent import named_agent

    known = [agent for agent in agents.all_agents(town.ledger) if agent.role == role]
    agent = named_agent(town, name, known)
    return agent.address if agent is not None else agent_named(town, name)


def taken_out(gone: "TakenOut") -> str:
    """What became of an agent that left, and where everything is that it had."""
    word = "was gone before" if gone.already else "gone"
    lines = [f"{word}  {gone.agent}"]
    if gone.session:
        lines.append(f"  its session {gone.session} has ended")
    if gone.bead:
        lines.append(f"  {gone.bead} is open again")
    if gone.branch:
        lines.append(f"  its commits stay on {gone.branch}")
    lines += [f"  kept: {output.harmless(kept)}" for kept in gone.kept]
    lines += [f"  back by: {output.harmless(command)}" for command in gone.commands]
    return "\n".join(lines)
