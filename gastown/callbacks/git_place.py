"""What a call of git works on: which repository, which rig, and where addresses lead."""

import os
from collections.abc import Sequence

from gastown.callbacks.whose import Here

OFF = frozenset({"false", "0", "no", "off"})


class Rig:
    """What of a rig decides about pushes."""

    def __init__(self, name: str, target: str, url: str) -> None:
        self.name, self.target, self.url = name, target, url


class Call:
    """One call of git. `folder` is where it works; empty: nobody knows. `settings`: those of this call alone.

    `tree` is the folder whose files it writes, where that is said apart; empty: those of `folder`.
    """

    def __init__(
        self, verb: str, words: Sequence[str], folder: str, settings: Sequence[str] = (), tree: str = ""
    ) -> None:
        self.verb, self.words, self.folder = verb, words, folder
        self.settings, self.tree = settings, tree

    def sets(self, *names: str) -> bool:
        """Whether one of these settings is given to it, in small letters, and not as off."""
        for setting in self.settings:
            name, _, value = setting.partition("=")
            if name.casefold() in names and value.casefold() not in OFF:
                return True
        return False


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
    found: list[Rig] = []
    for name in os.listdir(here.town):
        text = read(os.path.join(here.town, name, "rig.toml")) if not name.startswith(".") else ""
        if text and (said := _plainly_said(text) or _said(text)):
            found.append(Rig(name, *said))
    return found


def rigs_of(call: Call, here: Here) -> list[Rig]:
    """The rig whose repository it works on; all of them where nobody knows."""
    known = rigs(here)
    found = git_folder(call.folder) if call.folder else ""
    return [rig for rig in known if found.startswith(os.path.join(here.town, rig.name, ""))] or known


def _plainly_said(text: str) -> tuple[str, str] | None:
    """Target and url as `key = "value"` in the table [rig]: as gt writes them. The parser of TOML starts slowly."""
    table, found = "", dict[str, str]()
    if '"""' in text or "'''" in text:
        return None
    for line in text.splitlines():
        key, _, value = (part.strip() for part in line.partition("="))
        if key.startswith("["):
            table = key
        elif table == "[rig]" and value[:1] in ("'", '"') and "\\" not in value:
            found[key] = value[1:].partition(value[0])[0]
    return (found["target"], found["url"]) if "target" in found and "url" in found else None


def _said(text: str) -> tuple[str, str] | None:
    import tomllib

    try:
        said = tomllib.loads(text).get("rig", {})
        return str(said["target"]), str(said["url"])
    except (tomllib.TOMLDecodeError, KeyError, AttributeError, TypeError):
        return None


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
