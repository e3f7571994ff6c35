"""Rigs (projects): `gt rig add`, `gt rig list`, `gt rig remove`."""

from typing import TYPE_CHECKING, Annotated

from gastown.cli import output
from gastown.cli.parameters import Argument, Json, Option, Up
from gastown.cli.place import here, keep_up, short_path
from gastown.domain.runtime import Permission

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gastown.settings.rig import RigSettings
    from gastown.views.rig_list import RigOverview


def add(  # noqa: PLR0913 - one for each thing a person decides
    name: Annotated[str, Argument("What the rig is called here: web.")],
    url: Annotated[str, Argument("A git repository: its address, or a folder.", metavar="URL_OR_PATH")],
    *,
    prefix: Annotated[
        str | None, Option("How ids of its beads begin; else proposed from its name.", metavar="LETTERS")
    ] = None,
    gate: Annotated[
        str | None, Option("The command that must pass before anything lands.", metavar="COMMAND")
    ] = None,
    no_gate: Annotated[bool, Option("Let work land untested.", "--no-gate")] = False,
    permissions: Annotated[
        Permission | None, Option("What agents may do in their worktrees without asking you.")
    ] = None,
    trust: Annotated[
        bool | None,
        Option("Whether to add the folder-trust entry to Claude Code's configuration.", "--trust/--no-trust"),
    ] = None,
    up: Up = True,
    as_json: Json = False,
) -> None:
    """Add a rig (a project): a bare clone of a git repository, with agents and a merge queue of its own.

    On a terminal it asks for what was not given. Elsewhere nothing is asked: agents ask before they act
    (--permissions ask), no trust entry is made, and --gate or --no-gate must be there.
    """
    from gastown.cli import questions
    from gastown.operations.town.rig_add import add_rig

    town = here()
    asking = output.can_ask()
    if asking and permissions is None:
        permissions = questions.permissions()
    if asking and trust is None and town.settings.runtime == "claude":
        trust = questions.trust()
    made = add_rig(
        town,
        name,
        url,
        prefix=prefix,
        gate=gate,
        no_gate=no_gate,
        permissions=permissions,
        trust=trust,
        ask_gate=questions.gate if asking else None,
        say=lambda line: output.tell(output.harmless(line)),
    )
    output.show(made, _added, as_json=as_json)
    keep_up(town, wanted=up)
    output.next_steps(f'bd create "What is to be done" --rig {made.name}', f'gt sling "…" {made.name}')


def _added(rig: "RigSettings") -> str:
    gate = f"gate {output.harmless(rig.gate)}" if rig.gate else "no gate: work lands untested"
    trust = ", trusted" if rig.trust else ""
    where = f"{output.harmless(rig.url)} → {rig.target}"
    return f"added  {rig.name}  {where}   ({gate}; agents: {rig.permissions}{trust}; prefix {rig.prefix})"


def list_rigs(*, as_json: Json = False) -> int:
    """List the rigs with what is desired of each. One whose rig.toml is broken is named, and makes it exit 65."""
    from gastown.cli import exits
    from gastown.views.rig_list import rig_list

    town = here()
    rigs, broken = rig_list(town), town.broken_rigs
    output.show(rigs, _list, as_json=as_json)
    for error in broken.values():
        output.complain(error.message, error.hint)
    if not rigs and not broken and not as_json:
        output.tell("there are no rigs yet")
        output.next_steps("gt rig add NAME URL_OR_PATH")
    return exits.INVALID if broken else exits.DONE


def _list(rigs: "Sequence[RigOverview]") -> str:
    from gastown.cli.tables import table

    if not rigs:
        return ""
    head = ("rig", "target", "prefix", "gate", "agents may", "polecats", "open", "from")
    rows = [
        (
            one.rig.name,
            one.rig.target,
            one.rig.prefix,
            gate_words(one.rig.gate, no_gate=one.rig.no_gate),
            one.rig.permissions + (", trusted" if one.rig.trust else ""),
            str(one.polecats),
            str(one.open_beads),
            one.rig.url + (f"   parked: {one.rig.parked}" if one.rig.parked else ""),
        )
        for one in rigs
    ]
    head_line, *lines = table([head, *rows], gives_way={7: 10, 3: 10, 4: 10, 1: 6, 0: 8}, right=(5, 6))
    return "\n".join([output.faint(head_line), *lines])


def gate_words(gate: str | None, *, no_gate: bool) -> str:
    """A rig's gate in a few words."""
    return gate or ("none, by choice" if no_gate else "none: nothing lands")


def remove(
    name: Annotated[str, Argument("The rig.")],
    *,
    force: Annotated[bool, Option("Even while work is on hooks or in its queue.", "--force")] = False,
    as_json: Json = False,
) -> None:
    """Take a rig out of the town: its folder is moved aside, its trust entry is undone. Nothing is deleted."""
    from gastown.operations.town.rig_remove import remove_rig

    gone = remove_rig(here(), name, force=force)
    trust = "; the trust entry is undone" if gone.trust_undone else ""
    output.show(
        gone,
        lambda moved: f"removed  {moved.name}; all of it lies in {short_path(moved.moved_to)}{trust}",
        as_json=as_json,
    )
    output.undo(f"gt undo {gone.name}")
