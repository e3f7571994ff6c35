"""Agents: `gt whoami`, `gt agents`, `gt agents show`, `gt agent pause`, `gt agent resume`, `gt agent runtime`."""

from typing import TYPE_CHECKING, Annotated

from gastown.cli import output
from gastown.cli.parameters import AgentOrBead, Argument, Json, Option, Up
from gastown.cli.place import agent_named, caller, here, keep_up

if TYPE_CHECKING:
    from gastown.operations.sessions.choosing import Chosen
    from gastown.operations.sessions.pausing import Paused, Resumed
    from gastown.views.whoami import WhoAmI


def whoami(*, as_json: Json = False) -> None:
    """Say who asks, as its credential says: address, hook (the assignment slot), and what its role may do."""
    from gastown.views.whoami import whoami as who_asks

    town = here()
    shown = who_asks(town, caller(town))
    output.show(shown, _whoami, as_json=as_json)


def _whoami(who: "WhoAmI") -> str:
    if who.may is None:
        name = f" ({output.harmless(who.person)})" if who.person else ""
        return f"overseer: you, the human{name}; you may do everything"
    hook = f"{who.hook}  {output.harmless(who.title or '')}" if who.hook else "nothing"
    lines = [
        who.address,
        f"  role         {who.role}",
        f"  incarnation  {who.incarnation}",
        f"  generation   {who.generation or 'none yet'}",
        f"  hook         {hook}",
        f"  may          {', '.join(who.may) or 'read, and work on its hook'}",
    ]
    if not who.is_current:
        lines.append("  a newer session has taken over: this one may change nothing; end it")
    return "\n".join(lines)


def list_agents(
    *,
    role: Annotated[str | None, Option("Of one role: polecat, crew, …", metavar="ROLE")] = None,
    rig: Annotated[str | None, Option("Of one rig.", metavar="RIG")] = None,
    removed: Annotated[bool, Option("Also those that were taken out of the town.", "--removed")] = False,
    as_json: Json = False,
) -> None:
    """List all agents: who they are, what they do now, and what is on their hooks (assignment slots)."""
    from gastown.cli.render_agents import agents_by_home
    from gastown.views.agents import agent_list

    town = here()
    lines = agent_list(town, role=role, rig=rig, removed=removed)
    now = town.clock.now()
    output.show(lines, lambda shown: agents_by_home(shown, now), as_json=as_json)
    if as_json:
        return
    there = [line for line in lines if line.is_there]
    if not there:
        output.tell("there are no such agents yet" if role or rig else "there are no agents yet")
    output.next_steps(*([f"gt agents show {there[0].short}"] if there else ['gt sling "…"', "gt mayor"]))


def show(who: AgentOrBead, *, as_json: Json = False) -> None:
    """Show an agent with its record (its CV): assignments and what became of them, time, tokens and cost."""
    from gastown.cli.render_agents import record_page
    from gastown.views.agent_record import agent_record

    town = here()
    record = agent_record(town, who)
    output.show(record, record_page, as_json=as_json)
    line = record.agent
    output.next_steps(f"gt attach {line.short}" if line.runs else "", f"gt log {line.short}")


def pause(
    who: AgentOrBead,
    *,
    why: Annotated[str, Option("Why; others will wonder.", "-m", "--because", metavar="WHY")] = "",
    as_json: Json = False,
) -> None:
    """Pause an agent: no session is started or pushed for it until it is resumed. What runs goes on."""
    from gastown.operations.sessions.pausing import pause as hold

    town = here()
    paused = hold(town, agent_named(town, who), why, by=caller(town))
    output.show(paused, _paused, as_json=as_json)
    stop = f"gt session stop {paused.agent}" if paused.runs else ""
    output.next_steps(f"gt agent resume {paused.agent}", stop)


def _paused(paused: "Paused") -> str:
    word = "paused before" if paused.already else "paused"
    runs = {True: "; its session goes on", None: "; its session cannot be seen", False: ""}[paused.runs]
    return f"{word}  {paused.agent}: {output.harmless(paused.why)}{runs}"


def runtime(
    who: AgentOrBead,
    name: Annotated[
        str | None,
        Argument(
            "An agent CLI (gt runtime list); nothing: that of its role, rig or town.", metavar="RUNTIME"
        ),
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Choose the runtime (the agent CLI) of an agent; it counts from its next session on."""
    from gastown.operations.sessions.choosing import choose_runtime

    town = here()
    chosen = choose_runtime(town, agent_named(town, who), name, by=caller(town))
    output.show(chosen, _chosen, as_json=as_json)
    output.next_steps(f"gt session restart {chosen.agent}", "gt runtime list")


def _chosen(chosen: "Chosen") -> str:
    whose = "of its own" if chosen.own else "as its role, rig or town says"
    return (
        f"{'chosen before' if chosen.already else 'chosen'}  {chosen.agent} runs {chosen.runtime}   ({whose})"
    )


def resume(who: AgentOrBead, *, up: Up = True, as_json: Json = False) -> None:
    """Resume a paused agent: what is on its hook (its assignment slot) goes on."""
    from gastown.operations.sessions.pausing import resume as let_go_on

    town = here()
    resumed = let_go_on(town, agent_named(town, who), by=caller(town))
    output.show(resumed, _resumed, as_json=as_json)
    keep_up(town, wanted=up)
    output.next_steps(f"gt agents show {resumed.agent}")


def _resumed(resumed: "Resumed") -> str:
    if resumed.was is None:
        return f"was not paused  {resumed.agent}"
    return f"resumed  {resumed.agent}   (it was paused: {output.harmless(resumed.was)})"
