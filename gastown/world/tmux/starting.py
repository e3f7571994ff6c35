"""How a session is started: what is refused before tmux is asked, and the command it is asked with."""

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from gastown.errors import Invalid, NotFound, Refused, Unavailable
from gastown.world.tmux import script

LARGEST = 16_000
"""Bytes of arguments and environment together; one message to a tmux server ends at 16,384."""

_ENV = "/usr/bin/env"

_IDENTITY = ("GT_", "GIT_AUTHOR_", "GIT_COMMITTER_")
"""How the names begin of what says who somebody is."""

_SECRET = ("TOKEN", "SECRET", "KEY", "PASSW", "CREDENTIAL")
"""What is in the names of what nobody else is to know."""

_OWN = {"SHELL", "TERM", "TMUX", "TMUX_PANE"}
"""What tmux sets in every pane; SHELL is set back for the program."""


def checked_name(name: str) -> str:
    """The name, if tmux neither rewrites it nor reads it as something else. Invalid otherwise."""
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        raise Invalid(f"{name!r} cannot name a session", hint="use letters, digits, - and _")
    return name


def check(name: str, argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> None:
    """Refuse what tmux would start wrongly, or would drop without a word."""
    words = [*argv, *(f"{key}={value}" for key, value in env.items())]
    if not argv or any("\0" in word for word in words) or any("=" in key or not key for key in env):
        raise Invalid(f"{name} cannot be started: its command or environment is malformed")
    size = sum(len(os.fsencode(word)) + 1 for word in words)
    if size > LARGEST:
        raise Refused(
            f"the command and environment of {name} have {size} bytes, tmux takes {LARGEST}",
            hint="put long text into a file and name the file",
        )
    if not cwd.is_dir():
        raise NotFound(f"{name} cannot be started in {cwd}: there is no such folder")
    program = str(cwd / argv[0]) if "/" in argv[0] else argv[0]
    if shutil.which(program, path=env.get("PATH")) is None:
        raise Unavailable(f"{argv[0]} is not installed", hint=f"install {Path(argv[0]).name}, or mend PATH")


def new_session(name: str, argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> str:
    """The command that starts the session, detached; the caller's environment adds nothing (`-E`)."""
    return script.command("new-session", "-d", "-E", "-s", name, "-n", name, *_program_in(argv, cwd, env))


def respawn_pane(pane: str, argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> str:
    """The command that starts it in a pane whose program has ended."""
    return script.command("respawn-pane", "-t", pane, *_program_in(argv, cwd, env))


def environment_of_its_own(target: str, before: Sequence[str], env: Mapping[str, str]) -> list[str]:
    """What gives a session that goes on with `env` the environment that `new_session` would have given it."""
    public = {key: value for key, value in env.items() if key not in _OWN and not _is_its_own(key)}
    gone = [name for name in before if name not in public]
    return [
        *(script.command("set-environment", "-t", target, "-u", name) for name in gone),
        *(script.command("set-environment", "-t", target, key, value) for key, value in public.items()),
    ]


def for_the_agent_alone(name: str, env: Mapping[str, str]) -> list[str]:
    """What keeps the agent's identity and secrets out of the panes that a person opens beside it.

    Its own pane has them already, and only there: who respawns that must give them again.
    """
    return [
        script.command("set-environment", "-t", script.exactly(name), "-u", each)
        for each in env
        if each not in _OWN and _is_its_own(each)
    ]


def _is_its_own(variable: str) -> bool:
    if variable.startswith(_IDENTITY):
        return variable != "GT_TOWN"
    return any(word in variable.upper() for word in _SECRET)


def persons_shell(target: str, env: Mapping[str, str]) -> list[str]:
    """What gives a person who opens a window in the session their own shell."""
    shell = env.get("SHELL", "")
    if not Path(shell).is_absolute() or not os.access(shell, os.X_OK):
        return []
    return [script.command("set-option", "-t", target, "default-shell", shell)]


def _program_in(argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> list[str]:
    given = [word for key, value in env.items() if key not in _OWN for word in ("-e", f"{key}={value}")]
    return ["-c", script.literal(str(cwd.absolute())), *given, "--", *_program(argv, env)]


def _program(argv: Sequence[str], env: Mapping[str, str]) -> list[str]:
    """Two words or more, which tmux execs without a shell; with the SHELL that tmux has overwritten."""
    shell = [f"SHELL={env['SHELL']}"] if env.get("SHELL") else []
    if "=" in argv[0]:  # env would take it for an assignment
        return [_ENV, *shell, "/bin/sh", "-c", 'exec "$@"', "sh", *argv]
    return [_ENV, *shell, *argv]
