"""Which worktrees an agent neither removes, moves nor writes over: those of others, by whatever name git takes."""

import os

from gastown.callbacks.git_place import Call, git_folder, is_shared, options, read
from gastown.callbacks.shell import UNKNOWN
from gastown.callbacks.whose import Here

ASK = "If it is in your way, say so: gt mail send mayor"


def worktree(call: Call, here: Here) -> str:
    """Why `git worktree …` is refused; empty: it is not."""
    _, names = options(call.words, frozenset({"--reason", "-b", "-B", "--expire"}))
    first, given = (names[0], names[1:]) if names else ("", [])
    if first not in ("add", "remove", "move", "prune") or not is_shared(call, here):
        return ""
    if first == "add":
        return _adding(given[0], call, here) if given else ""
    if first == "prune":
        return f"git worktree prune forgets worktrees of others. gt worktree list tells whose they are. {ASK}"
    for name in given:
        if _is_elsewhere(name, here):
            continue
        if UNKNOWN in name or "{" in name or not call.folder:
            return f"nobody sees which worktrees this would {first}. Name each of your own by its path"
        for path in (here.at(name, call.folder), here.at(name), *_named(name, call)):
            if owner := here.lost(path) or here.lost(os.path.realpath(path)):
                return f"{name} belongs to {owner}: worktrees of agents are not removed by hand. {ASK}"
    return ""


def _is_elsewhere(name: str, here: Here) -> bool:
    """Whether it lies outside the town, whatever stands for what only the shell knows."""
    begins = name.partition(UNKNOWN)[0]
    apart = not here.town.startswith(begins) and not here.town_has(os.path.realpath(begins))
    return begins.startswith("/") and ".." not in name and apart


def _adding(place: str, call: Call, here: Here) -> str:
    if UNKNOWN in place or not call.folder:
        return ""
    whole = os.path.realpath(here.at(place, call.folder))
    owner = here.foreign(whole) or here.lost(whole)
    return f"{place} is the place of {owner}. Put a worktree of yours elsewhere, as in /tmp" if owner else ""


def _named(name: str, call: Call) -> list[str]:
    """The worktrees that git may mean by it: it takes the last parts of a path for the whole."""
    inside, found, _ = git_folder(call.folder).partition("/repo.git")
    records = os.path.join(inside + found, "worktrees")
    wanted = "/" + name.strip("/")
    try:
        known = os.listdir(records)
    except OSError:
        return []
    links = (
        os.path.join(records, each, read(os.path.join(records, each, "gitdir")).strip()) for each in known
    )
    paths = (os.path.normpath(link).removesuffix("/.git") for link in links)
    return [path for path in paths if path.endswith(wanted)]
