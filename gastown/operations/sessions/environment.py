"""The environment of an agent's session: an allowlist, its identity, and what its CLI needs."""

import json
import os
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from gastown.domain.identity import Address
from gastown.operations.sessions.marks import GATE, QUEUE, TOWN_OF_GATE
from gastown.town import Town
from gastown.world.files import write_whole

ALWAYS = (
    *("HOME", "LANG", "LC_*", "SHELL", "USER", "LOGNAME", "TMPDIR", "TZ", "COLORTERM", "SSH_AUTH_SOCK"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
)
OURS = (
    *("GT_ADDRESS", "GT_ROLE", "GT_RIG", "GT_INCARNATION", "GT_CREDENTIAL", "GT_RUNTIME"),
    *(GATE, TOWN_OF_GATE, QUEUE),
)
"""What marks a process as an agent's or a gate's; nothing that outlives them may carry it."""

OF_ONE_SESSION = (
    *("GIT_AUTHOR_", "GIT_COMMITTER_", "TMUX", "CLAUDECODE"),
    *(f"CLAUDE_CODE_{part}" for part in ("SESSION_", "ENTRYPOINT", "CHILD_", "MESSAGING_", "SSE_PORT")),
)
"""How names begin that belong to one author, terminal or conversation."""


def passed_on(patterns: Iterable[str], source: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Those environment variables, ours if nothing else is said, whose names match a pattern."""
    wanted = tuple(patterns)
    return {name: value for name, value in source.items() if any(fnmatchcase(name, p) for p in wanted)}


def without_identity() -> dict[str, str]:
    """Our environment for processes that serve the whole town: without what says whose session it was typed in."""
    return {
        name: value
        for name, value in os.environ.items()
        if name not in OURS and not name.startswith(OF_ONE_SESSION)
    }


def keep_environment(town: Town) -> None:
    """Keep ours for supervisors that an agent's command starts: gates are to find the same one. Unavailable."""
    write_whole(town.places.environment, json.dumps(without_identity()), mode=0o600)


def kept_environment(town: Town) -> dict[str, str] | None:
    """That of the person who last started the supervisor; None when there is none that can be read."""
    try:
        kept = json.loads(town.places.environment.read_text())
        return {str(name): str(value) for name, value in kept.items()}
    except (OSError, ValueError, AttributeError):
        return None


def of_agent(
    town: Town,
    address: Address,
    *,
    incarnation: int,
    credential: str,
    runtime: str,
    additions: Mapping[str, str],
    source: Mapping[str, str] = os.environ,
) -> dict[str, str]:
    """Everything in the environment of this agent's session; what is passed on comes from `source`, else from ours."""
    settings = town.settings
    name, email = str(address), settings.email
    return {
        **passed_on((*ALWAYS, *settings.environment, *town.runtime(runtime).passes), source),
        **additions,
        "PATH": _path(town, source),
        "GT_TOWN": str(town.root),
        "GT_ADDRESS": str(address),
        "GT_ROLE": address.role,
        "GT_RIG": address.rig or "",
        "GT_INCARNATION": str(incarnation),
        "GT_CREDENTIAL": credential,
        "GT_RUNTIME": runtime,
        "GIT_AUTHOR_NAME": name,
        "GIT_AUTHOR_EMAIL": email,
        "GIT_COMMITTER_NAME": name,
        "GIT_COMMITTER_EMAIL": email,
        "GIT_TERMINAL_PROMPT": "0",
    }


def _path(town: Town, source: Mapping[str, str]) -> str:
    first = str(town.places.bin)
    rest = [part for part in source.get("PATH", os.defpath).split(os.pathsep) if part and part != first]
    return os.pathsep.join([first, *rest])
