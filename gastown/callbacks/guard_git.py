"""Which calls of git are refused to agents: pushes to a target, stashes, what is other agents'."""

import os
from collections.abc import Mapping, Sequence

from gastown.callbacks.git_place import OFF, Call, is_shared, options, rigs_of
from gastown.callbacks.guard_push import DONE, fetch, push, stands_for, subtree
from gastown.callbacks.guard_worktrees import worktree
from gastown.callbacks.shell import UNKNOWN
from gastown.callbacks.whose import Here

_TAKES_ONE = frozenset({
    *("-C", "-c", "--git-dir", "--work-tree", "--config-env"),
    *("--exec-path", "--namespace", "--super-prefix", "--attr-source"),
})  # fmt: skip
_WRITES_FILES = frozenset({
    *("add", "am", "apply", "bisect", "checkout", "checkout-index", "cherry-pick", "clean", "commit", "merge", "mv"),
    *("pull", "read-tree", "rebase", "reset", "restore", "revert", "rm", "sparse-checkout", "submodule", "switch"),
    "update-index",
})  # fmt: skip
_CHANGES_BRANCHES = frozenset({"-d", "-D", "-m", "-M", "-C", "-f", "--delete", "--move", "--force"})

_STASHES_BY_ITSELF = frozenset({"merge", "pull", "rebase"})
_AUTOSTASH = ("rebase.autostash", "merge.autostash")


def refused(words: Sequence[str], folder: str, known: Mapping[str, str], here: Here) -> str:
    """Why `git WORDS` in `folder` is refused; empty: it is not. `known` is what stands in its environment."""
    call = _call(words, folder, known, here)
    if any(setting.casefold().startswith("core.hookspath") for setting in call.settings):
        return _hooks()
    if call.verb in _WRITES_FILES and (because := _others_files(call, here)):
        return because
    if call.verb in _STASHES_BY_ITSELF and (because := _autostash(call, here)):
        return because
    check = {
        "push": push, "send-pack": push, "subtree": subtree, "fetch": fetch, "pull": fetch, "stash": _stash,
        "worktree": worktree, "branch": _branch, "update-ref": _update_ref, "symbolic-ref": _symbolic_ref,
        "config": _config, "remote": _remote, "reflog": _reflog, "gc": _gc, "prune": _gc,
    }.get(call.verb)  # fmt: skip
    return check(call, here) if check is not None else ""


def _call(words: Sequence[str], folder: str, known: Mapping[str, str], here: Here) -> Call:
    rest, settings = list(words), _settings(known)
    where, named, tree = folder, known.get("GIT_DIR", ""), known.get("GIT_WORK_TREE", "")
    while rest and rest[0].startswith("-"):
        option, equals, value = rest.pop(0).partition("=")
        if option in _TAKES_ONE and not equals:
            value = rest.pop(0) if rest else ""
        if option == "-C":
            where = _joined(where, value, here)
        elif option == "--git-dir":
            named = value
        elif option == "--work-tree":
            tree = value
        elif option in ("-c", "--config-env"):
            settings.append(
                f"{value}{'=' * ('=' not in value)}" if option == "-c" else value.partition("=")[0]
            )
    for setting in settings:
        if setting.casefold().startswith("core.worktree="):
            tree = tree or setting.partition("=")[2]
    tree = _joined(where, tree, here) if tree else (where if named else "")
    return Call(
        rest[0] if rest else "", rest[1:], _joined(where, named, here) if named else where, settings, tree
    )


def _settings(known: Mapping[str, str]) -> list[str]:
    """Those that the environment gives."""
    count = known.get("GIT_CONFIG_COUNT", "")
    return [
        f"{known.get(f'GIT_CONFIG_KEY_{number}', '')}={known.get(f'GIT_CONFIG_VALUE_{number}', '')}"
        for number in range(min(int(count), 99) if count.isdecimal() else 0)
    ]


def _joined(folder: str, more: str, here: Here) -> str:
    return "" if UNKNOWN in more or not folder else here.at(more, folder)


# --- stashes and branches ------------------------------------------------------------------------


def _autostash(call: Call, here: Here) -> str:
    flags = [word for word in call.words if word.startswith(("--autost", "--no-autost"))]
    wanted = not flags[-1].startswith("--no") if flags else call.sets(*_AUTOSTASH)
    if not wanted or not is_shared(call, here):
        return ""
    return (
        "autostash puts your changes on the stash, which all worktrees of this repository share. "
        f"Commit them first (git commit -am 'work in progress'), then git {call.verb} without it"
    )


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


