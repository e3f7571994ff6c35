"""What a call of git works on: which repository, which rig, and where addresses lead."""

import os
from collections.abc import Sequence

from gastown.callbacks.whose import Here


class Rig:
    """What of a rig decides about pushes."""

    def __init__(self, name: str, target: str, url: str) -> None:
        self.name, self.target, self.url = name, target, url


class Call:
    """One call of git. `folder` is where it works; empty: nobody knows. `settings`: those of this call alone."""

    def __init__(self, verb: str, words: Sequence[str], folder: str, settings: Sequence[str]) -> None:
        self.verb, self.words, self.folder, self.settings = verb, words, folder, settings


def git_folder(folder: str) -> str:
    """What `.git` stands for in `folder` or above it; empty: there is none."""
    while folder:
        pointer = os.path.join(folder, ".git")
        if os.path.isdir(pointer):
            return pointer
        if os.path.isfile(pointer):
            return os.path.realpath(os.path.join(folder, read(pointer).removeprefix("gitdir:").strip()))
        if os.path.isfile(os.path.join(folder, "HEAD")) and os.path.isdir(os.path.join(folder, "objects")):
            return folder
        above = os.path.dirname(folder)
        folder = "" if above == folder else above
    return ""


def is_shared(call: Call, here: Here) -> bool:
    """Whether it works on a repository that agents share; one that nobody knows is taken for it."""
    if not call.folder:
        return True
    found = git_folder(call.folder)
    return here.town_has(found) and "/repo.git" in found


def read(file: str) -> str:
    try:
        with open(file, encoding="utf-8", errors="replace") as opened:
            return opened.read(1 << 16)
    except OSError:
        return ""


def rigs(here: Here) -> list[Rig]:
    """The town's rigs as their settings say."""
    import tomllib

    found: list[Rig] = []
    for name in os.listdir(here.town):
        text = read(os.path.join(here.town, name, "rig.toml")) if not name.startswith(".") else ""
        try:
            said = tomllib.loads(text).get("rig", {})
            found.append(Rig(name, str(said["target"]), str(said["url"])))
        except (tomllib.TOMLDecodeError, KeyError, AttributeError):
            continue
    return found


def plain(url: str) -> str:
    """An address without what differs between ways to write it: `https://ann@host/x.git` as `host/x`."""
    if url.startswith("file://"):
        url = url.removeprefix("file://")
    if url.startswith(("/", ".", "~")):
        return os.path.realpath(os.path.expanduser(url)).removesuffix("/.git").removesuffix(".git")
    _, scheme, rest = url.rpartition("://")
    place = rest.rpartition("@")[2] if "@" in rest.partition("/")[0] else rest
    if not scheme:
        place = place.replace(":", "/", 1)
    return place.rstrip("/").removesuffix(".git").casefold()


def options(words: Sequence[str], take_one: frozenset[str]) -> tuple[set[str], list[str]]:
    """Options and other words, apart."""
    flags, names, rest = set[str](), list[str](), list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            names += rest
            break
        if word in take_one and rest:
            flags.add(f"{word}={rest.pop(0)}")
        elif word.startswith("-") and len(word) > 1:
            flags.add(word)
            flags |= {f"-{letter}" for letter in word[1:]} if not word.startswith("--") else set()
        else:
            names.append(word)
    return flags, names
