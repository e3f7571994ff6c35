"""The one entry that we make in somebody else's configuration, asked for once, and taken back with the rig."""

import json
import os
from pathlib import Path

from gastown.settings.rig import RigPlaces
from gastown.world.agents import claude_home, trust
from gastown.world.files import write_whole

FILE_NAME = "trust.json"
"""Beside rig.toml: what the entry replaced, so that it can be undone exactly."""


def give(home: Path, kept_in: Path) -> None:
    """Trust the repository of the rig that will live at `home`; what was there before is kept in `kept_in`."""
    repository, file = RigPlaces(home).repository, claude_home.configuration(os.environ)
    record = trust.foresee(repository, file)
    told = {"file": str(record.file), "root": record.root, "before": record.before.value}
    write_whole(kept_in / FILE_NAME, json.dumps(told, indent=2) + "\n")  # before the deed: none is forgotten
    trust.add_trust(repository, file)


def take_back(home: Path) -> bool:
    """Undo `give`; False when nothing of it was there any more."""
    try:
        told = json.loads((home / FILE_NAME).read_text())
    except FileNotFoundError:
        return False
    record = trust.TrustRecord(Path(told["file"]), told["root"], trust.Before(told["before"]))
    return trust.remove_trust(record)
