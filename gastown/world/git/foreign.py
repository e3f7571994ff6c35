"""What the shared configuration may not decide: agents can write it, so our git takes the user's own word instead."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from gastown.world.git.command import answer, ssh_command

_SHARED = frozenset({"local", "worktree"})
_OWN = frozenset({"system", "global"})

_NEUTRAL: Mapping[str, str | None] = {
    r"core\.(autocrlf|safecrlf)": "false",
    r"core\.eol": "native",
    r"filter\..*\.(clean|smudge|process)": "",
    r"filter\..*\.required": "false",
    r"merge\..*\.driver": "false",
    r"remote\..*\.(uploadpack)": "git-upload-pack",
    r"remote\..*\.(receivepack)": "git-receive-pack",
    r"remote\..*\.mirror": "false",
    r"core\.alternaterefscommand": "true",
    r"core\.(askpass|gitproxy)": "",
    r"core\.sshcommand": None,
    r"credential\.(.*\.)?helper": None,
}
"""Patterns of keys, and what each becomes where the user's own configuration does not say.

All but the first two name programs. An empty filter passes bytes through; a merge driver that fails leaves a
conflict, so nothing lands by it. None: handled apart.
"""


def without_foreign_programs(where: Path) -> dict[str, str]:
    """Variables under which git at `where` starts only programs of its own and of the user's configuration.

    Files are written as those say. An unreadable configuration yields none: git will say itself what is wrong.
    """
    listed = answer(where, "config", "--list", "--show-scope", "--includes", "-z")
    if listed.status:
        return {}
    shared, own = _by_scope(listed.out)
    settings = [pair for key in shared for pair in _instead(key, own)]
    if any(_matches(r"credential\.(.*\.)?helper", key) for key in shared):
        settings += _own_helpers(own)
    env = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings):
        env |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return (env if settings else {}) | _ssh(own)


def _by_scope(listed: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Keys of the shared configuration, and keys with values of the user's own."""
    fields = listed.split("\0")
    shared: list[str] = []
    own: list[tuple[str, str]] = []
    for scope, entry in zip(fields[::2], fields[1::2], strict=False):
        key, _, value = entry.partition("\n")
        if scope in _SHARED and key not in shared:
            shared.append(key)
        elif scope in _OWN:
            own.append((key, value))
    return shared, own


def _matches(pattern: str, key: str) -> bool:
    return re.fullmatch(pattern, key, re.IGNORECASE | re.DOTALL) is not None


def _instead(key: str, own: list[tuple[str, str]]) -> list[tuple[str, str]]:
    neutral = next((value for pattern, value in _NEUTRAL.items() if _matches(pattern, key)), None)
    if neutral is None:
        return []
    values = [value for known, value in own if known == key]
    return [(key, values[-1] if values else neutral)]


def _own_helpers(own: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """An empty helper forgets all before it; then come the user's own, in their order."""
    helpers = [(key, value) for key, value in own if _matches(r"credential\.(.*\.)?helper", key)]
    return [("credential.helper", ""), *helpers]


def _ssh(own: list[tuple[str, str]]) -> dict[str, str]:
    """The user's core.sshCommand, which GIT_SSH_COMMAND would otherwise hide; theirs from the environment wins."""
    commands = [value for key, value in own if key == "core.sshcommand"]
    if not commands or os.environ.get("GIT_SSH_COMMAND") or os.environ.get("GIT_SSH"):
        return {}
    return {"GIT_SSH_COMMAND": ssh_command(commands[-1])}
