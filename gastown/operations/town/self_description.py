"""Which Gas Town a supervisor is: its version, the package it was loaded from, and the ledger it knows."""

import json
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import gastown
from gastown.town import Town
from gastown.world.files import write_whole


@dataclass(frozen=True, slots=True)
class Edition:
    """What tells one Gas Town from another."""

    version: str
    package: str
    ledger: int
    """The newest version of the ledger that it knows."""


@cache
def ours() -> Edition:
    """The Gas Town that this process is; as it was loaded, when asked early enough."""
    package = Path(gastown.__file__).resolve().parent
    ledger = max(
        int(file.name.split("_")[0]) for file in (package / "ledger" / "migrations").glob("[0-9]*.sql")
    )
    try:
        return Edition(version("gastown"), str(package), ledger)
    except PackageNotFoundError:  # a checkout that was never installed
        return Edition("", str(package), ledger)


def describe_self(town: Town, pid: int) -> None:
    """Write down which Gas Town the supervisor with that process id is. Raises Unavailable."""
    write_whole(town.places.supervisor_facts, json.dumps({"pid": pid, **asdict(ours())}) + "\n", mode=0o600)


def described(town: Town, pid: int) -> Edition | None:
    """What the supervisor with that process id wrote down; None when it did not."""
    try:
        told = json.loads(town.places.supervisor_facts.read_text())
        return Edition(told["version"], told["package"], told["ledger"]) if told["pid"] == pid else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