def _branch(call: Call, here: Here) -> str:
    flags, names = options(call.words, frozenset({"-u", "--set-upstream-to"}))
    if not flags & _CHANGES_BRANCHES or not is_shared(call, here):
        return ""
    changed = names[:1] if flags & {"-f", "--force"} and not flags & {"-d", "--delete"} else names
    kind = "remotes" if flags & {"-r", "--remotes"} else "heads"
    return next((why for name in changed if (why := _others_ref(f"refs/{kind}/{name}", call, here))), "")


def _update_ref(call: Call, here: Here) -> str:
    flags, names = options(call.words, frozenset({"-m"}))
    if not names or "--stdin" in flags or not is_shared(call, here):
        return ""
    return _others_files(call, here) if names[0] == "HEAD" else _others_ref(names[0], call, here)


def _symbolic_ref(call: Call, here: Here) -> str:
    flags, names = options(call.words, frozenset({"-m"}))
    if not names[1:] and not flags & {"-d", "--delete"}:
        return ""
    return _others_files(call, here) or (_others_ref(names[1], call, here) if names[1:] else "")


def _others_ref(ref: str, call: Call, here: Here) -> str:
    """Why the agent may not move or delete it; empty: it may."""
    if ref.startswith("refs/gastown/") or ref == "refs/stash":
        return f"{ref} keeps work safe and is changed by gt alone. gt rescue list shows what is kept"
    branch = ref.removeprefix("refs/heads/")
    if ref.startswith("refs/remotes/"):
        return next((why for rig in rigs_of(call, here) if (why := stands_for(ref, rig.target))), "")
    if ref == branch:
        return ""
    if branch in {rig.target for rig in rigs_of(call, here)}:
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
    places = [call.folder, call.tree]
    if call.verb == "checkout-index":
        prefixes = [word.partition("=")[2] for word in call.words if word.startswith("--prefix=")]
        places += [_joined(call.folder, prefix, here) for prefix in prefixes]
    for place in places:
        whole = os.path.realpath(place) if place else ""
        holds = place == call.tree and whole != here.home and here.lost(whole)
        if whole and (owner := here.foreign(whole) or holds):
            return f"{place} belongs to {owner}. Work in your own worktree: {here.home}"
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
    key, value = names[0].casefold(), names[1].casefold() if len(names) > 1 else ""
    everywhere = is_shared(call, here) or bool(flags & {"--global", "--system"})
    if key in _AUTOSTASH and value and value not in OFF and everywhere:
        return (
            "autostash uses the stash, which all worktrees of this repository share. Commit before you rebase"
        )
    if key in ("core.worktree", "core.bare", "remote.origin.url", "remote.origin.fetch") and is_shared(
        call, here
    ):
        return _all_lose(key)
    if key == "core.hookspath" and everywhere:
        return _hooks()
    if key.startswith("remote.") and key.endswith(".pushurl") and is_shared(call, here):
        return f"nothing is pushed from here. {DONE}"
    return ""


def _remote(call: Call, here: Here) -> str:
    first = call.words[0] if call.words else ""
    if first not in ("set-url", "remove", "rm", "rename") or not is_shared(call, here):
        return ""
    if first == "set-url" and "--push" in call.words:
        return f"nothing is pushed from here. {DONE}"
    return _all_lose("origin") if "origin" in call.words else ""


def _reflog(call: Call, here: Here) -> str:
    forgets = bool(call.words) and call.words[0] in ("expire", "delete")
    return _keeps() if forgets and is_shared(call, here) else ""


def _gc(call: Call, here: Here) -> str:
    prunes = call.verb == "prune" or any(word.startswith("--prune=") for word in call.words)
    return _keeps() if prunes and is_shared(call, here) else ""


def _all_lose(what: str) -> str:
    return f"{what} is set for all worktrees of this repository, not for yours alone. Leave it as it is"


def _hooks() -> str:
    return (
        "core.hooksPath is shared by all worktrees and switches off what keeps them apart. Leave it as it is"
    )


def _keeps() -> str:
    return "this repository's history is shared, and other agents' work may hang on it alone. Leave the clean-up to gt"
