"""Which calls of git are refused to agents: pushes to a target, stashes, what is other agents'."""

import os
from collections.abc import Sequence

from gastown.callbacks.git_place import Call, git_folder, is_shared, options, rigs
from gastown.callbacks.guard_push import DONE, push
from gastown.callbacks.shell import UNKNOWN
from gastown.callbacks.whose import Here

_TAKES_ONE = frozenset(
    {"-c", "--exec-path", "--namespace", "--config-env", "--super-prefix", "--attr-source"}
)
_WRITES_FILES = frozenset({
    *("add", "am", "apply", "checkout", "checkout-index", "cherry-pick", "clean", "commit", "merge", "mv", "pull"),
    *("read-tree", "rebase", "reset", "restore", "revert", "rm", "sparse-checkout", "submodule", "switch"),
})  # fmt: skip
_CHANGES_BRANCHES = frozenset({"-d", "-D", "-m", "-M", "-C", "-f", "--delete", "--move", "--force"})

ASK = "If it is in your way, say so: gt mail send mayor"


def refused(words: Sequence[str], folder: str, git_dir: str, here: Here) -> str:
    """Why `git WORDS` in `folder` is refused; empty: it is not."""
    call = _call(words, folder, git_dir, here)
    if any(setting.casefold().startswith("core.hookspath") for setting in call.settings):
        return _hooks()
    if call.verb in _WRITES_FILES:
        return _others_files(call, here)
    check = {
        "push": push, "send-pack": push, "stash": _stash, "worktree": _worktree, "branch": _branch,
        "update-ref": _update_ref, "config": _config, "remote": _remote, "reflog": _reflog, "gc": _gc, "prune": _gc,
    }.get(call.verb)  # fmt: skip
    return check(call, here) if check is not None else ""


def _call(words: Sequence[str], folder: str, git_dir: str, here: Here) -> Call:
    rest, settings = list(words), list[str]()
    where, named = folder, git_dir
    while rest and rest[0].startswith("-"):
        option, equals, value = rest.pop(0).partition("=")
        if option in ("-C", "--git-dir", "--work-tree") or option in _TAKES_ONE:
            value = value if equals else (rest.pop(0) if rest else "")
        if option == "-C":
            where = _joined(where, value, here)
        elif option == "--git-dir":
            named = value
        elif option == "-c":
            settings.append(value)
    if named:
        where = _joined(where, named, here)
    return Call(rest[0] if rest else "", rest[1:], where, settings)


def _joined(folder: str, more: str, here: Here) -> str:
    return "" if UNKNOWN in more or not folder else here.at(more, folder)


# --- stashes, worktrees, branches ------------------------------------------------------------------------


def _stash(call: Call, here: Here) -> str:
    first = next((word for word in call.words if not word.startswith("-")), "push")
    asks = first in ("list", "show", "create") or "-h" in call.words or "--help" in call.words
    if asks or not is_shared(call, here):
        return ""
    given = [word for word in call.words[1:] if not word.startswith("-")]
    if first == "apply" and given and not given[0].isdigit() and not given[0].startswith("stash"):
        return _others_files(call, here)
    return (
        "stashes are shared by all worktrees of this repository, so another agent may get yours or lose its own. "
        "Commit instead (git commit -m 'work in progress'), or copy: git diff > /tmp/mine.patch"
    )


def _worktree(call: Call, here: Here) -> str:
    _, names = options(call.words, frozenset({"--reason", "-b", "-B"}))
    first, given = (names[0], names[1:]) if names else ("", [])
    if first not in ("remove", "move", "prune") or not is_shared(call, here):
        return ""
    if first == "prune":
        return f"git worktree prune forgets worktrees of others. gt worktree list tells whose they are. {ASK}"
    for name in given:
        if UNKNOWN in name or not call.folder:
            return f"nobody sees which worktrees this would {first}. Name each of your own by its path"
        if owner := here.lost(here.at(name, call.folder)) or here.lost(here.at(name)):
            return f"{name} belongs to {owner}: worktrees of agents are not removed by hand. {ASK}"
    return ""


