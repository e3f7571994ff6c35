"""What the shared configuration may not decide: agents can write it, so our git takes the user's own word instead."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from gastown.errors import Unavailable
from gastown.world.git.addresses import masked, path_of
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


_AWAY = r"url\..*\.(insteadof|pushinsteadof)|fetch\.(bundleuri|bundlecreationtoken)"
"""Keys that send our git to another place than the one it was told. They add up: nothing we say takes them back."""

_AWAY_OVER_HTTP = (
    r"http\.(?!(.*\.)?(postbuffer|lowspeedlimit|lowspeedtime|version|maxrequests|minsessions)$).*"
)
"""Most of what can be said of HTTP: proxies, headers, certificates, cookies."""


@dataclass(frozen=True, slots=True)
class _Said:
    """One entry of the configuration, and the file it stands in."""

    scope: str
    origin: str
    key: str
    value: str


def without_foreign_programs(where: Path) -> dict[str, str]:
    """Variables under which git at `where` starts only programs of its own and of the user's configuration.

    Files are written as those say. An unreadable configuration yields none: git will say itself what is wrong.
    """
    return _instead_of_all(_configuration(where))


def straight_to(where: Path, url: str) -> dict[str, str]:
    """`without_foreign_programs`, for a git that is to reach `url`, and really that.

    Raises Unavailable, naming what is to be taken out, when the configuration that agents can write leads away.
    """
    said = _configuration(where)
    away = next((each for each in said if each.scope in _SHARED and _leads_away(each.key, url)), None)
    if away is not None:
        file = str(where / away.origin.removeprefix("file:"))
        remedy = ("git", "config", "--file", file, "--unset-all", away.key)
        raise Unavailable(
            f"{masked(away.key)} in {file} could lead our git elsewhere than to {masked(url)}",
            masked(" ".join(map(quote, remedy))),
        )
    for old in (where / "remotes" / url, where / "branches" / url):
        if "/" not in url and old.exists():
            raise Unavailable(f"{old} could lead our git elsewhere than to {url}", f"rm {quote(str(old))}")
    return _instead_of_all(said)


def _leads_away(key: str, url: str) -> bool:
    """Keys of a remote whose name is the URL itself count for it too."""
    named = key.startswith(f"remote.{url}.") or _matches(_AWAY, key)
    return named or (path_of(url) is None and _matches(_AWAY_OVER_HTTP, key))


def _configuration(where: Path) -> list[_Said]:
    listed = answer(where, "config", "--list", "--show-scope", "--show-origin", "--includes", "-z")
    if listed.status:
        return []
    fields = listed.out.split("\0")
    entries = zip(fields[::3], fields[1::3], fields[2::3], strict=False)
    parts = ((scope, origin, entry.partition("\n")) for scope, origin, entry in entries)
    return [_Said(scope, origin, key, value) for scope, origin, (key, _, value) in parts]


def _instead_of_all(said: Sequence[_Said]) -> dict[str, str]:
    shared = list(dict.fromkeys(each.key for each in said if each.scope in _SHARED))
    own = [(each.key, each.value) for each in said if each.scope in _OWN]
    settings = [pair for key in shared for pair in _instead(key, own)]
    if any(_matches(r"credential\.(.*\.)?helper", key) for key in shared):
        settings += _own_helpers(own)
    env = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings):
        env |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return (env if settings else {}) | _ssh(own)


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
