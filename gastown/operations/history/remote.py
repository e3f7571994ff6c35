"""Where a town's history goes: the place that is named, the one in town.toml, and the remotes of shared rigs."""

import hashlib
import os
from dataclasses import dataclass

from gastown.domain.assignments import Caller
from gastown.errors import Refused
from gastown.settings.editing import with_value
from gastown.settings.town import FILE_NAME
from gastown.town import Town
from gastown.world.files import write_whole
from gastown.world.git.addresses import check_url, has_credentials, masked, path_of, whole
from gastown.world.git.ledger_remotes import MAIN, SHARED


@dataclass(frozen=True, slots=True)
class Place:
    """One history elsewhere: a town's whole one, or with a `rig` the one on that rig's own remote."""

    url: str
    rig: str | None = None

    @property
    def ref(self) -> str:
        """What it is called there."""
        return MAIN if self.rig is None else SHARED

    @property
    def kept_as(self) -> str:
        """What it is called here once it was fetched."""
        return f"{hashlib.sha256(self.url.encode()).hexdigest()[:12]}/{self.rig or 'town'}"

    @property
    def shown(self) -> str:
        """As a person may see it."""
        return masked(self.url)


def places(town: Town, named: str | None, by: Caller) -> list[Place]:
    """Where to push to and pull from. Raises Refused when there is no such place, Invalid for what is none."""
    settled = town.settings.ledger_remote
    if named is not None:
        check_url(named)
        url = _straight(named)
        if not by.is_human and url != _straight(settled):
            raise Refused(
                "an agent takes the ledger only where town.toml says", "ask the one who runs this town"
            )
        return [Place(url)]
    found = [Place(_straight(settled))] if settled else []
    found += [Place(town.repository(name).url, name) for name, rig in town.rigs.items() if rig.share_ledger]
    if not found:
        raise Refused(
            "nobody has said where the ledger's history goes", "gt ledger push URL, or gt ledger share RIG"
        )
    return found


def _straight(url: str) -> str:
    """A path in full and without detours; an address as it is."""
    full = whole(url)
    return os.path.normpath(full) if path_of(full) and "://" not in full else full


def settle(town: Town, url: str) -> None:
    """Write into town.toml where the ledger goes from now on. Raises Invalid, and Unavailable."""
    file = town.root / FILE_NAME
    text = with_value(file.read_text(encoding="utf-8-sig"), "ledger", "remote", value=url)
    private = has_credentials(url) or not file.stat().st_mode & 0o004
    write_whole(file, text, mode=0o600 if private else 0o644)
