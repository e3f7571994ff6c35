"""Where a person wants work: every way to name an agent, or to leave the choice of a polecat to us."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from gastown.domain.identity import (
    TOWN_GROUPS,
    TOWN_PREFIX,
    Address,
    check_polecat_name,
    group_of,
    parse_address,
)
from gastown.domain.roles import Scope
from gastown.errors import Invalid, NotFound

WORKER = "polecat"
"""The role of agents that come into being when work is slung at them, under any name."""

MADE_BY_PEOPLE = "crew"
"""The role of agents that a person adds by name: `gt crew add`."""

TARGET_FORMS = "web, Toast, web/polecats/Toast, web/crew/ann, mayor, web/witness, or nothing"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """A target that leaves the choice of the polecat to us: some polecat of this rig."""

    rig: str


@dataclass(frozen=True, slots=True)
class Named:
    """A target that names its agent. A polecat, or an agent that is the only one of its role, need not exist yet."""

    address: Address


Target = AnyOf | Named


class Kind(NamedTuple):
    """What of a role decides how its agents are named."""

    scope: Scope
    many: bool
    names: tuple[str, ...] = ()
    """Names that are there for use: with one of these an agent of the role comes into being when it is needed."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a town knows to choose from."""

    rigs: Mapping[str, str]
    """The rigs with their prefixes."""
    agents: Sequence[str] = ()
    """Addresses of its agents, without those that were removed."""
    removed: frozenset[str] = frozenset()
    kinds: Mapping[str | None, Mapping[str, Kind]] = field(
        default_factory=dict[str | None, Mapping[str, Kind]]
    )
    """Roles by their names, as they count in a rig, and for None in the town."""

    def kind(self, role: str, rig: str | None) -> Kind | None:
        """The role as it counts there; None where there is none of that name, or it belongs elsewhere."""
        found = self.kinds.get(rig, {}).get(role)
        belongs = found is not None and found.scope is (Scope.TOWN if rig is None else Scope.RIG)
        return found if belongs else None

    def is_single(self, role: str, rig: str | None) -> bool:
        """Whether one agent alone has that role there."""
        kind = self.kind(role, rig)
        return kind is not None and not kind.many


def role_words(text: str) -> frozenset[str]:
    """The names of roles that `text` may speak of; only these have to be known to understand it."""
    words = {WORKER}
    for word in text.split("/"):
        words |= {word, word.removesuffix("s"), word.partition("-")[2]}
    return frozenset(words - {""})


def parse_target(text: str | None, *, bead_rig: str | None, known: Known, new: bool = True) -> Target:
    """Understand where a person wants work slung; `bead_rig` is the bead's own rig. Without `new`, whom they mean.

    A bare name that no agent bears yet becomes a polecat of the bead's rig; names that differ only in case are
    one, as on file systems that do not tell them apart. Raises Invalid, with the known forms, and NotFound for
    an agent that somebody has to add first.
    """
    words = (text or "").split("/")
    if words == [""]:
        if bead_rig is None:
            raise _invalid("the bead belongs to no rig, so a target is needed")
        return AnyOf(bead_rig)
    if len(words) == 1 and words[0] in known.rigs:
        return AnyOf(words[0])
    return Named(_Reader(known, bead_rig, new=new).address("/".join(words), words))


