"""One commit of the ledger's history as a value: who, when, what, and the trailers at its end."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

COMMITTER = ("Gas Town", "gastown@localhost")
NOBODY = "nobody"

_TRAILER = re.compile(r"([A-Za-z][A-Za-z-]*): (.*)")
_NAMED = re.compile(r"(.*?)\s*<([^<>]*)>\s*", re.DOTALL)
_UNFIT = re.compile(r"[\x00-\x1f\x7f<>]+")
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a message is without: git ends it at the first NUL, and the others repaint terminals or are no text."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit. `at` is when the newest change in it was made, `recorded` when it was committed."""

    id: str
    tree: str
    parents: tuple[str, ...]
    author: str
    email: str
    at: datetime
    recorded: datetime
    message: str
    """With its trailers."""

    @property
    def subject(self) -> str:
        """The first line of the message."""
        return self.message.partition("\n")[0]

    @property
    def trailers(self) -> Mapping[str, str]:
        """The `Name: value` lines of the message's last paragraph."""
        last = self.message.rstrip().rpartition("\n\n")[2]
        found = [_TRAILER.fullmatch(line) for line in last.splitlines()]
        return {line[1]: line[2] for line in found if line}


def with_trailers(message: str, trailers: Mapping[str, object]) -> str:
    """`message` with these lines as its last paragraph, whatever is in it; a trailer stays one line."""
    lines = "\n".join(f"{name}: {' '.join(str(value).splitlines())}" for name, value in trailers.items())
    return _CONTROLS.sub("\ufffd", f"{message.rstrip()}\n\n{lines}\n")


def person(text: str) -> tuple[str, str]:
    """Name and address of `Ann Example <ann@example.org>`, as git takes them."""
    named = _NAMED.fullmatch(text)
    name, email = (named[1], named[2]) if named else (text, "")
    return _fit(name) or NOBODY, _fit(email).replace(" ", "") or f"{NOBODY}@localhost"


def parse(identity: str, text: bytes) -> Commit:
    """The commit with that id and content. Raises ValueError for what is none."""
    head, _, message = text.partition(b"\n\n")
    fields: dict[str, list[str]] = {}
    for line in head.decode(errors="replace").split("\n"):
        name, _, value = line.partition(" ")
        fields.setdefault(name, []).append(value)
    try:
        (tree,), (author,), (committer,) = fields["tree"], fields["author"], fields["committer"]
        name, email, at = _signature(author)
        return Commit(
            id=identity, tree=tree, parents=tuple(fields.get("parent", ())), author=name, email=email, at=at,
            recorded=_signature(committer)[2], message=message.decode(errors="replace"),
        )  # fmt: skip
    except (KeyError, ValueError) as problem:
        raise ValueError(f"{identity} is not a commit") from problem


def _signature(text: str) -> tuple[str, str, datetime]:
    who, seconds, _zone = text.rsplit(" ", 2)
    named = _NAMED.fullmatch(who)
    name, email = (named[1], named[2]) if named else (who, "")
    return name, email, _moment(int(seconds))


def _moment(seconds: int) -> datetime:
    """When that was; commits may claim any time, also one that no calendar has."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def _fit(text: str) -> str:
    return _UNFIT.sub(" ", text).strip(" .,:;\"'\\")
