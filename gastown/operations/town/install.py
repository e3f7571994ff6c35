"""Making a town: its folder, its settings, its ledger and its launchers."""

import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import gastown
from gastown.domain.assignments import Caller
from gastown.domain.permission import Permission
from gastown.errors import Invalid, Refused, Unavailable
from gastown.ledger import events
from gastown.ledger.database import FILE_NAME as LEDGER
from gastown.ledger.database import Database
from gastown.operations.sessions.caller import caller, must_be_person
from gastown.settings import launchers
from gastown.settings import town as towns
from gastown.town import Town
from gastown.world.files import write_whole
from gastown.world.git.user import user_identity

IGNORED_IN_AN_EMPTY_FOLDER = frozenset({".DS_Store"})


@dataclass(frozen=True, slots=True)
class Installed:
    """Where the town is. `already`: it was one before, and only what was missing was put back."""

    root: Path
    agent: str
    already: bool


def install(
    root: Path,
    *,
    agent: str = "claude",
    name: str | None = None,
    permissions: Permission | None = None,
    trust: bool | None = None,
) -> Installed:
    """Make `root` a town whose agents run `agent` where nothing else is said; mend one that is a town already.

    `permissions` and `trust` are for agents with a folder of their own, as the mayor; a town that is there has said
    them in its town.toml. Raises Refused for agents and for a folder with other things in it, Invalid for one whose
    name no terminal shows, NotFound for an unknown agent CLI.
    """
    root = towns.real(root.expanduser())
    must_be_person(Town(root), "gt install")
    if is_town(root):
        if permissions is not None or trust is not None:
            raise Refused(f"{root} is a town already", f"edit [agents] in {root / towns.FILE_NAME}")
        town = Town(root)
        _furnish(town)
        _record(town, caller(town))
        return Installed(root, town.settings.runtime, already=True)
    _check_folder(root)
    Town(root).runtime(agent)
    owner, email = user_identity()
    settings = towns.TownSettings(
        name=name or root.name, owner=owner, email=email, runtime=agent, model="", max_polecats=4, environment=(),
        scripted_allowed=agent == "scripted", permissions=permissions or Permission.ASK, trust=bool(trust),
    )  # fmt: skip
    try:
        root.parent.mkdir(parents=True, exist_ok=True)
        root.mkdir(mode=0o700, exist_ok=True)  # agents' work and their credentials are nobody else's
        Database(root / LEDGER, create=True).close()
    except OSError as error:
        raise Unavailable(f"{root} cannot be made: {error.strerror}", "choose another folder") from error
    write_whole(root / towns.FILE_NAME, towns.written(settings))
    town = Town(root)
    _furnish(town)
    _record(town, caller(town))
    return Installed(root, agent, already=False)


def is_town(root: Path) -> bool:
    """Whether there is a town in this folder, so that it is only mended."""
    return (towns.real(root.expanduser()) / towns.FILE_NAME).is_file()


def _check_folder(root: Path) -> None:
    if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in str(root)):
        raise Invalid(f"{str(root)!r} has letters that cannot be shown", "choose another name for the folder")
    for parent in root.parents:
        if (parent / towns.FILE_NAME).is_file():
            raise Refused(f"{root} lies inside the town {parent}", "choose a folder outside it")
    if not root.exists():
        return
    if not root.is_dir():
        raise Refused(f"{root} is not a folder", "choose another name")
    strangers = [item.name for item in root.iterdir() if not _may_be_there(item.name)]
    if strangers:
        raise Refused(
            f"{root} is not empty ({strangers[0]}, …)",
            "choose a new folder: a town keeps everything in its own",
        )


def _may_be_there(name: str) -> bool:
    """Nobody's, or what an install that was killed leaves: the ledger with its journals, an unfinished file."""
    return name in IGNORED_IN_AN_EMPTY_FOLDER or name.startswith((LEDGER, f".{towns.FILE_NAME}."))


def _furnish(town: Town) -> None:
    """Put back whatever a town needs beside its settings and its ledger."""
    for folder in (town.places.run / "locks", town.places.logs, town.places.run / "agents"):
        folder.mkdir(parents=True, exist_ok=True)
    town.places.run.chmod(0o700)
    package = Path(gastown.__file__).parent.parent
    site_packages = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    for name, script in launchers.launchers(sys.executable, str(package), site_packages).items():
        write_whole(town.places.bin / name, script, mode=0o755)
    with town.ledger.transaction():
        pass  # opening it brings its tables to this version
    (town.root / LEDGER).chmod(0o600)


def _record(town: Town, by: Caller) -> None:
    """Tell of the town's beginning, once."""
    name = town.settings.name
    with town.ledger.transaction() as ledger:
        if events.last_of_type(ledger, name, "town.installed") is None:
            events.append(ledger, by.address, "town.installed", name, town.clock.now(), root=str(town.root))