class _Reader:
    """Reads one target that names an agent."""

    def __init__(self, known: Known, bead_rig: str | None, *, new: bool) -> None:
        self._known, self._home, self._new = known, bead_rig, new

    def address(self, text: str, words: Sequence[str]) -> Address:
        exact = [one for one in self._known.agents if one.casefold() == text.casefold()]
        if exact:
            return parse_address(text if text in exact else exact[0])
        match words:
            case [word]:
                return self._alone(word) or self._session(word) or self._called(word)
            case [rig, word] if rig in self._known.rigs:
                if self._known.is_single(word, rig):
                    return Address(word, rig, word)
                return self._in_rig(rig, word)
            case [word, name] if (role := self._role(word)) is not None:
                return self._of_role(role, name)
            case [home, group, name] if home in self._known.rigs or home == TOWN_GROUPS:
                where = home if home in self._known.rigs else None
                role = self._role(group)
                if role is None or group != group_of(role) or self._known.kind(role, where) is None:
                    raise _invalid(f"{text!r} is no target here: {home} has no {group!r}")
                return self._in_group(role, where, name)
            case [rig, *_]:
                if rig in self._known.rigs or rig == TOWN_GROUPS:
                    raise _invalid(f"{text!r} is no target here")
                raise _invalid(f"{text!r} is no target here: there is no rig {rig!r}")
            case _:  # pragma: no cover - split never gives an empty list
                raise _invalid(f"{text!r} is no target")

    def _alone(self, word: str) -> Address | None:
        """The only agent of the role `word`: the town's, or that of the bead's rig."""
        if self._known.is_single(word, None):
            return Address(word, None, word)
        rigs = [rig for rig in self._known.rigs if self._known.is_single(word, rig)]
        if self._home in rigs:
            return Address(word, self._home, word)
        if len(rigs) > 1 or (rigs and self._home is not None):
            raise _invalid(f"which rig's {word}?", f"name it in full: {rigs[0]}/{word}")
        return Address(word, rigs[0], word) if rigs else None

    def _session(self, word: str) -> Address | None:
        """The agent whose session is called so: `we-crew-ann`, `hq-mayor`."""
        prefixes = {TOWN_PREFIX: None, **{prefix: rig for rig, prefix in self._known.rigs.items()}}
        prefix, _, handle = word.partition("-")
        if prefix not in prefixes:
            return None
        rig = prefixes[prefix]
        if self._known.is_single(handle, rig):
            return Address(handle, rig, handle)
        agents = (parse_address(one) for one in self._known.agents)
        return next((one for one in agents if one.rig == rig and one.handle == handle), None)

    def _role(self, word: str) -> str | None:
        """The role with many agents that people mean by `polecat` or `polecats`."""
        for role in (word, word.removesuffix("s")):
            if any(kinds[role].many for kinds in self._known.kinds.values() if role in kinds):
                return role
        return None

    def _of_role(self, role: str, name: str) -> Address:
        """The agent of that role and name: the town's, or that of the bead's rig, or of the only rig that has it."""
        if self._known.kind(role, None) is not None:
            return self._in_group(role, None, name)
        if self._home is not None:
            return self._in_group(role, self._home, name)
        return self._only(role, name, [one for one in self._named(name) if one.role == role])

    def _called(self, name: str) -> Address:
        """The agent of that bare name; where none is called so, a new polecat of the bead's rig."""
        if self._home is not None:
            here = [one for one in self._named(name) if one.rig in {self._home, None}]
            return _one_of(name, here) if here else self._in_group(WORKER, self._home, name)
        return self._only(WORKER, name, self._named(name))

    def _only(self, role: str, name: str, found: Sequence[Address]) -> Address:
        """The one that is called so, where no rig is meant before others."""
        if not found and not self._new:
            raise NotFound(f"there is no agent {name!r}", "gt agents lists them")
        _check_name(role, name)
        if len(found) != 1:
            raise _which(name, found, f"web/{group_of(role)}/{name}")
        return found[0]

    def _in_rig(self, rig: str, name: str) -> Address:
        """`web/ann`: whoever of that rig is called so, else a new polecat."""
        here = [one for one in self._named(name) if one.rig == rig]
        return _one_of(name, here) if here else self._in_group(WORKER, rig, name)

    def _in_group(self, role: str, rig: str | None, name: str) -> Address:
        """The agent of that role, home and name; one that is not there yet if it may come into being."""
        _check_name(role, name)
        here = [one for one in self._named(name) if one.rig == rig]
        found = next((one for one in here if one.role == role), None)
        if found is not None:
            return found
        wanted = Address(role, rig, name)
        if role == WORKER and here:
            raise _invalid(f"{here[0]} is called {here[0].name} already", f"take another name, or {here[0]}")
        kind = self._known.kind(role, rig)
        if role == WORKER or (kind is not None and name in kind.names):
            return _as_it_was(wanted, self._known.removed)
        raise _missing(wanted, kind, self._known.removed)

    def _named(self, name: str) -> list[Address]:
        agents = (parse_address(one) for one in self._known.agents)
        return [one for one in agents if one.name.casefold() == name.casefold() and not one.is_alone]


def _one_of(name: str, found: Sequence[Address]) -> Address:
    if len(found) > 1:
        raise _invalid(f"{name!r} could be {' or '.join(map(str, found))}", f"name it in full: {found[0]}")
    return found[0]


def _as_it_was(wanted: Address, removed: Iterable[str]) -> Address:
    """The address in the letters that a removed agent of that name has: it comes back."""
    alike = [one for one in removed if one.casefold() == str(wanted).casefold()]
    return parse_address(min(alike)) if alike else wanted


def _check_name(role: str, name: str) -> None:
    try:
        check_polecat_name(name)
    except Invalid as bad:
        what = f"{name!r} cannot name {'a polecat' if role == WORKER else f'an agent of the role {role}'}"
        raise Invalid(what, bad.hint) from bad


def _which(name: str, found: Sequence[Address], example: str) -> Invalid:
    full = str(found[0]) if found else example
    return _invalid(f"which rig's {name}? the bead belongs to none", f"name it in full: {full}")


def _missing(wanted: Address, kind: Kind | None, removed: frozenset[str]) -> NotFound:
    was = _as_it_was(wanted, removed)
    what = f"{was} was removed" if str(was) in removed else f"there is no {wanted}"
    if wanted.role == MADE_BY_PEOPLE:
        return NotFound(what, f"gt crew add {was.name} --rig {was.rig}")
    names = ", ".join(kind.names) if kind else ""
    return NotFound(what, f"its names are {names}" if names else f"targets: {TARGET_FORMS}")


def _invalid(message: str, hint: str = "") -> Invalid:
    return Invalid(message, hint or f"targets: {TARGET_FORMS}")
