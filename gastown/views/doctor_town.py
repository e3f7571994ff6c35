"""What the doctor sees of a town: its settings, ledger, folder, launchers and supervisor."""

from collections.abc import Iterator
from pathlib import Path

from gastown.domain.observed import Absent, Present, Unknown
from gastown.errors import GastownError
from gastown.ledger.check import check
from gastown.ledger.database import FILE_NAME
from gastown.settings import rig as rigs
from gastown.town import Town
from gastown.views.doctor_hooks import hooks_checks
from gastown.views.health import Check, Health
from gastown.world import machine
from gastown.world.locks import held

LAUNCHERS = ("gt", "bd", "gt-callback")

FAR_AWAY = ("9p", "afpfs", "ceph", "cifs", "davfs", "fuse.rclone", "fuse.sshfs", "glusterfs", "nfs", "nfs4", "smb3",
            "smbfs", "vboxsf", "virtiofs", "webdav")  # fmt: skip
"""Kinds of file systems on which SQLite's log and locks between processes cannot be trusted."""


def town_checks(town: Town) -> Iterator[Check]:
    """Everything about this town."""
    yield from _settings(town)
    yield from hooks_checks(town)
    yield from _ledger(town.root / FILE_NAME)
    yield from _place(town.root)
    yield from _launchers(town)
    yield from _supervisor(town)


def _settings(town: Town) -> Iterator[Check]:
    names: list[str] = []
    try:
        _ = town.settings
    except GastownError as error:
        yield Check("town.toml", Health.BAD, error.message, error.hint)
    for file in sorted(town.root.glob(f"*/{rigs.FILE_NAME}")):
        try:
            rig = rigs.read(file.parent)
        except GastownError as error:
            yield Check("rig.toml", Health.BAD, error.message, error.hint)
            continue
        names.append(rig.name)
        if not rig.gate and not rig.no_gate:
            yield Check(
                "gate", Health.WARN, f"{rig.name} has no gate, so nothing lands there", f"mend {file}"
            )
    yield Check(
        "rigs", Health.OK, ", ".join(names) or "none yet", "" if names else "gt rig add NAME URL_OR_PATH"
    )


def _ledger(file: Path) -> Iterator[Check]:
    try:
        health = check(file)
    except GastownError as error:
        yield Check("ledger", Health.BAD, error.message, error.hint)
        return
    if health.problems:
        hint = (
            "stop everything (gt down --agents), keep a copy of the file, then: sqlite3 gastown.db .recover"
        )
        yield Check("ledger", Health.BAD, f"{file} is damaged: {'; '.join(health.problems)}", hint)
    else:
        yield Check("ledger", Health.OK, f"{file}, version {health.version}, pages and references hold")


def _place(root: Path) -> Iterator[Check]:
    match machine.filesystem(root):
        case Present(kind) if kind in FAR_AWAY:
            what = f"{root} lies on {kind}: locks and the ledger are not safe there"
            yield Check("folder", Health.BAD, what, "move the town to a local disk")
        case Present(kind):
            yield Check("folder", Health.OK, f"{root} on {kind}")
        case Absent():
            yield Check("folder", Health.UNKNOWN, f"{root} is not there")
        case Unknown(why):
            yield Check("folder", Health.UNKNOWN, why)


def _launchers(town: Town) -> Iterator[Check]:
    mend = f"gt install {town.root} writes them anew"
    for name in LAUNCHERS:
        launcher = town.places.bin / name
        match machine.started_by(launcher):
            case Absent():
                yield Check("launcher", Health.BAD, f"{launcher} is missing: agents cannot call {name}", mend)
            case Present(python) if not python.exists():
                yield Check("launcher", Health.BAD, f"{launcher} starts {python}, which is not there", mend)
            case Present(python):
                yield Check("launcher", Health.OK, f"{name} starts {python}")
            case Unknown(why):
                yield Check("launcher", Health.UNKNOWN, why, mend)


def _supervisor(town: Town) -> Iterator[Check]:
    match held(town.places.supervisor_lock):
        case Present(pid):
            yield Check("supervisor", Health.OK, f"up, process {pid}")
        case Absent():
            yield Check("supervisor", Health.WARN, "down: nobody looks after the agents", "gt up")
        case Unknown(why):
            yield Check("supervisor", Health.UNKNOWN, why)
