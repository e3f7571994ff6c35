"""Pushes and fetches that are refused: what would move a rig's target, or what stands for it, however it is spelled."""

import os

from gastown.callbacks.git_place import Call, Rig, git_folder, is_shared, options, plain, read, rigs, rigs_of
from gastown.callbacks.shell import UNKNOWN
from gastown.callbacks.whose import Here

DONE = "Commit your work, then say `gt done`: the merge queue lands it"

_TAKES_ONE = frozenset({"-o", "--push-option", "--receive-pack", "--exec", "--repo", "-P", "--prefix"})
_FETCH_TAKES_ONE = frozenset({
    *("-j", "--jobs", "-o", "--server-option", "--depth", "--deepen", "--shallow-since", "--shallow-exclude", "-s"),
    *("--upload-pack", "--refmap", "--negotiation-tip", "--filter", "-X", "--strategy", "--strategy-option"),
})  # fmt: skip
_BRANCHES = "refs/heads/"
_SEEN = "refs/remotes/"


def push(call: Call, here: Here) -> str:
    flags, names = options(call.words, _TAKES_ONE)
    if "-n" in flags or "--dry-run" in flags:
        return ""
    repo = next((flag.partition("=")[2] for flag in flags if flag.startswith("--repo=")), "")
    remote = names[0] if names else repo
    concerned = _rigs_pushed_to(call, remote, here)
    if concerned and _is_unseen(call, flags, names):
        return (
            "nobody sees where this push goes, and --no-verify leaves out the hook that would look. "
            "Push without --no-verify, or name the branch in full"
        )
    for rig in concerned:
        if flags.intersection(("--all", "--mirror", "--branches")):
            return _no_push(rig.target)
        wanted = [name for name in names[1:] if name != "tag"] or ["HEAD"]
        if any(_goes_to(spec, rig.target, call.folder) for spec in wanted):
            return _no_push(rig.target)
    return ""


def subtree(call: Call, here: Here) -> str:
    """The same for `git subtree push`."""
    if call.words[:1] != ["push"]:
        return ""
    return push(Call("push", call.words[1:], call.folder, call.settings), here)


def fetch(call: Call, here: Here) -> str:
    """Refused: what brings anything but the remote's own target to where everybody looks for that."""
    _, names = options(call.words, _FETCH_TAKES_ONE)
    specs = [name.removeprefix("+").partition(":") for name in names[1:] if ":" in name]
    if not specs or not is_shared(call, here):
        return ""
    for rig in rigs_of(call, here):
        for source, _, goal in specs:
            if because := _brings(names[0], source, _full(goal), rig.target):
                return because
    return ""


def stands_for(ref: str, target: str) -> str:
    """Why a ref that stands for a rig's target is not moved by hand; empty: it does not."""
    if ref != f"{_SEEN}origin/{target}":
        return ""
    return (
        f"origin/{target} is where everybody sees how far {target} has come. Only git fetch origin moves it"
    )


def _brings(remote: str, source: str, goal: str, target: str) -> str:
    if goal == _BRANCHES + target:
        return f"the branch {target} belongs to the merge queue. Look at it with: git fetch origin"
    seen = f"{_SEEN}origin/{target}"
    head, star, tail = goal.partition("*")
    if star:
        if not (seen.startswith(head) and seen.endswith(tail)):
            return ""
        source = source.replace("*", seen[len(head) : len(seen) - len(tail)])
    elif goal != seen:
        return ""
    return "" if remote == "origin" and source.removeprefix(_BRANCHES) == target else stands_for(seen, target)


def _full(ref: str) -> str:
    return f"refs/{ref}" if ref.startswith(("heads/", "remotes/")) else ref


def _is_unseen(call: Call, flags: set[str], names: list[str]) -> bool:
    """Whether neither we nor the hook can tell which refs it moves."""
    if not any(flag.startswith("--no-ve") for flag in flags):
        return False
    said_elsewhere = any(setting.casefold().startswith(("push.", "remote.")) for setting in call.settings)
    unseen = any(UNKNOWN in name or ("{" in name and "," in name) for name in names)
    return unseen or (said_elsewhere and not names[1:])


def _no_push(target: str) -> str:
    return f"{target} belongs to the merge queue, nobody else pushes to it. {DONE}"


def _rigs_pushed_to(call: Call, remote: str, here: Here) -> list[Rig]:
    """The rigs whose repository that push would reach."""
    known = rigs(here)
    if ":" in remote or "/" in remote or remote.startswith((".", "~")):
        there = plain(os.path.join(call.folder, remote) if remote.startswith(".") else remote)
        return [rig for rig in known if there in (plain(rig.url), *_clones(rig, here))]
    if is_shared(call, here):
        return rigs_of(call, here)
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
