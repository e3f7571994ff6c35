"""What the supervisor needs to know of roles: asked at every look, read again only when a role's file has changed."""

from pathlib import Path
from typing import NamedTuple

from gastown import assets
from gastown.domain.observed import Unknown
from gastown.domain.runtime import Callback
from gastown.domain.supervised import RoleFacts
from gastown.errors import GastownError
from gastown.settings import roles
from gastown.town import Town


class KnownRole(NamedTuple):
    """A role's facts, and what its agents' CLIs call us for."""

    facts: RoleFacts
    callbacks: frozenset[Callback]


_Sign = tuple[tuple[int, int, int] | None, ...]
"""By which the files of a role are known: when each was changed, how large it is, and which one."""

_known: dict[tuple[Path, str, str | None], tuple[_Sign, KnownRole]] = {}


def known_role(town: Town, name: str, rig: str | None) -> KnownRole | Unknown:
    """The role as it counts in that rig; Unknown when its files are broken."""
    key, sign = (town.root, name, rig), _signs(town.root, name, rig)
    if (known := _known.get(key)) is not None and known[0] == sign:
        return known[1]
    try:
        role = roles.read(name, town=town.root, rig=rig)
    except GastownError as error:
        return Unknown(error.message)
    facts = RoleFacts(role.restart, role.wake, role.place, role.scope, role.many)
    _known[key] = sign, KnownRole(facts, role.callbacks)
    return _known[key][1]


def _signs(root: Path, name: str, rig: str | None) -> _Sign:
    file = Path(roles.ROLES) / f"{name}.toml"
    folders = [root / rig, root] if rig is not None else [root]
    shipped = [assets.path(roles.ROLES, file.name)] if file.name in assets.names(roles.ROLES) else []
    return tuple(_sign(path) for path in (*(folder / file for folder in folders), *shipped))


def _sign(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
