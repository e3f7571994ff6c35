"""Roles as data: `gt role list`, `gt role show`, `gt role check`."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from gastown.cli import exits, output
from gastown.cli.parameters import Argument, Json, Option
from gastown.cli.place import here, short_path

if TYPE_CHECKING:
    from gastown.domain.roles import Role
    from gastown.views.roles import Finding, RoleLine


def list_roles(*, as_json: Json = False) -> None:
    """List the roles: what each is for, when its agents run, and which the town or a rig has changed."""
    from gastown.views.roles import role_lines

    output.show(role_lines(here()), _list, as_json=as_json)
    if not as_json:
        output.next_steps("gt role show NAME", "gt role check")


def show(
    name: Annotated[str, Argument("A role, like polecat.", metavar="ROLE")],
    *,
    rig: Annotated[str | None, Option("As it counts in this rig.", metavar="RIG")] = None,
    as_json: Json = False,
) -> None:
    """Show one role: what it may do, how it runs, its prompt and standing orders, and which file each came from."""
    from gastown.views.roles import role

    town = here()
    found = role(town, name, rig)
    output.show(replace(found, sources=dict(found.sources)), _text, as_json=as_json)


def check(*, as_json: Json = False) -> int:
    """Check every role, prompt and standing order of the town and its rigs; exit code 65 when one cannot be used."""
    from gastown.views.roles import check_roles

    found = check_roles(here())
    output.show(found, _findings, as_json=as_json)
    return exits.INVALID if any(finding.fatal for finding in found) else 0


def _list(lines: "Sequence[RoleLine]") -> str:
    from gastown.cli.tables import table

    rows = [
        (
            line.name if line.rig is None else f"{line.name} in {line.rig}",
            (line.broken and "broken") or f"{line.scope}, {line.restart}, {line.wake}",
            str(line.agents or ""),
            "" if line.ours else "changed here",
            line.broken or line.summary,
        )
        for line in lines
    ]
    return "\n".join(table(rows, gives_way={4: 20, 1: 12}, right=[2]))


def _text(role: "Role") -> str:
    from gastown.cli.output import strong

    facts = {
        "is for": role.summary,
        "belongs to": f"the {role.scope}, {'several with names' if role.many else 'one'}",
        "runs": f"{role.restart}, wakes {role.wake.replace('_', ' ')}, in a {role.place} of its own",
        "after a crash": "goes on with its conversation where it can" if role.resumes else "begins afresh",
        "may": ", ".join(sorted(role.may)),
        "callbacks": ", ".join(sorted(role.callbacks)),
        "formula": role.formula,
        "runtime": " ".join(filter(None, (role.runtime, role.model))),
        "names": ", ".join(role.names),
    }
    lines = [strong(role.name)]
    for what, fact in facts.items():
        lines += _wrapped(output.harmless(fact), f"  {what:14}", " " * 16) if fact else []
    files = [file for source in role.sources.values() for file in source.split(" + ") if file]
    lines += [f"  {'from':14}{output.harmless(short_path(Path(file)))}" for file in files]
    lines += ["", strong("prompt"), *_body(role.prompt)]
    if role.directives:
        lines += ["", strong("standing orders"), *_body(role.directives)]
    return "\n".join(lines)


def _body(text: str) -> list[str]:
    lines: list[str] = []
    for line in text.strip().splitlines():
        words = output.harmless(line, keep_blanks=True)
        blank = " " * (2 + len(words) - len(words.lstrip()))
        lines += _wrapped(words, "  ", blank + "  " * words.lstrip().startswith(("- ", "* "))) or [""]
    return lines


def _wrapped(text: str, first: str, then: str) -> list[str]:
    from textwrap import wrap

    return wrap(
        text, output.width(), initial_indent=first, subsequent_indent=then, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def _findings(found: "Sequence[Finding]") -> str:
    if not found:
        return "every role can be used"
    lines: list[str] = []
    for finding in found:
        where = f" in {finding.rig}" if finding.rig else ""
        lines.append(
            f"{'✗' if finding.fatal else '!'} {finding.role}{where}: {output.harmless(finding.what)}"
        )
        lines += [f"    {output.harmless(finding.hint)}"] if finding.hint else []
    return "\n".join(lines)
