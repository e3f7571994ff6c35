"""Pushes that are refused: whatever would move a rig's target, however it is spelled."""

import os

from gastown.callbacks.git_place import Call, Rig, git_folder, is_shared, options, plain, read, rigs
from gastown.callbacks.whose import Here

DONE = "Commit your work, then say `gt done`: the merge queue lands it"

_TAKES_ONE = frozenset({"-o", "--push-option", "--receive-pack", "--exec", "--repo"})


def push(call: Call, here: Here) -> str:
    flags, names = options(call.words, _TAKES_ONE)
    if "-n" in flags or "--dry-run" in flags:
        return ""
    repo = next((flag.partition("=")[2] for flag in flags if flag.startswith("--repo=")), "")
    remote = names[0] if names else repo
    concerned = _rigs_pushed_to(call, remote, here)
    for rig in concerned:
        if flags.intersection(("--all", "--mirror", "--branches")):
            return _no_push(rig.target)
        wanted = [name for name in names[1:] if name != "tag"] or ["HEAD"]
        if any(_goes_to(spec, rig.target, call.folder) for spec in wanted):
            return _no_push(rig.target)
    return ""


def _no_push(target: str) -> str:
    return f"{target} belongs to the merge queue, nobody else pushes to it. {DONE}"


def _rigs_pushed_to(call: Call, remote: str, here: Here) -> list[Rig]:
    """The rigs whose repository that push would reach."""
    known = rigs(here)
    if ":" in remote or "/" in remote or remote.startswith((".", "~")):
        there = plain(os.path.join(call.folder, remote) if remote.startswith(".") else remote)
        return [rig for rig in known if there in (plain(rig.url), *_clones(rig, here))]
    if is_shared(call, here):
        found = git_folder(call.folder) if call.folder else ""
        own = [rig for rig in known if found.startswith(os.path.join(here.town, rig.name, ""))]
        return own or known
    settings = read(os.path.join(git_folder(call.folder), "config"))
    lines = [line.partition("=")[2].strip() for line in settings.splitlines() if "url" in line.casefold()]
    there_too = {plain(line) for line in lines if line}
    return [rig for rig in known if there_too.intersection((plain(rig.url), *_clones(rig, here)))]


def _clones(rig: Rig, here: Here) -> tuple[str]:
    return (plain(os.path.join(here.town, rig.name, "repo.git")),)


def _goes_to(spec: str, target: str, folder: str) -> bool:
    source, colon, goal = spec.removeprefix("+").rpartition(":")
    if colon and not goal:
        return not source  # a lone colon pushes every branch that is there already
    if goal in ("HEAD", "@"):
        head = read(os.path.join(git_folder(folder), "HEAD")).strip() if folder else ""
        goal = head.removeprefix("ref: ")
    short = goal.removeprefix("refs/").removeprefix("heads/")
    return short == target or "*" in goal
