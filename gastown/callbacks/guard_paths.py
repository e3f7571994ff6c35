"""Programs that remove, move or write what is not the agent's, or end others' sessions."""

import os
from collections.abc import Sequence

from gastown.callbacks.shell import UNKNOWN
from gastown.callbacks.whose import TOWN, Here, before_glob

_REMOVERS = frozenset({"mv", "rm", "rmdir", "shred", "unlink"})
_LAST_IS_WRITTEN = frozenset({"cp", "install", "ln", "mv", "rsync", "scp"})
_ALL_ARE_WRITTEN = frozenset({"chmod", "chown", "tee", "touch", "truncate"})
_INTO = {"patch": ("-d", "--directory"), "unzip": ("-d",), "tar": ("-C", "--directory")}
"""Programs that write into the folder that an option names."""

_CHANGES_SQL = ("insert", "update", "delete", "drop", "alter", "replace", "create", "vacuum")
_ENDS_SESSIONS = frozenset({
    *("kill-server", "kill-session", "kill-pane", "kill-window", "killp", "killw"),
    *("respawn-pane", "respawn-window", "respawnp", "respawnw"),
})  # fmt: skip
_TYPES = frozenset({"send-keys", "paste-buffer", "pasteb", "pipe-pane", "pipep", "attach-session"})


def removed(program: str, words: Sequence[str]) -> Sequence[str]:
    """The paths that a program takes away."""
    if program not in _REMOVERS:
        return ()
    paths = [word for word in words if not word.startswith("-")]
    return paths[:-1] if program == "mv" and "-t" not in words else paths


def written(program: str, words: Sequence[str]) -> Sequence[str]:
    """The paths that a program writes to."""
    paths = [word for word in words if not word.startswith("-")]
    if program in _LAST_IS_WRITTEN:
        return paths[-1:]
    if program in _ALL_ARE_WRITTEN:
        return paths
    if program in ("sed", "perl", "ruby") and any(_edits(word) for word in words):
        return paths[1:]
    if program in _INTO and (program != "tar" or _extracts(words)):
        return [into for option in _INTO[program] for into in _given(words, option)]
    if program == "dd":
        return [word.removeprefix("of=") for word in words if word.startswith("of=")]
    return ()


def _edits(option: str) -> bool:
    return option.startswith("--in-place") or (option[:1] == "-" != option[1:2] and "i" in option)


def _extracts(words: Sequence[str]) -> bool:
    short = [word for word in words if word[:1] == "-" != word[1:2]]
    return "--extract" in words or any("x" in word for word in (*words[:1], *short))


def _given(words: Sequence[str], option: str) -> Sequence[str]:
    """What follows an option, apart or in the same word."""
    joined = f"{option}=" if option.startswith("--") else option
    apart = [words[at + 1] for at, word in enumerate(words[:-1]) if word == option]
    return apart + [word.removeprefix(joined) for word in words if word.startswith(joined) and word != option]


def removing(path: str, folder: str, here: Here, *, deep: bool = False) -> str:
    if UNKNOWN in path or not folder:
        return ""
    whole = here.at(before_glob(path), folder)
    if deep and whole == here.home:
        return ""
    if owner := here.lost(whole):
        return f"{path} belongs to {owner}: it is not yours to remove or move. {_instead(owner)}"
    return ""


def writing(path: str, folder: str, here: Here) -> str:
    if UNKNOWN in path or not path or not (folder or path.startswith("/")):
        return ""
    whole = os.path.realpath(here.at(before_glob(path), folder or "/"))
    if owner := here.foreign(whole):
        return f"{path} belongs to {owner}: it is not yours to write. {_instead(owner)}"
    return ""


def _instead(owner: str) -> str:
    return (
        "Your human changes it, or gt does: ask with gt mail send mayor"
        if owner == TOWN
        else "Work in your own worktree; if it is in your way, say so: gt mail send mayor"
    )


def tmux(words: Sequence[str], terminal: str, here: Here) -> str:
    ends, types = _ENDS_SESSIONS.intersection(words), _TYPES.intersection(words)
    if not ends and not types:
        return ""
    socket = next((words[at + 1] for at, word in enumerate(words[:-1]) if word == "-S"), "")
    ours = terminal.partition(",")[0]
    elsewhere = (socket and socket != ours and not here.town_has(here.at(socket))) or "-L" in words
    if elsewhere:
        return ""
    if types and not ends:
        return (
            "what is typed into an agent's session counts as its human's word. Write to it: "
            "gt mail send AGENT. For programs of your own take a server of your own: tmux -L NAME"
        )
    return (
        "agents live in these sessions. To end your own: gt done or gt handoff; others are not yours to end"
    )


def sql(words: Sequence[str], folder: str, here: Here) -> str:
    text = " ".join(words).casefold()
    file = next((word for word in words if os.path.basename(word).startswith("gastown.db")), "")
    changes = any(f"{verb} " in text or text.endswith(verb) for verb in _CHANGES_SQL)
    if not file or not changes or not folder or here.foreign(os.path.realpath(here.at(file, folder))) != TOWN:
        return ""
    return (
        "the ledger is read by everybody and written by gt and bd alone. Use those: bd update, gt mail send"
    )
