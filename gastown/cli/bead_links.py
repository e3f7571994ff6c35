"""What hangs on beads (work items): `bd dep add`, `dep remove`, `bd label add`, `remove`, `list`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from gastown.cli import output
from gastown.cli.parameters import Argument, Json, Option, Up
from gastown.cli.place import caller, here, keep_up

if TYPE_CHECKING:
    from gastown.operations.work.depend import Undepended
    from gastown.operations.work.label import Labelled
    from gastown.views.labels import LabelCount

BeadsAndLabels = Annotated[
    list[str], Argument("One bead or more, then one label or more.", metavar="BEAD... LABEL...")
]


def dep_add(
    bead: Annotated[str, Argument("The bead that waits.")],
    depends_on: Annotated[str, Argument("The bead that must close first.", metavar="OTHER")],
    *,
    kind: Annotated[
        str, Option("blocks, or another kind of link, like related.", "-t", "--type", metavar="KIND")
    ] = "blocks",
    up: Up = True,
    as_json: Json = False,
) -> None:
    """Make BEAD wait for OTHER: it is not ready, and cannot be slung, before OTHER has closed."""
    from gastown.cli.render_bead import dependency
    from gastown.operations.work.depend import depend

    town = here()
    made = depend(town, bead, depends_on, kind=kind, by=caller(town))
    output.show(made, dependency, as_json=as_json)
    keep_up(town, wanted=up)
    output.next_steps("bd ready", f"bd show {made.bead}")


def dep_remove(
    bead: Annotated[str, Argument("The bead that waits.")],
    depends_on: Annotated[str, Argument("The bead that it waits for.", metavar="OTHER")],
    *,
    kind: Annotated[
        str | None, Option("Only links of this kind; usually all.", "-t", "--type", metavar="KIND")
    ] = None,
    up: Up = True,
    as_json: Json = False,
) -> None:
    """Cut the links from BEAD to OTHER: it waits for it no more."""
    from gastown.operations.work.depend import undepend

    town = here()
    cut = undepend(town, bead, depends_on, kind=kind, by=caller(town))
    output.show(cut, _cut, as_json=as_json)
    for each in cut.kinds:
        output.undo(f"bd dep add {cut.bead} {cut.depends_on} -t {each}")
    keep_up(town, wanted=up)
    output.next_steps("bd ready", f"bd show {cut.bead}")


def _cut(cut: "Undepended") -> str:
    if not cut.kinds:
        return f"not linked  {cut.bead} → {cut.depends_on}"
    return f"unlinked  {cut.bead} → {cut.depends_on}  ({', '.join(cut.kinds)})"


def label_add(words: BeadsAndLabels, *, up: Up = True, as_json: Json = False) -> None:
    """Put labels on beads. The first word is a bead, the last a label, or several with commas between."""
    _label(words, remove=False, up=up, as_json=as_json)


def label_remove(words: BeadsAndLabels, *, up: Up = True, as_json: Json = False) -> None:
    """Take labels off beads. The first word is a bead, the last a label, or several with commas between."""
    _label(words, remove=True, up=up, as_json=as_json)


def _label(words: Sequence[str], *, remove: bool, up: bool, as_json: bool) -> None:
    from gastown.operations.work.label import label

    town = here()
    done = label(town, words, remove=remove, by=caller(town))
    output.show(done, _labelled, as_json=as_json)
    for one in done if remove else ():
        if one.changed:
            output.undo(f"bd label add {one.id} '{','.join(one.changed)}'")
    if any(one.changed for one in done):
        keep_up(town, wanted=up)
    output.next_steps(f"bd show {done[0].id}", "bd label list")


def _labelled(done: "Sequence[Labelled]") -> str:
    return "\n".join(
        f"{'labels' if one.changed else 'unchanged'}  {one.id}  {output.harmless(', '.join(one.labels)) or 'none'}"
        for one in done
    )


def label_list(
    bead: Annotated[str | None, Argument("A bead; nothing: all labels of the town.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """List the labels of a bead, or all labels with how many beads have each."""
    from gastown.views.labels import labels_of, labels_of_town

    town = here()
    if bead is not None:
        output.show(
            labels_of(town, bead), lambda names: "\n".join(map(output.harmless, names)), as_json=as_json
        )
        return
    found = labels_of_town(town)
    output.show(found, _counts, as_json=as_json)
    if not found and not as_json:
        output.tell("no bead has a label")
        output.next_steps("bd label add BEAD LABEL")


def _counts(found: "Sequence[LabelCount]") -> str:
    from gastown.cli.tables import table

    return "\n".join(table([(one.label, str(one.beads)) for one in found], gives_way={0: 12}, right=(1,)))
