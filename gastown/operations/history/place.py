"""Where a town keeps the git history of its ledger, and what is set aside when it cannot be read any more."""

import contextlib
import os
import uuid
from pathlib import Path

from gastown.domain.clock import stamp
from gastown.errors import GastownError, Unavailable
from gastown.ledger import history
from gastown.town import Town
from gastown.world.git.ledger_repository import LedgerRepository

FOLDER = "ledger.git"
LOCK = "history"
"""The lock that whoever writes the history, or reads and then writes, holds."""

TOWN_SETTING = "gastown.town"
TOWN_FACT = "town"


def repository(town: Town) -> LedgerRepository:
    """The history of a town's ledger, whether it is there or not."""
    return LedgerRepository(town.root / FOLDER)


def town_uid(town: Town, kept: LedgerRepository) -> str:
    """What tells this town from every other, for ever: kept in the history and in the ledger, made at first use."""
    known = kept.setting(TOWN_SETTING)
    uid = known or history.fact(town.ledger, TOWN_FACT) or uuid.uuid4().hex
    if known != uid:
        kept.set_setting(TOWN_SETTING, uid)
    if history.fact(town.ledger, TOWN_FACT) != uid:
        with town.ledger.transaction() as ledger:
            history.set_fact(ledger, TOWN_FACT, uid)
    return uid


def set_aside(town: Town, broken: LedgerRepository) -> Path:
    """Keep a history that cannot be read under another name; gives its new place. Its own settings stay in use."""
    settings = dict[str, str]()
    with contextlib.suppress(GastownError):
        settings |= broken.settings("gastown.")
    broken.close()
    aside = free_name(broken.path, "broken", stamp(town.clock.now()))
    try:
        broken.path.rename(aside)
    except OSError as error:
        raise Unavailable(
            f"{broken.path} cannot be set aside: {error.strerror}", "check the folder's rights and the disk"
        ) from error
    fresh = broken.open_or_create()
    for name, value in settings.items():
        fresh.set_setting(name, value)
    return aside


def free_name(path: Path, why: str, when: str) -> Path:
    """A name beside `path` that says why and when it was kept, and that nothing has yet."""
    moment = when.replace(":", "").replace("-", "")[:15]
    wanted = path.with_name(f"{path.name}.{why}-{moment}")
    number = 1
    while os.path.lexists(wanted):
        number += 1
        wanted = path.with_name(f"{path.name}.{why}-{moment}-{number}")
    return wanted