def _branch(call: Call, here: Here) -> str:
    flags, names = options(call.words, frozenset({"-u", "--set-upstream-to"}))
    if not flags & _CHANGES_BRANCHES or not is_shared(call, here):
        return ""
    changed = names[:1] if flags & {"-f", "--force"} and not flags & {"-d", "--delete"} else names
    return next((why for name in changed if (why := _others_ref(f"refs/heads/{name}", call, here))), "")


def _update_ref(call: Call, here: Here) -> str:
    flags, names = options(call.words, frozenset({"-m"}))
    if not names or "--stdin" in flags or not is_shared(call, here):
        return ""
    return _others_ref(names[0], call, here)


def _others_ref(ref: str, call: Call, here: Here) -> str:
    """Why the agent may not move or delete it; empty: it may."""
    if ref.startswith("refs/gastown/") or ref == "refs/stash":
        return f"{ref} keeps work safe and is changed by gt alone. gt rescue list shows what is kept"
    branch = ref.removeprefix("refs/heads/")
    if ref == branch:
        return ""
    found = git_folder(call.folder) if call.folder else ""
    mine = [rig for rig in rigs(here) if found.startswith(os.path.join(here.town, rig.name, ""))] or rigs(
        here
    )
    if branch in {rig.target for rig in mine}:
        return f"the branch {branch} belongs to the merge queue. {DONE}"
    first = branch.partition("/")[0]
    kind, name = here.address.split("/")[-2:] if "/" in here.address else ("", here.address)
    own = f"polecat/{name}/" if kind == "polecats" else f"{_handle(kind, name)}/"
    agents = (
        first == "polecat" or first.startswith(("crew-", "dog-")) or first in ("refinery", "witness", "mayor")
    )
    if agents and "/" in branch and not branch.startswith(own):
        return f"the branch {branch} is another agent's. Make one of your own: git checkout -b {own}NAME"
    return ""


def _handle(kind: str, name: str) -> str:
    role = kind if kind == "crew" else kind.removesuffix("s")
    return f"{role}-{name}" if kind in ("crew", "dogs") else name


def _others_files(call: Call, here: Here) -> str:
    """Why git may not write where it works."""
    if not call.folder:
        return ""
    if owner := here.foreign(call.folder):
        return f"{call.folder} belongs to {owner}. Work in your own worktree: {here.home}"
    return ""


# --- settings and clean-up -------------------------------------------------------------------------------


def _config(call: Call, here: Here) -> str:
    flags, names = options(
        call.words, frozenset({"-f", "--file", "--blob", "--type", "--default", "--comment"})
    )
    if names and names[0] in ("set", "unset", "get", "list", "edit"):
        flags, names = flags | {f"--{names[0]}"}, names[1:]
    writes = bool(flags & {"--unset", "--unset-all", "--add", "--replace-all", "--set"}) or len(names) > 1
    if not names or not writes or flags & {"--get", "--get-all", "--list"}:
        return ""
    key = names[0].casefold()
    if key == "core.hookspath" and (is_shared(call, here) or flags & {"--global", "--system"}):
        return _hooks()
    if key.startswith("remote.") and key.endswith(".pushurl") and is_shared(call, here):
        return f"nothing is pushed from here. {DONE}"
    return ""


def _remote(call: Call, here: Here) -> str:
    pushes = list(call.words[:1]) == ["set-url"] and "--push" in call.words
    return f"nothing is pushed from here. {DONE}" if pushes and is_shared(call, here) else ""


def _reflog(call: Call, here: Here) -> str:
    forgets = bool(call.words) and call.words[0] in ("expire", "delete")
    return _keeps() if forgets and is_shared(call, here) else ""


def _gc(call: Call, here: Here) -> str:
    prunes = call.verb == "prune" or any(word.startswith("--prune=") for word in call.words)
    return _keeps() if prunes and is_shared(call, here) else ""


def _hooks() -> str:
    return (
        "core.hooksPath is shared by all worktrees and switches off what keeps them apart. Leave it as it is"
    )


def _keeps() -> str:
    return "this repository's history is shared, and other agents' work may hang on it alone. Leave the clean-up to gt"
