"""Session rollover: `gt handoff`."""

from typing import TYPE_CHECKING, Annotated

from gastown.cli import output
from gastown.cli.parameters import Argument, Json, Option, Up
from gastown.cli.place import caller, here, keep_up
from gastown.errors import Refused

if TYPE_CHECKING:
    from gastown.domain.assignments import Caller
    from gastown.operations.sessions.handoff import HandedOff
    from gastown.town import Town


def handoff(
    what: Annotated[
        str | None,
        Argument(
            "For an agent: a bead that goes onto its empty hook first. Or another agent, whose session is replaced.",
            metavar="BEAD|AGENT",
        ),
    ] = None,
    *,
    note: Annotated[
        str | None, Option("What the next session is to know.", "-m", "--message", metavar="NOTE")
    ] = None,
    collect: Annotated[
        bool, Option("Add how far the work is: steps, commits, files that are not committed.", "--collect")
    ] = False,
    up: Up = True,
    as_json: Json = False,
) -> None:
    """Hand off: a fresh session takes the place of this one, with the same hook, and reads NOTE first.

    For agents: end your turn then. A person names whose session is to be replaced; that waits for the end of its turn.
    """
    town = here()
    by = caller(town)
    if (other := _other(town, what, by)) is not None:
        if collect:
            raise Refused(
                "--collect is for your own session: it tells how far you are",
                f"gt handoff {what} -m NOTE, without it",
            )
        _another(town, other, note or "", by, up=up, as_json=as_json)
        return
    from gastown.operations.work.handoff import hand_off_with

    handed = hand_off_with(town, what, note=note or "", collect=collect, by=by)
    output.show(handed, _handed_off, as_json=as_json)
    keep_up(town, wanted=up)
    output.next_steps("end your turn now")


def _other(town: "Town", what: str | None, by: "Caller") -> str | None:
    """The agent whose session is meant, if it is not the caller's own; a person means one by its work, too."""
    from gastown.ledger import agents
    from gastown.views.find_agent import find_agent, named_agent

    if what is None:
        return None
    if by.is_human:
        return find_agent(town, what).address
    named = named_agent(town, what, agents.all_agents(town.ledger))
    return named.address if named else None


def _another(town: "Town", agent: str, note: str, by: "Caller", *, up: bool, as_json: bool) -> None:
    from gastown.operations.sessions.handoff import hand_off_another
    from gastown.views.find_agent import name_of

    handed = hand_off_another(town, agent, note=note, by=by)
    output.show(handed, _is_handed_off, as_json=as_json)
    keep_up(town, wanted=up)
    name = name_of(town, agent)
    output.next_steps(f"gt peek {name}", f"gt log --follow {name}")


def _handed_off(handed: "HandedOff") -> str:
    word = "handed off before" if handed.already else "handed off"
    return f"{word}  {handed.agent}{_goes_on(handed)}\n  a fresh session takes your place: end your turn now"


def _is_handed_off(handed: "HandedOff") -> str:
    word = "is handed off already" if handed.already else "will be handed off"
    return (
        f"{handed.agent} {word}{_goes_on(handed)}\n  a fresh session takes its place when its turn has ended"
    )


def _goes_on(handed: "HandedOff") -> str:
    told = [f"goes on with {handed.bead}"] if handed.bead else []
    told += [f"note {handed.note}"] if handed.note else []
    return f"   ({', '.join(told)})" if told else ""
