"""Facts about this computer that have no other door: file systems, room on them, what a launcher starts."""

import re
import shlex
import shutil
import sys
from pathlib import Path

from gastown.domain.observed import Absent, Observed, Present, Unknown
from gastown.errors import Unavailable
from gastown.world.process import run

MOUNTS = Path("/proc/self/mountinfo")

_OCTAL = re.compile(r"\\([0-7]{3})")
_MACOS_MOUNT = re.compile(r"^.+? on (?P<point>/.*) \((?P<kind>[^,)]+)", re.MULTILINE)


def free_bytes(folder: Path) -> Observed[int]:
    """How much an ordinary user may still write where `folder` lies."""
    try:
        return Present(shutil.disk_usage(folder).free)
    except OSError as error:
        return Unknown(f"{folder}: {error.strerror}")


def filesystem(folder: Path) -> Observed[str]:
    """The kind of file system that holds `folder`, in the system's own word: `ext4`, `apfs`, `nfs4`."""
    try:
        mounts = _linux_mounts() if MOUNTS.exists() else _macos_mounts()
    except (OSError, Unavailable) as error:
        return Unknown(str(error))
    real = folder.resolve()
    points = [point for point in mounts if real.is_relative_to(point)]
    if not points:
        return Unknown(f"nothing is known to hold {folder}")
    return Present(mounts[max(points, key=lambda point: len(point.parts))])


def _linux_mounts() -> dict[Path, str]:
    """Mount points with their kinds; the last one mounted at a place is the one that is seen there."""
    mounts: dict[Path, str] = {}
    for line in MOUNTS.read_text(errors="surrogateescape").splitlines():
        about, _, rest = line.partition(" - ")
        point = _OCTAL.sub(lambda code: chr(int(code[1], 8)), about.split(" ")[4])
        mounts[Path(point)] = rest.split(" ")[0]
    return mounts


def _macos_mounts() -> dict[Path, str]:
    listed = run(["/sbin/mount"], deadline=5.0).out
    return {Path(found["point"]): found["kind"] for found in _MACOS_MOUNT.finditer(listed)}


def interpreter() -> tuple[tuple[int, int, int], str]:
    """The version of the Python that runs us, and its path."""
    return sys.version_info[:3], sys.executable


def started_by(launcher: Path) -> Observed[Path]:
    """The program that a launcher of ours starts; Absent when there is no such launcher."""
    try:
        lines = launcher.read_text(errors="surrogateescape").splitlines()
    except FileNotFoundError:
        return Absent()
    except OSError as error:
        return Unknown(f"{launcher}: {error.strerror}")
    for line in lines:
        if line.startswith("exec "):
            try:
                return Present(Path(shlex.split(line)[1]))
            except (ValueError, IndexError):
                break
    return Unknown(f"{launcher} is no launcher of ours")
