"""Agent CLIs: `gt runtime list`, `gt runtime check`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from gastown.cli import exits, output
from gastown.cli.parameters import Argument, Json, Option
from gastown.cli.place import here

if TYPE_CHECKING:
    from gastown.operations.sessions.check_runtime import Finding
    from gastown.views.runtimes import RuntimeLine

SIGNS = {"yes": "✓", "no": "✗", "unknown": "?"}


def list_runtimes(*, as_json: Json = False) -> None:
    """List the agent CLIs: what is installed, which versions were driven, what each can do, who uses it."""
    from gastown.views.runtimes import runtime_lines

    output.show(runtime_lines(here()), _list, as_json=as_json)
    if not as_json:
        output.next_steps("gt runtime check NAME")


def check(
    name: Annotated[str, Argument("An agent CLI, like codex.", metavar="NAME")],
    *,
    ask: Annotated[bool, Option("Also ask the model one line: this costs tokens.", "--ask")] = False,
    as_json: Json = False,
) -> int:
    """Start an agent CLI for nothing, and say what of it works. Without --ask no model is asked anything."""
    from gastown.operations.sessions.caller import must_be_person
    from gastown.operations.sessions.check_runtime import check_runtime

    town = here()
    must_be_person(town, "gt runtime check")
    found: list[Finding] = []
    for finding in check_runtime(town, name, ask=ask):
        found.append(finding)
        if not as_json:
            output.say(_finding(finding))
            output.flush()
    if as_json:
        output.show(found, str, as_json=True)
    elif not ask and all(finding.went != "no" for finding in found):
        output.next_steps(f"gt runtime check {name} --ask")
    return exits.NOT_POSSIBLE if any(finding.went == "no" for finding in found) else exits.DONE


def _finding(finding: "Finding") -> str:
    detail = f": {output.harmless(finding.detail)}" if finding.detail else ""
    return f"{SIGNS[finding.went]} {finding.what}{detail}"


def _list(lines: "Sequence[RuntimeLine]") -> str:
    from gastown.cli.tables import table

    head = ("", "installed", "driven", "can", "used by")
    rows = [
        (
            line.name if line.ours else f"{line.name} (of this town)",
            line.version or ("no" if line.missing else "?"),
            ", ".join(line.seen_versions),
            output.harmless(line.problem or ", ".join(line.features)),
            ", ".join(line.used_by),
        )
        for line in lines
    ]
    return "\n".join(table([head, *rows], gives_way={3: 24, 4: 12}))
