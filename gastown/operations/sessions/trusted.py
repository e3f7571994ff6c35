"""Folder-trust entries for agents' own folders: made before the first start there, written down, taken back.

A worktree needs none: that of its rig's repository covers it.
"""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from gastown.errors import Invalid
from gastown.town import Town
from gastown.world.agents import claude_home, trust
from gastown.world.files import write_whole
from gastown.world.locks import lock

FILE_NAME = "trusted.json"
"""In the town's folder: what each entry replaced, so that it can be undone exactly."""

PATIENCE = 10.0


def trust_folder(town: Town, folder: Path, runtime: str, environment: Mapping[str, str]) -> bool:
    """Have Claude Code trust an agent's own folder, if a person wished that of the town; True when it is new.

    `environment` is what the agent's comes from: it says where Claude Code keeps its configuration.

    Raises Invalid or Unavailable when its configuration, or what was written down, cannot be read or written.
    """
    if runtime != "claude" or not town.settings.trust:
        return False
    file = claude_home.configuration(environment)
    if trust.trusted(folder, file):
        return False
    with _held(town):
        record, told = trust.foresee(folder, file), _told(town)
        if record.root not in told:  # else somebody took it out, and it replaced what it did at first
            told[record.root] = {"file": str(record.file), "before": record.before.value}
            _tell(town, told)  # before the deed: none is forgotten
        trust.add_trust(folder, file)
    return True


def take_back_trust(town: Town, under: Path | None = None) -> tuple[Path, ...]:
    """Undo all that `trust_folder` did, or what it did beneath a folder; gives the folders whose entries went."""
    if not (town.root / FILE_NAME).exists():
        return ()
    gone: list[Path] = []
    with _held(town):
        told = _told(town)
        for root, entry in reversed(list(told.items())):  # the first may have made the file
            if under is not None and not Path(root).is_relative_to(under.resolve()):
                continue
            if trust.remove_trust(
                trust.TrustRecord(Path(entry["file"]), root, trust.Before(entry["before"]))
            ):
                gone.append(Path(root))
            del told[root]
            _tell(town, told)
    return tuple(gone)


def _held(town: Town) -> AbstractContextManager[object]:
    return lock(town.places.lock("trust"), what="the trust entries", wait=PATIENCE)


def _told(town: Town) -> dict[str, Mapping[str, str]]:
    file = town.root / FILE_NAME
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError) as broken:
        raise Invalid(f"{file} is damaged: {broken}", "move it away; the entries it told of stay") from broken


def _tell(town: Town, told: Mapping[str, Mapping[str, str]]) -> None:
    write_whole(town.root / FILE_NAME, json.dumps(told, indent=2) + "\n", mode=0o600)
