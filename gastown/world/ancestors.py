"""What the processes above this one carry in their environment: where a command was typed, whatever it says itself.

Only Linux tells it cheaply; elsewhere nothing is seen.
"""

import os
from collections.abc import Iterator, Mapping
from typing import NamedTuple

_MOST = 64


class Ancestor(NamedTuple):
    """A process above this one, with the environment with which its program started (empty: not ours to read)."""

    pid: int
    environment: Mapping[str, str]


def ancestors() -> Iterator[Ancestor]:
    """From the parent upwards."""
    pid = os.getppid()
    for _ in range(_MOST):
        if pid <= 1:
            return
        yield Ancestor(pid, _environment(pid))
        pid = _parent(pid)


def _environment(pid: int) -> Mapping[str, str]:
    pairs = (os.fsdecode(pair).partition("=") for pair in _read(pid, "environ").split(b"\0"))
    return {name: value for name, _, value in pairs if name}


def _parent(pid: int) -> int:
    """The number behind the name, which stands in brackets and may hold any; 0 when it is gone."""
    fields = _read(pid, "stat").rpartition(b")")[2].split()
    return int(fields[1]) if len(fields) > 1 else 0


def _read(pid: int, what: str) -> bytes:
    try:
        with open(f"/proc/{pid}/{what}", "rb") as file:  # noqa: PTH123 - for every command of a person
            return file.read()
    except OSError:
        return b""
