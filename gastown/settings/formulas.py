"""Where a formula's file is: a rig's own comes before the town's, and that before the one we ship."""

from collections.abc import Mapping
from pathlib import Path

from gastown import assets
from gastown.domain.formula_file import NAMES, parse
from gastown.domain.formulas import Formula, is_name
from gastown.errors import Invalid, NotFound, Unavailable

FOLDER = "formulas"
ENDING = ".toml"


def read(what: str, *, town: Path, rig: str | None = None) -> Formula:
    """The formula of that name as it counts in `rig` of the town at `town`; or of that file, as a person typed it.

    What has a slash in it or ends with `.toml` is a file. Raises NotFound, Invalid with the line or step, or
    Unavailable.
    """
    file = Path(what) if "/" in what or what.endswith(ENDING) else _named(what, town, rig)
    name = file.name.removesuffix(ENDING)
    if not is_name(name):
        raise Invalid(f"{name!r} cannot name a formula", NAMES)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError as missing:
        raise NotFound(f"there is no file {file}", _there_are(town, rig)) from missing
    except OSError as error:
        raise Unavailable(f"{file} cannot be read: {error.strerror}", "check its rights") from error
    except UnicodeDecodeError as broken:
        raise Invalid(f"{file} is not UTF-8: {broken.reason}", f"mend {file} and try again") from broken
    return parse(text, name=name, source=str(file))


def names(town: Path, rig: str | None = None) -> Mapping[str, Path]:
    """Every formula that counts in `rig` of the town at `town`, with its file."""
    found = {_name(name): assets.path(FOLDER, name) for name in assets.names(FOLDER) if name.endswith(ENDING)}
    for folder in (town, town / rig) if rig is not None else (town,):
        found |= {_name(file.name): file for file in (folder / FOLDER).glob(f"*{ENDING}")}
    return dict(sorted(found.items()))


def _named(name: str, town: Path, rig: str | None) -> Path:
    known = names(town, rig)
    if name not in known:
        raise NotFound(f"there is no formula {name!r}", _there_are(town, rig))
    return known[name]


def _there_are(town: Path, rig: str | None) -> str:
    return f"there are: {', '.join(names(town, rig)) or 'none'}; or give a file, like ./my{ENDING}"


def _name(file: str) -> str:
    return file.removesuffix(ENDING)
