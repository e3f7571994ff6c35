"""Running git: always with the same few settings, in an environment that nothing else has coloured."""

import os
import re
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from shlex import quote, split

from gastown.errors import Unavailable
from gastown.world.git.abandoned import removed_abandoned_locks
from gastown.world.git.addresses import masked
from gastown.world.process import Finished, run

OLDEST = (2, 34)
"""What Ubuntu 22.04 ships; all that we ask of git was there by then."""

WHOLE_OUTPUT = 256_000_000
"""Bytes; lists of files are read whole or not at all."""

MARK = "GASTOWN_GIT_IN"
"""Names the folder that a git of ours works in, so that one whose starter was killed can be found."""

_SETTINGS = {
    "core.hooksPath": "/dev/null",
    "core.commitGraph": "false",
    "core.fsmonitor": "false",
    "core.quotePath": "false",
    "core.fsync": "committed,-loose-object,reference",
    "commit.gpgsign": "false",
    "tag.gpgsign": "false",
    "push.gpgSign": "false",
    "push.pushOption": "",
    "log.showSignature": "false",
    "merge.verifySignatures": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "protocol.ext.allow": "never",
    "submodule.recurse": "false",
    "worktree.useRelativePaths": "false",
    "rerere.enabled": "false",
    "advice.detachedHead": "false",
    "color.ui": "false",
}
"""What agents write into the shared configuration must neither start programs in our git nor change what it does."""

_OURS = [word for key, value in _SETTINGS.items() for word in ("-c", f"{key}={value}")]

_KEPT = re.compile(r"GIT_(CONFIG_(GLOBAL|SYSTEM|NOSYSTEM)|EXEC_PATH|SSL_\w+|SSH|SSH_COMMAND|SSH_VARIANT)\Z")
"""The user's own ways to reach their remotes; every other GIT_* could point our git somewhere else."""

_TRUE_OBJECTS = {
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": f"{os.devnull}/none",
    "GIT_NO_LAZY_FETCH": "1",
}
"""What a commit is, is what its name stands for: no replacement and no other parents, and nothing is fetched to
read it. A file of grafts that is empty would be complained of; one that cannot be is passed over."""

_REACHING_OUT = frozenset({"clone", "fetch", "ls-remote", "push"})
"""Only these talk to other repositories. Older gits do not know GIT_NO_LAZY_FETCH: they fetch missing objects
by a program that the shared configuration names, unless no way to fetch is allowed."""

_HINTS = {
    "No space left": "make room on the disk, then try again",
    ".lock': File exists": "another git works there, or was killed there: try again in a moment",
    "Permission denied": "check the rights of the folder",
    "dubious ownership": "git config --global --add safe.directory FOLDER",
}

_BOILERPLATE = re.compile(
    r"(fatal: )?(Could not read from remote repository|Please make sure you have the correct access rights"
    r"|and the repository exists|the remote end hung up unexpectedly|early EOF|hint: )",
    re.IGNORECASE,
)


HALF_WRITTEN = "/commondir: Success"
"""How git's complaint about a worktree ends that another git registers at that very moment: its file is still empty."""

MOMENTS, MOMENT = 10, 0.02
"""How often, and after how many seconds, it is asked again."""


class GitFailed(Unavailable):
    """Git ended with an error that nobody foresaw: `status` and `err` are its own."""

    def __init__(self, message: str, hint: str = "", *, status: int = 0, err: str = "") -> None:
        super().__init__(message, hint)
        self.status = status
        self.err = err


def git(
    where: Path,
    *args: str,
    deadline: float = 30,
    input: str | None = None,  # noqa: A002 - subprocess calls it so
    env: Mapping[str, str] | None = None,
) -> str:
    """What `git args` prints in a bare repository or worktree. Raises GitFailed or Unavailable."""
    done = answer(where, *args, deadline=deadline, input=input, env=env)
    if done.status:
        raise failure(args, done)
    return done.out


