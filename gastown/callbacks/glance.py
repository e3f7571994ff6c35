"""The first glance at a tool's call: most of them can be let through without being read."""

import os
from collections.abc import Mapping

DEEDS = (
    *(
        "push",
        "send-pack",
        "stash",
        "worktree",
        "branch",
        "update-ref",
        "reflog",
        "prune",
        "hookspath",
        "hooksPath",
    ),
    *("pushurl", "set-url", "remote r", "tmux", "rm ", "mv ", "rmdir", "-delete", "unlink", "shred"),
    *(
        "autost",
        "autoSt",
        "AutoSt",
        "Autost",
        "work-tree",
        "workTree",
        "WORK_TREE",
        "subtree",
        "symbolic-ref",
    ),
    *("remotes/", "core.bare", "remote.origin"),
)
"""Words without which nothing is pushed, stashed, removed or ended."""

PLACES = (
    *(
        "..",
        "/polecats/",
        "/crew/",
        "/dogs/",
        "/queue",
        "/mayor",
        "/deacon",
        "/boot",
        "/witness",
        "/refinery",
    ),
    *(".rescued", "GT_", ".toml", "gastown.db", "ledger.git", "repo.git", "_path"),
)
"""Parts of paths without which nothing of others or of the town is named."""


def worth_a_look(said: str, environment: Mapping[str, str]) -> bool:
    """Whether the guard is to read this report of a tool: only what the tool is given counts."""
    given = said.partition('"tool_input"')[2] or said
    home = os.path.join(environment.get("GT_TOWN", "/"), environment.get("GT_ADDRESS", ""), "")
    if _writes_at_home(given, home):
        return False
    given = given.replace(home, "").replace(f"{home[:-1]} ", "")
    return any(word in given for word in DEEDS) or any(word in given for word in PLACES)


def _writes_at_home(given: str, home: str) -> bool:
    """Whether it writes a file in the agent's own home, which no link leads out of."""
    path, quote, _ = given.partition('"file_path":')[2].lstrip(' "').partition('"')
    if not quote or "\\" in path or '"command":' in given or not path.startswith(home):
        return False
    return os.path.realpath(path).startswith(os.path.join(os.path.realpath(home), ""))
