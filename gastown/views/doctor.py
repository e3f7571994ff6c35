"""What the doctor sees: tools, ledger, agent CLIs and supervisor; it changes nothing."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gastown.domain.observed import Absent, Present, Unknown
from gastown.errors import GastownError
from gastown.town import Town
from gastown.views.doctor_agents import agent_checks
from gastown.views.doctor_town import town_checks
from gastown.views.health import Check, Health
from gastown.world import machine

OLDEST_PYTHON = (3, 11)
LOW, TOO_LOW = 5_000_000_000, 500_000_000
"""Bytes of room: agents, their worktrees and builds need some."""


@dataclass(frozen=True, slots=True)
class DoctorPage:
    """All checks in the order in which things depend on each other, and the worst of them."""

    town: str | None
    checks: tuple[Check, ...]
    worst: Health


def doctor(town: Town | None) -> DoctorPage:
    """Look at this computer and, inside a town, at the town. Raises nothing for what it finds."""
    checks = (
        *_careful("Python", _python),
        *_careful("git", _git),
        *_careful("tmux", _tmux),
        *_careful("SQLite", _sqlite),
        *_careful("disk", lambda: _disk(town.root if town else Path.home())),
        *_careful("agent CLI", lambda: agent_checks(town)),
        *(_careful("town", lambda: town_checks(town)) if town else ()),
    )
    order = list(Health)
    worst = max((check.health for check in checks), key=order.index)
    return DoctorPage(str(town.root) if town else None, checks, worst)


def _careful(name: str, look: Callable[[], Iterator[Check]]) -> list[Check]:
    """What `look` finds; where it cannot go on, that itself is what is found."""
    found: list[Check] = []
    try:
        found.extend(look())
    except GastownError as error:
        found.append(Check(name, Health.BAD, error.message, error.hint))
    except OSError as error:
        found.append(Check(name, Health.UNKNOWN, str(error)))
    return found


def _python() -> Iterator[Check]:
    version, path = machine.interpreter()
    told = ".".join(map(str, version))
    if version >= OLDEST_PYTHON:
        yield Check("Python", Health.OK, f"{told} at {path}")
    else:
        yield Check("Python", Health.BAD, f"{told} at {path} is too old", "install Python 3.11 or newer")


def _git() -> Iterator[Check]:
    from gastown.world.git.command import version

    yield Check("git", Health.OK, ".".join(map(str, version())))


def _tmux() -> Iterator[Check]:
    from gastown.world.tmux.door import OLDEST, too_old
    from gastown.world.tmux.terminal import Tmux

    oldest = ".".join(map(str, OLDEST))
    match Tmux(Path(os.devnull)).version():
        case Present(seen) if too_old(seen):
            yield Check("tmux", Health.BAD, f"{seen} is too old", f"install tmux {oldest} or newer")
        case Present(seen):
            yield Check("tmux", Health.OK, seen)
        case Absent():
            yield Check("tmux", Health.BAD, "tmux is not installed", "apt install tmux, or brew install tmux")
        case Unknown(why):
            yield Check("tmux", Health.UNKNOWN, why)


def _sqlite() -> Iterator[Check]:
    from gastown.ledger.sqlite import FIRST_SOUND, checkpoints_are_safe, sqlite3

    seen = f"{sqlite3.sqlite_version} (module {sqlite3.__name__.partition('.')[0]})"
    if checkpoints_are_safe():
        yield Check("SQLite", Health.OK, seen)
        return
    first = ".".join(map(str, FIRST_SOUND))
    what = f"{seen} is older than {first}: only the supervisor folds its log into the file, which grows meanwhile"
    yield Check("SQLite", Health.WARN, what, "pip install 'pysqlite3>=0.6.1' where there is a wheel of it")


def _disk(folder: Path) -> Iterator[Check]:
    match machine.free_bytes(folder):
        case Present(free):
            health = Health.BAD if free < TOO_LOW else Health.WARN if free < LOW else Health.OK
            yield Check(
                "disk", health, f"{free / 1e9:.1f} GB free for {folder}", "make room" if free < LOW else ""
            )
        case Absent():
            yield Check("disk", Health.UNKNOWN, f"{folder} is not there")
        case Unknown(why):
            yield Check("disk", Health.UNKNOWN, why)
