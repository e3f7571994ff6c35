"""Work on hooks: `gt sling`, `gt unsling`, `gt hook`, `gt done`."""

from typing import TYPE_CHECKING, Annotated

from gastown.cli import asked, exits, output
from gastown.cli.parameters import AgentOrBead, Argument, Json, Option, Up
from gastown.cli.place import caller, here, keep_up

if TYPE_CHECKING:
    from gastown.operations.work.done import Done
    from gastown.operations.work.sling import Slung
    from gastown.operations.work.unsling import Unslung
    from gastown.town import Town
    from gastown.views.hook import HookPage

SHORT = 10
"""Digits of a commit that are shown."""


def sling(
    what: Annotated[
        str,
        Argument("A bead, a convoy or an epic; or in quotes what is to be done: that becomes a new bead."),
    ],
    target: Annotated[
        str | None,
        Argument(
            "web, Toast, web/polecats/Toast, ann, web/crew/ann, mayor, web/witness; nothing: a polecat of its rig."
        ),
    ] = None,
    *,
    runtime: Annotated[
        str | None, Option("The agent CLI to use for this work, like claude.", metavar="NAME")
    ] = None,
    defer: Annotated[
        bool, Option("Only put it on the hook: it begins with the agent's next start.", "--defer")
    ] = False,
    restart: Annotated[
        bool, Option("Take it from whoever has it, and let a fresh session begin it anew.", "--restart")
    ] = False,
    most: Annotated[
        int, Option("Of a convoy or an epic, how many at most.", "-n", "--limit", metavar="N")
    ] = 100,
    up: Up = True,
    as_json: Json = False,
) -> int:
    """Dispatch work: put WHAT on the hook of an agent, which begins at once and again after every crash.

    Of a convoy or an epic, what is ready in it, each bead to an agent of its own; 1 when nothing could be slung.
    """
    from gastown.operations.work.sling_many import SlungMany, sling_whatever

    town = here()
    most = asked.not_negative(most, "--limit")
    slung = sling_whatever(
        town, what, target, runtime=runtime, defer=defer, restart=restart, most=most, by=caller(town)
    )
    if isinstance(slung, SlungMany):
        from gastown.cli.render_convoy import slung_many

        output.show(slung, slung_many, as_json=as_json)
        keep_up(town, wanted=up)
        output.next_steps(f"gt convoy watch {slung.convoy}" if slung.convoy else "", "gt status")
        return exits.DONE if slung.well else exits.NOT_POSSIBLE
    from gastown.views.find_agent import name_of

    output.show(slung, _slung, as_json=as_json)
    keep_up(town, wanted=up)
    name = name_of(town, slung.agent)
    first = f"gt session start {name}" if slung.deferred else f"gt attach {name}"
    output.next_steps(first, f"gt log --follow {name}")
    return exits.DONE


def _slung(slung: "Slung") -> str:
    word = "slung before" if slung.already else "slung"
    if slung.restarted:
        word = "slung anew"
    convoy = f", convoy {slung.convoy}" if slung.convoy else ""
    where = f"{slung.agent}   (generation {slung.generation}{convoy})"
    taken = ""
    if slung.taken_from:
        who = output.harmless(slung.taken_from)
        taken = f"\n  it was assigned to {who}; unslung it is nobody's"
        if slung.restarted:
            taken = f"\n  taken from {who}, whose commits and files stay"
    put_off = (
        f"\n  it is put off: it begins with the agent's next start, or gt sling {slung.bead} {slung.agent}"
        if slung.deferred
        else ""
    )
    paused = (
        f"\n  {slung.agent} is paused: {output.harmless(slung.paused)}; gt agent resume {slung.agent}"
        if slung.paused
        else ""
    )
    return f'{word}  {slung.bead} "{output.harmless(slung.title)}" → {where}{taken}{put_off}{paused}'


def unsling(what: AgentOrBead, *, up: Up = True, as_json: Json = False) -> None:
    """Take work back from a hook: the bead is open again, and its commits stay on their branch."""
    from gastown.operations.work.unsling import unsling as take_back
    from gastown.views.find_agent import name_of

    town = here()
    agent, bead = _holder(town, what)
    taken = take_back(town, agent, bead=bead, by=caller(town))
    name = name_of(town, taken.agent)
    output.show(taken, lambda shown: _unslung(shown, name), as_json=as_json)
    keep_up(town, wanted=up)
    output.undo(f"gt undo {taken.bead}")
    output.next_steps(f"gt sling {taken.bead}", f"bd show {taken.bead}")


def _holder(town: "Town", what: str) -> tuple[str, str | None]:
    """The agent that `what` names, or on whose hook that bead is now, with that bead."""
    from gastown.errors import Refused
    from gastown.ledger import agents, beads
    from gastown.views.find_agent import named_agent

    agent = named_agent(town, what, agents.all_agents(town.ledger))
    if agent is not None:
        return agent.address, None
    bead = beads.get(town.ledger, what).id
    worker = agents.holder(town.ledger, bead)
    if worker is None:
        raise Refused(f"{bead} is on nobody's hook", f"bd show {bead}")
    return worker, bead


def _unslung(taken: "Unslung", name: str) -> str:
    kept = f"   (its commits stay on {taken.branch})" if taken.branch else ""
    told = f"unslung  {taken.bead} ← {taken.agent}{kept}"
    if not taken.unsaved:
        return told
    return (
        f"{told}\n  not committed: {output.harmless(taken.unsaved)}\n"
        f"  it is kept when its session ends, or the worktree is needed: gt log {name} says where"
    )


def hook(
    who: Annotated[str | None, Argument("An agent; nothing: the one that asks.", metavar="AGENT")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Show what is on the hook (the assignment slot): what that agent must be doing."""
    from gastown.views.hook import hook as what_is_on_it

    town = here()
    page = what_is_on_it(town, who or caller(town).address)
    output.show(page, lambda shown: _hook(shown, town.clock.now().timestamp()), as_json=as_json)
    if page.bead:
        output.next_steps(f"bd show {page.bead}", f"gt attach {page.short}" if who else "gt done")


def _hook(page: "HookPage", now: float) -> str:
    if page.bead is None or page.since is None:
        return f"nothing is on the hook of {page.short}"
    from gastown.cli.times import span

    again = f" · started {page.starts} times" if page.starts > 1 else ""
    since = f"for {span(now - page.since.timestamp())}"
    by = output.harmless(page.slung_by or "")
    lines = [
        f"HOOK  {page.bead}  {output.harmless(page.title or '')}",
        f"  {page.short} · slung by {by} · {since} · generation {page.generation}{again}",
    ]
    return "\n".join([*lines, *([f"  branch {page.branch}"] if page.branch else [])])


def done(
    *,
    no_change: Annotated[
        str | None, Option("Nothing needs to change; says why.", "--no-change", metavar="WHY")
    ] = None,
    up: Up = True,
    as_json: Json = False,
) -> None:
    """Hand the branch to the merge queue. For agents: commit everything first, then end your turn."""
    from gastown.operations.work.done import done as hand_over

    town = here()
    handed = hand_over(town, no_change=no_change, by=caller(town))
    output.show(handed, _done, as_json=as_json)
    for note in handed.notes:
        output.tell(output.harmless(note))
    keep_up(town, wanted=up)
    output.next_steps("end your turn")


def _done(handed: "Done") -> str:
    word = "done before" if handed.already else "done"
    if handed.request is None or handed.commit is None:
        return f"{word}  {handed.bead} closed without a change"
    return f"{word}  {handed.bead} → merge queue as {handed.request}   (commit {handed.commit[:SHORT]})"
