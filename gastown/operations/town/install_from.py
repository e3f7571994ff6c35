"""`gt install DIR --from URL`: a town out of a history that travels: a rig's beads with its code, or a whole ledger."""

import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gastown.domain import ledger_tree as tree
from gastown.domain.assignments import Caller
from gastown.domain.identity import OVERSEER, check_rig_name
from gastown.domain.runtime import Permission
from gastown.errors import Invalid, Refused
from gastown.ledger.database import FILE_NAME as LEDGER
from gastown.operations.history.export import town_numbers
from gastown.operations.history.fences import new_uid
from gastown.operations.history.place import repository
from gastown.operations.history.pull import Say
from gastown.operations.history.remote import Place
from gastown.operations.history.restore import restore
from gastown.operations.history.share import share
from gastown.operations.history.take_over import NeededRig, prefixes, row_of, take_over
from gastown.operations.town.install import Installed, install
from gastown.operations.town.rig_add import Ask, add_rig
from gastown.settings.town import FILE_NAME
from gastown.town import Town
from gastown.world.git import ledger_remotes
from gastown.world.git.addresses import check_url, masked, whole
from gastown.world.git.ledger_repository import LedgerRepository


@dataclass(frozen=True, slots=True)
class RigWishes:
    """What a person decided for the rig that is added, as for `gt rig add`; None: nothing yet."""

    name: str | None = None
    prefix: str | None = None
    gate: str | None = None
    no_gate: bool = False
    permissions: Permission | None = None
    trust: bool | None = None
    ask_gate: Ask | None = None
    ask_rest: Callable[["RigWishes"], "RigWishes"] | None = None
    """Asks a person for what is not decided yet, once it is known that a rig is added."""


@dataclass(frozen=True, slots=True)
class InstalledFrom:
    """The town that was made. `rig`: it came with that rig's code; else the whole ledger came, and needs `rigs`."""

    root: Path
    agent: str
    source: str
    rig: str | None
    beads: int
    rigs: Sequence[NeededRig] = ()
    notes: Sequence[str] = ()


def install_from(
    root: Path, url: str, *, agent: str, name: str | None, rig: RigWishes, say: Say = lambda _: None
) -> InstalledFrom:
    """Make `root` a town with what lies at `url`. What was cut off is carried on when it is called again.

    Raises Refused when nothing of Gas Town lies there or the town has beads already, and what `install`,
    `add_rig` and `restore` raise.
    """
    check_url(url)
    source, root = whole(url), root.expanduser()
    found = _look(source)
    if found is None:
        made = _made(root, agent, name, rig)
        return _with_rig(Town(made.root), made.agent, source, rig, say)
    before = _which(found, name or root.absolute().name)
    if (root / FILE_NAME).is_file() and not (root / LEDGER).exists():
        restore(Town(root), by=OVERSEER)  # killed while the restored ledger took its place
    made = _made(root, agent, name or before.name or None, rig)
    restored, rigs = take_over(Town(made.root), source, before.uid, say=say)
    return InstalledFrom(made.root, made.agent, masked(source), None, restored.beads, rigs, restored.notes)


def _made(root: Path, agent: str, name: str | None, wishes: RigWishes) -> Installed:
    """The town; what is decided for the rig counts for its own folders as well. One that is there says it itself."""
    if (root / FILE_NAME).is_file():
        return install(root, agent=agent, name=name)
    return install(root, agent=agent, name=name, permissions=wishes.permissions, trust=wishes.trust)


@dataclass(frozen=True, slots=True)
class _Town:
    """A town in a ledger's history; the highest numbers that it gave out tell which of two goes on from the other."""

    uid: str
    name: str
    numbers: tuple[int, int]


def _look(url: str) -> Sequence[_Town] | None:
    """The towns in the ledger at `url`; None: it is a rig's repository with shared beads. Makes nothing here."""
    with tempfile.TemporaryDirectory(prefix="gastown-") as folder:
        probe = LedgerRepository(Path(folder) / "probe.git").open_or_create()
        tips = ledger_remotes.tips(probe.path, url, ledger_remotes.SHARED, ledger_remotes.MAIN)
        if ledger_remotes.SHARED in tips:
            return None
        commit = ledger_remotes.fetch(probe.path, url, ledger_remotes.MAIN, "probe", shallow=True)
        told = None if commit is None else probe.read(commit, tree.FORMAT_FILE)
        if commit is None or told is None:
            raise Refused(
                f"{masked(url)} holds no history of Gas Town",
                "gt ledger share RIG puts one beside a rig's code, gt ledger push URL a whole one",
            )
        if told != tree.FORMAT.encode():
            raise Invalid(f"{masked(url)} was written by another version of Gas Town", "upgrade gastown here")
        towns = probe.subtree(commit, "towns")
        found = [_town(probe, commit, uid) for uid in sorted(probe.children(towns))] if towns else []
        probe.close()
    return found


def _town(probe: LedgerRepository, commit: str, uid: str) -> _Town:
    file = probe.read(commit, tree.town_path(uid))
    highest = town_numbers(file)
    return _Town(uid, str(row_of(file).get("name", "")), (highest.generation, highest.incarnation))


def _which(towns: Sequence[_Town], wanted: str) -> _Town:
    """The town that this one goes on from: the only one, or the newest of that name."""
    if not towns:
        return _Town(new_uid(), wanted, (0, 0))
    names = sorted({town.name for town in towns})
    fitting = [town for town in towns if len(names) == 1 or town.name == wanted]
    if not fitting:
        told = ", ".join(names)
        raise Refused(
            f"the ledger is that of several towns: {told}", "say which of them lives here: --name NAME"
        )
    return max(fitting, key=lambda town: town.numbers)


def _with_rig(town: Town, agent: str, url: str, wishes: RigWishes, say: Say) -> InstalledFrom:
    """Add the rig from its repository, and let its beads follow."""
    name = wishes.name or _rig_name(url)
    if name not in town.rigs:
        wishes = wishes.ask_rest(wishes) if wishes.ask_rest else wishes
        prefix = wishes.prefix or _usual_prefix(town, name, url)
        add_rig(
            town, name, url, prefix=prefix, gate=wishes.gate, no_gate=wishes.no_gate, permissions=wishes.permissions,
            trust=wishes.trust, ask_gate=wishes.ask_gate, say=say,
        )  # fmt: skip
    elif town.repository(name).url != url:
        raise Refused(f"there is a rig {name} from elsewhere already", "--rig NAME with another name")
    shared = share(town, name, by=Caller(OVERSEER), say=say)
    return InstalledFrom(town.root, agent, masked(url), name, shared.pulled.added)


def _rig_name(url: str) -> str:
    last = (
        url.rstrip("/")
        .removesuffix("/.git")
        .removesuffix(".git")
        .replace(":", "/")
        .rpartition("/")[2]
        .lower()
    )
    try:
        return check_rig_name(re.sub(r"[^a-z0-9_-]+", "-", last).lstrip("-_0123456789")[:32])
    except Invalid as unfit:
        raise Refused(f"a rig cannot be called {last!r}", "--rig NAME") from unfit


def _usual_prefix(town: Town, name: str, url: str) -> str | None:
    """How most of its beads' ids begin, if a rig here may have them begin so too."""
    kept = repository(town).open_or_create()
    place = Place(url, name)
    theirs = ledger_remotes.fetch(kept.path, place.url, place.ref, place.kept_as)
    blobs = [] if theirs is None else [blob for _, blob in kept.files(theirs)]
    taken = {settings.prefix for settings in town.rigs.values()}
    return next((prefix for prefix in prefixes(kept, blobs) if prefix not in taken), None)
