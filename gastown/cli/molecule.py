"""Steps (molecules): `bd cook`, `bd mol pour`, `wisp`, `current`, `burn`, `squash`."""

from typing import Annotated

from gastown.cli import output
from gastown.cli.parameters import Argument, Json, Option, Up
from gastown.cli.place import caller, here, keep_up
from gastown.cli.texts import DASH, read_dash

Formula = Annotated[
    str, Argument("A formula's name, like polecat-work, or its file, like ./mine.toml.", metavar="FORMULA")
]
Values = Annotated[
    list[str] | None,
    Option("A value for a variable of the formula; may be repeated.", "--var", metavar="NAME=VALUE"),
]
For = Annotated[str, Option("The bead that it is poured for.", "--for", metavar="BEAD")]
Rig = Annotated[str | None, Option("The rig whose formulas count; usually the bead's.", metavar="RIG")]
Molecule = Annotated[str, Argument("The molecule's id, or enough of its beginning.", metavar="MOLECULE")]
Force = Annotated[bool, Option("Even if somebody is at a step of it; for people.", "--force")]


def cook(
    formula: Formula, *, var: Values = None, bead: For = "", rig: Rig = None, as_json: Json = False
) -> None:
    """Show what would be poured: the formula (a template of ordered steps) with its texts filled. Changes nothing."""
    from gastown.cli.render_molecule import cooked
    from gastown.domain.formulas import read_values
    from gastown.operations.molecules.cook import cook as fill
    from gastown.operations.work.create import usual_rig

    town = here()
    home = rig or (None if bead else usual_rig(town))
    found = fill(town, formula, read_values(var or []), rig=home, bead=bead)
    output.show(found, cooked, as_json=as_json)
    if found.missing:
        output.tell(f"not given yet: {', '.join(found.missing)}")
    given = "".join(f" --var {name}=…" for name in found.missing)
    output.next_steps(f"bd mol pour {formula}{f' --for {bead}' if bead else given}")


def pour(
    formula: Formula,
    *,
    var: Values = None,
    bead: For = "",
    rig: Rig = None,
    up: Up = True,
    as_json: Json = False,
) -> None:
    """Make a molecule of a formula: a recorded bead with the steps as its children, each waiting for the last."""
    _pour(formula, var, bead, rig, wisp=False, up=up, as_json=as_json)


def wisp(
    formula: Formula,
    *,
    var: Values = None,
    bead: For = "",
    rig: Rig = None,
    up: Up = True,
    as_json: Json = False,
) -> None:
    """Make a molecule that is not recorded: it never leaves this ledger, and is burned or squashed at its end."""
    _pour(formula, var, bead, rig, wisp=True, up=up, as_json=as_json)


def _pour(
    formula: str, var: list[str] | None, bead: str, rig: str | None, *, wisp: bool, up: bool, as_json: bool
) -> None:
    from gastown.cli.render_molecule import poured
    from gastown.domain.formulas import read_values
    from gastown.operations.molecules.pour import pour as make
    from gastown.operations.work.create import usual_rig

    town = here()
    home = rig or (None if bead else usual_rig(town))
    made = make(town, formula, read_values(var or []), bead=bead, rig=home, wisp=wisp, by=caller(town))
    output.show(made, poured, as_json=as_json)
    keep_up(town, wanted=up)
    output.next_steps(f"bd mol current {made.molecule}", f"bd close {made.steps[0]} --continue")


def current(
    what: Annotated[
        str | None,
        Argument(
            "A molecule, a step of it, or the bead it is for; nothing: what is on your hook.", metavar="BEAD"
        ),
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Show the steps that are done, the one to do now in full, and what comes next."""
    from gastown.cli.render_molecule import page_text
    from gastown.views.molecule import hooked, molecule_page

    town = here()
    page = molecule_page(town, what or hooked(town, caller(town).address))
    output.show(page, lambda shown: page_text(shown, town.clock.now()), as_json=as_json)
    if page.current is not None:
        output.next_steps(f"bd close {page.current.id} --continue")


def burn(molecule: Molecule, *, force: Force = False, up: Up = True, as_json: Json = False) -> None:
    """Throw a wisp away with its steps; one line in the log remains. A recorded molecule is squashed instead."""
    from gastown.cli.render_molecule import burned
    from gastown.operations.molecules.end import burn as throw_away

    town = here()
    gone = throw_away(town, molecule, force=force, by=caller(town))
    output.show(gone, burned, as_json=as_json)
    keep_up(town, wanted=up)
    output.next_steps(f"bd show {gone.bead}" if gone.bead else f"gt log {gone.molecule}")


def squash(
    molecule: Molecule,
    *,
    summary: Annotated[
        str,
        Option(f"What to remember; without it, who did which step when. {DASH}", metavar="TEXT"),
    ] = "",
    force: Force = False,
    up: Up = True,
    as_json: Json = False,
) -> None:
    """Turn a molecule or a wisp into its digest: the steps go, and a closed bead that tells of them stays."""
    from gastown.cli.render_molecule import squashed
    from gastown.operations.molecules.end import squash as keep_digest

    town = here()
    kept = keep_digest(town, molecule, summary=read_dash(summary), force=force, by=caller(town))
    output.show(kept, squashed, as_json=as_json)
    keep_up(town, wanted=up)
    output.next_steps(f"bd show {kept.molecule}")
