"""`gt ledger share` and `unshare`: whether a rig's beads travel with its code, on a ref of its own remote."""

from dataclasses import dataclass
from shlex import quote

from gastown.domain.assignments import Caller
from gastown.errors import Refused
from gastown.ledger import events
from gastown.operations.history.pull import Pulled, Say, pull_from
from gastown.operations.history.push import Pushed, push_to
from gastown.operations.history.remote import Place
from gastown.settings.editing import with_value
from gastown.settings.rig import FILE_NAME
from gastown.town import Town
from gastown.world.files import write_whole
from gastown.world.git.addresses import has_credentials, masked
from gastown.world.git.ledger_remotes import SHARED


@dataclass(frozen=True, slots=True)
class Shared:
    """A rig whose beads travel with its code. `already`: they did before."""

    rig: str
    url: str
    ref: str
    already: bool
    pulled: Pulled
    pushed: Pushed


@dataclass(frozen=True, slots=True)
class Unshared:
    """A rig whose beads stay here from now on; `remove` is the command that takes away what is out there."""

    rig: str
    url: str
    already: bool
    remove: str


def share(town: Town, rig: str, *, by: Caller, say: Say = lambda _: None) -> Shared:
    """Let the rig's beads travel with its code: what others shared comes first, then ours goes there.

    rig.toml says so only after that worked. Raises Refused, NotFound, Invalid, Busy or Unavailable.
    """
    _must_be_person(by, "gt ledger share")
    settings = town.rig(rig)
    place = Place(town.repository(rig).url, rig)
    pulled = pull_from(town, place, by=by.address, say=say)
    pushed = push_to(town, place, by=by.address, say=say)
    if not settings.share_ledger:
        _say_so(town, rig, by, shared=True)
    return Shared(rig, masked(place.url), SHARED, settings.share_ledger, pulled, pushed)


def unshare(town: Town, rig: str, *, by: Caller) -> Unshared:
    """Keep the rig's beads here from now on. What was shared stays where it is. Raises Refused, NotFound, Invalid."""
    _must_be_person(by, "gt ledger unshare")
    settings = town.rig(rig)
    url = town.repository(rig).url
    if settings.share_ledger:
        _say_so(town, rig, by, shared=False)
    remove = f"git push {quote(masked(url))} --delete {SHARED}"
    return Unshared(rig, masked(url), already=not settings.share_ledger, remove=remove)


def _must_be_person(by: Caller, command: str) -> None:
    if not by.is_human:
        raise Refused(f"{command} is for people", "ask the one who runs this town, and end your turn")


def _say_so(town: Town, rig: str, by: Caller, *, shared: bool) -> None:
    file = town.rig_places(rig).root / FILE_NAME
    text = with_value(file.read_text(encoding="utf-8-sig"), "rig", "share_ledger", value=shared or None)
    url = town.rig(rig).url
    write_whole(file, text, mode=0o600 if has_credentials(url) else 0o644)
    with town.ledger.transaction() as ledger:
        what = "ledger.shared" if shared else "ledger.unshared"
        events.append(ledger, by.address, what, rig, town.clock.now(), url=masked(url), ref=SHARED)
