"""Adding a rig: cloning a repository, deciding its gate and how freely agents may work in it."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from gastown.domain.assignments import Caller
from gastown.domain.decide.gates import propose_gate
from gastown.domain.identity import check_prefix, check_rig_name, propose_prefix
from gastown.domain.runtime import Permission
from gastown.errors import Invalid, Refused
from gastown.ledger import events
from gastown.operations.sessions.caller import caller, must_be_person
from gastown.operations.sessions.guarded import guard
from gastown.operations.town import trust as trusting
from gastown.operations.town.half_made import half_made
from gastown.settings import rig as rigs
from gastown.settings.rig import RigSettings
from gastown.town import Town
from gastown.world.files import write_whole
from gastown.world.git import tree
from gastown.world.git.addresses import has_credentials, masked
from gastown.world.git.repository import Repository
from gastown.world.locks import lock

_IN_THE_ADDRESS = (
    "the address holds a password or token, which every agent can read: better leave it out, and let git ask "
    "a helper (git config --global credential.helper store)"
)

Ask = Callable[[str], str | None]
"""Shows the proposed gate (may be empty) and gives the command to use; None: work is to land without a gate."""


def add_rig(  # noqa: PLR0913 - one for each thing a person decides
    town: Town,
    name: str,
    url: str,
    *,
    prefix: str | None = None,
    gate: str | None = None,
    no_gate: bool = False,
    permissions: Permission | None = None,
    trust: bool | None = None,
    ask_gate: Ask | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> RigSettings:
    """Clone `url` as the rig `name`. Nothing of it is left behind when that fails.

    Without `gate` and `no_gate`, `ask_gate` decides on the gate that the repository's files suggest; without
    that too it is Refused, and the hint names the suggestion. The result is for showing: no password is in it.
    Raises Invalid, NotFound, Unavailable; Refused for agents, too: gate, permissions and trust are a person's to say.
    """
    must_be_person(town, "gt rig add")
    by = caller(town)
    rig, short = check_rig_name(name), _prefix(town, name, prefix)
    home = town.root / rig
    _must_be_free(home)
    if gate is not None and (no_gate or not gate.strip()):
        raise Invalid("a gate and no gate cannot both be", "--gate COMMAND, or --no-gate")
    source = _source(url)
    with half_made(town, rig) as folder:
        say(f"cloning {masked(source)}")
        repository = Repository.clone(source, folder / "repo.git", progress=say)
        target = repository.default_branch()
        guard(town, repository.path, target=target)
        command = _gate(repository, target, gate, no_gate=no_gate, ask=ask_gate)
        settings = RigSettings(
            name=rig, url=source, prefix=short, target=target, gate=command or "", no_gate=command is None,
            gate_limit=timedelta(minutes=30), permissions=permissions or Permission.ASK, trust=bool(trust),
            parked="", names=(),
        )  # fmt: skip
        secret = has_credentials(source)
        write_whole(folder / rigs.FILE_NAME, rigs.written(settings), mode=0o600 if secret else 0o644)
        _move_in(town, folder, home, settings, by)
    if secret:
        say(_IN_THE_ADDRESS)
    return replace(town.rig(rig), url=masked(source))


def _prefix(town: Town, name: str, wanted: str | None) -> str:
    taken = {settings.prefix: rig for rig, settings in town.rigs.items()}
    if wanted is None:
        return propose_prefix(name, frozenset(taken))
    if (prefix := check_prefix(wanted)) in taken:
        raise Refused(f"the prefix {prefix!r} belongs to {taken[prefix]}", "--prefix with other letters")
    return prefix


def _source(url: str) -> str:
    """A path in full, so that it means the same from everywhere; an address as it is."""
    path = Path(url).expanduser()
    return os.path.normpath(path.absolute()) if path.exists() else url


def _gate(
    repository: Repository, target: str, gate: str | None, *, no_gate: bool, ask: Ask | None
) -> str | None:
    if no_gate or gate is not None:
        return None if no_gate else gate
    proposal = gate_proposal(repository, repository.target(target))
    if ask is not None:
        return ask(proposal)
    suggestion = f"--gate {json.dumps(proposal)}" if proposal else "--gate COMMAND"
    raise Refused("no gate was named, and nothing lands untested by accident", f"{suggestion}, or --no-gate")


def gate_proposal(repository: Repository, commit: str) -> str:
    """The gate that the files of a commit suggest; empty when none does."""
    return propose_gate(
        tree.files_at(repository.path, commit), lambda name: tree.read_file(repository.path, commit, name)
    )


def _must_be_free(home: Path) -> None:
    if home.exists():
        raise Refused(f"there is {home} already", f"gt rig remove {home.name}, or choose another name")


def _move_in(town: Town, folder: Path, home: Path, settings: RigSettings, by: Caller) -> None:
    """Make it a rig, unless another one has taken its place or its prefix while it was cloned."""
    with lock(town.places.lock("rigs"), what="the list of rigs", wait=5):
        _must_be_free(home)
        _prefix(town, settings.name, settings.prefix)
        if settings.trust:
            trusting.give(home, folder)
        folder.rename(home)
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        events.append(
            ledger, by.address, "rig.added", settings.name, now, url=masked(settings.url), target=settings.target,
            gate=settings.gate, permissions=settings.permissions.value, trust=settings.trust,
        )  # fmt: skip