def answer(
    where: Path,
    *args: str,
    deadline: float = 30,
    input: str | None = None,  # noqa: A002 - subprocess calls it so
    env: Mapping[str, str] | None = None,
) -> Finished:
    """How `git args` ended in `where`; repositories further up are never looked at. `env` adds to the environment.

    A lock on refs or configuration that somebody left behind there when killed is removed once it is old. Where git
    met a worktree that another git was just registering, which ends it before it does anything, it is asked again.
    """
    argv, whole = ["git", *_inside(where), *_OURS, *args], {**environment(where), **(env or {})}
    if verb(args) not in _REACHING_OUT:
        whole["GIT_ALLOW_PROTOCOL"] = ""
    done = run(argv, deadline=deadline, cwd=where, env=whole, input=input, limit=WHOLE_OUTPUT)
    for _ in range(MOMENTS):
        if not (done.status and HALF_WRITTEN in done.err):
            break
        time.sleep(MOMENT)
        done = run(argv, deadline=deadline, cwd=where, env=whole, input=input, limit=WHOLE_OUTPUT)
    if done.status and removed_abandoned_locks(where, done.err):
        return run(argv, deadline=deadline, cwd=where, env=whole, input=input, limit=WHOLE_OUTPUT)
    return done


def verb(args: Sequence[str]) -> str:
    """Which of git's commands `args` call; empty: none."""
    words = iter(args)
    for word in words:
        if word in ("-c", "-C"):
            next(words, None)
        elif not word.startswith("-"):
            return word
    return ""


def _inside(where: Path) -> list[str]:
    """A worktree is found by its `.git`; anything else is named, or git would search the folders above it."""
    if (where / ".git").exists():
        return []
    bare = (where / "objects").is_dir() and (where / "HEAD").is_file()
    return [f"--git-dir={where if bare else where / '.git'}"]


def environment(where: Path) -> dict[str, str]:
    """Our own environment without other gits' variables; nobody is asked for anything."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith("GIT_") or _KEPT.match(name)
    }
    return {
        **kept,
        **_TRUE_OBJECTS,
        "GIT_ASKPASS": "",
        "GIT_CEILING_DIRECTORIES": str(where.parent),
        "GIT_DEFAULT_REF_FORMAT": "files",
        "GIT_EDITOR": ":",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_SEQUENCE_EDITOR": ":",
        "GIT_SSH_COMMAND": ssh_command(kept.get("GIT_SSH_COMMAND") or quoted(kept.get("GIT_SSH", ""))),
        "GIT_TERMINAL_PROMPT": "0",
        MARK: str(where),
        "LC_ALL": "C",
        "SSH_ASKPASS_REQUIRE": "never",
    }


def ssh_command(own: str) -> str:
    """The user's own way to call ssh, or plain ssh, told not to ask and not to wait for ever."""
    command = own.strip() or "ssh"
    try:
        called = Path(split(command)[0]).name
    except ValueError:  # quotes that a shell may understand
        return command
    if called != "ssh":
        return command
    return f"{command} -o BatchMode=yes -o ConnectTimeout=20 -o ServerAliveInterval=15"


def quoted(program: str) -> str:
    """A program's path as a command; empty stays empty."""
    return quote(program) if program else ""


def failure(args: tuple[str, ...], done: Finished) -> GitFailed:
    """What a failed git said, as an error."""
    ending = f"it was ended by signal {-done.status}" if done.status < 0 else f"it ended with {done.status}"
    words = masked(reason(done.err)) or ending
    return GitFailed(
        f"git {verb(args)} failed: {words}", hint_for(done.err), status=done.status, err=done.err
    )


def hint_for(err: str) -> str:
    """What can be done about git's complaint, where that is known."""
    return next((hint for sign, hint in _HINTS.items() if sign in err), "")


def reason(err: str) -> str:
    """The line of git's complaint that says most."""
    lines = [line.strip() for line in err.replace("\r", "\n").splitlines()]
    telling = [line for line in lines if line and not _BOILERPLATE.match(line)]
    if not telling:
        return lines[-1] if lines else ""
    fatal = [line for line in telling if line.startswith(("fatal:", "ERROR:"))]
    error = [line for line in telling if line.startswith("error:")]
    return (fatal or error or telling[-1:])[0].removeprefix("fatal: ").removeprefix("error: ")


@cache
def version() -> tuple[int, int]:
    """Which git this is. Unavailable when there is none, or one too old."""
    done = run(["git", "version"], deadline=10, env=environment(Path.home()))
    found = re.search(r"(\d+)\.(\d+)", done.out)
    if found is None:
        raise Unavailable(f"git does not say its version: {done.out or done.err}", "install git")
    seen = (int(found[1]), int(found[2]))
    if seen < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        raise Unavailable(f"git {found[0]} is too old", f"install git {wanted} or newer")
    return seen
