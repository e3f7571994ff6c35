"""Where things are: the town, the agent's own home in it, and what it keeps there."""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from gastown.scripted.foreign import mapping


class NotHere(Exception):
    """The agent must not or cannot run here; the message says why and what to do."""


class Place:
    """One agent's files. The home is made when it is first needed."""

    def __init__(self, environ: Mapping[str, str], cwd: Path) -> None:
        self.town = Path(environ.get("GT_TOWN", ""))
        self.home = Path(environ.get("GT_SCRIPTED_HOME") or self.town / "run" / "scripted")
        self.cwd = cwd

    @property
    def status_file(self) -> Path:
        return self.home / "sessions" / f"{os.getpid()}.json"

    def transcript(self, conversation: str) -> Path:
        """Claude Code's way to name the folder of a project: what is not a letter or digit becomes a dash."""
        project = re.sub(r"[^A-Za-z0-9]", "-", str(self.cwd))
        return self.home / "projects" / project / f"{conversation}.jsonl"

    def find_transcript(self, conversation: str) -> Path | None:
        """The transcript of a conversation, in whatever folder it was held."""
        return next(iter((self.home / "projects").glob(f"*/{conversation}.jsonl")), None)

    def marker(self, bead: str, deed: str) -> Path:
        """A file that exists once `deed` has been done for `bead`."""
        return self.home / "markers" / f"{bead}.{deed}"


def check_allowed(environ: Mapping[str, str]) -> None:
    """Raise NotHere unless this is a town whose settings let the texts of its beads be executed."""
    town = environ.get("GT_TOWN")
    remedy = "`gt install DIR --agent scripted` makes a town that may."
    if not town:
        raise NotHere(f"GT_TOWN is not set; the scripted agent runs only in towns made for it. {remedy}")
    try:
        with (Path(town) / "town.toml").open("rb") as file:
            table = mapping(tomllib.load(file).get("town"))
    except (OSError, tomllib.TOMLDecodeError) as problem:
        raise NotHere(f"{town}/town.toml cannot be read: {problem}") from problem
    if table.get("scripted_allowed") is not True:
        raise NotHere(
            f"{town} does not allow the scripted agent, because it executes the text of beads. {remedy}"
        )


def write_atomically(path: Path, text: str) -> None:
    """Whoever reads `path` sees all of the old text or all of the new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
