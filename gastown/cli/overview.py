"""The list of all commands, of one family of them, and what to say to a name that is none."""

from collections.abc import Mapping, Sequence

from gastown.cli import exits, lazy, output
from gastown.cli.lazy import Command

HELP = ("-h", "--help")

_HEAD = """\
Gas Town runs coding agents, each in its own tmux session and git worktree, and keeps main green.

usage: gt COMMAND …          gt alone shows the town and the next step
       gt COMMAND --help     everything about one command
"""

_FOOT = """
`bd` is the same as `gt bead`. Every command that shows something has --json.
Exit codes: 0 done, 1 not possible as asked, 64 usage, 65 invalid input, 69 a tool is missing or silent,
70 our bug, 75 busy (try again), 130 interrupted.\
"""


def overview_or_complaint(program: str, words: Sequence[str]) -> int:
    """Answer words that name no command: a list if that was asked for, else the nearest names."""
    family = lazy.stem(words)
    rest = words[len(family) :]
    if rest and rest[0] in HELP:
        output.say(_overview(program, family))
        return exits.DONE
    if not rest and shown(program, family) == "bd":
        output.say(_overview(program, family))
        return exits.DONE
    if not rest:
        return _too_short(program, family)
    if rest[0].startswith("-"):
        output.complain(f"no such option: {rest[0]}", f"{shown(program, family)} --help", program=program)
        return exits.USAGE
    hint = "\n".join(_lines(program, {name: lazy.COMMANDS[name] for name in lazy.nearest(words)}))
    typed = shown(program, (*family, rest[0]))
    output.complain(f"there is no command `{typed}`", hint or f"{program} --help", program=program)
    return exits.USAGE


def shown(program: str, words: Sequence[str]) -> str:
    """A command as the person types it: `gt bead show` is `bd show` to those who typed `bd`."""
    if program == "bd" and tuple(words[:1]) == ("bead",):
        return " ".join(("bd", *words[1:]))
    return " ".join(("gt", *words))


def _too_short(program: str, family: Sequence[str]) -> int:
    commands = lazy.beneath(family)
    output.complain(
        f"{shown(program, family)} needs one more word", "\n".join(_lines(program, commands)), program=program
    )
    return exits.USAGE


def _overview(program: str, family: Sequence[str]) -> str:
    if family:
        head = f"usage: {shown(program, family)} COMMAND …\n"
        return "\n".join([head, *(f"  {line}" for line in _lines(program, lazy.beneath(family)))])
    groups = [
        "\n".join([f"\n{output.strong(title)}", *(f"  {line}" for line in _lines("bd", commands))])
        for title, commands in lazy.GROUPS.items()
    ]
    return _HEAD + "\n".join(groups) + "\n" + _FOOT


def _lines(program: str, commands: Mapping[str, Command]) -> list[str]:
    names = {shown(program, name.split()): command for name, command in commands.items()}
    longest = max(map(len, names), default=0)
    return [f"{name:{longest}}  {command.about}" for name, command in names.items()]
