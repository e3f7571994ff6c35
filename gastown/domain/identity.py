"""Who is who: addresses of agents, names of sessions, and what may be a name."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from gastown.errors import Invalid

OVERSEER = "overseer"
"""The human's address."""

TOWN_PREFIX = "hq"
CONVOY_PREFIX = "cv"
REQUEST_PREFIX = "mr"
RESERVED_PREFIXES = frozenset({TOWN_PREFIX, CONVOY_PREFIX, REQUEST_PREFIX})

POLECAT_NAMES = (
    "Toast", "Shadow", "Copper", "Ash", "Storm", "Ember", "Rust", "Flint", "Dusty", "Nova", "Pepper", "Onyx",
    "Birch", "Comet", "Maple", "Slate", "Clover", "Raven", "Juniper", "Cinder", "Basil", "Quartz", "Willow", "Fox",
    "Hazel", "Indigo", "Jasper", "Kestrel", "Lark", "Moss", "Nettle", "Olive",
)  # fmt: skip

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}")
_RIG = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_PREFIX = re.compile(r"[a-z][a-z0-9]{0,7}")
OUR_ROLES = frozenset({"mayor", "deacon", "boot", "dog", "witness", "refinery", "polecat", "crew"})
"""The roles that come with us."""

ROLES = OUR_ROLES | {OVERSEER, "polecats", "dogs", "queue", "supervisor", "town"}
"""Words that name a role, a group or a session of ours in a target, so no agent and no rig bears them."""

NOT_RIGS = ROLES | {"roles", "prompts", "formulas", "directives", "runtimes", "archive", "bin", "run", "logs"}
NOT_ROLES = NOT_RIGS - OUR_ROLES
"""Words that mean the human, or a folder or session of ours."""

_HANDLES = ("crew-", "dog-")
"""How sessions of others with names of their own are called."""

TOWN_GROUPS = "deacon"
"""Beneath whose address town-wide agents with names of their own live: `deacon/dogs/rex`."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where an agent lives: its role, its rig (None: the town's own) and its name; as text, its folder in the town.

    An agent that is the only one of its role is called as its role: `mayor`, `web/witness`.
    """

    role: str
    rig: str | None
    name: str

    def __str__(self) -> str:
        home = self.rig if self.rig is not None else TOWN_GROUPS
        if not self.is_alone:
            return f"{home}/{group_of(self.role)}/{self.name}"
        return self.name if self.rig is None else f"{home}/{self.name}"

    @property
    def is_alone(self) -> bool:
        """Whether it is the only one of its role."""
        return self.name == self.role

    @property
    def short(self) -> str:
        """As people say it: `web/Toast`."""
        return self.name if self.rig is None else f"{self.rig}/{self.name}"

    @property
    def handle(self) -> str:
        """What its session and its branches are called beneath those of its rig: `Toast`, `crew-ann`, `witness`."""
        return self.name if self.is_alone or self.role == "polecat" else f"{self.role}-{self.name}"


def group_of(role: str) -> str:
    """The folder that agents of a role with many live in."""
    return role if role == "crew" else f"{role}s"


def polecat(rig: str, name: str) -> Address:
    """The address of a rig's polecat."""
    return Address("polecat", rig, name)


def parse_address(text: str) -> Address:
    """Read a full address, as the ledger holds it; whether there is such a role is not asked. Raises Invalid."""
    match text.split("/"):
        case [name] if _RIG.fullmatch(name):
            return Address(name, None, name)
        case [rig, role] if _RIG.fullmatch(rig) and _RIG.fullmatch(role) and rig != TOWN_GROUPS:
            return Address(role, rig, role)
        case [home, group, name] if (
            _RIG.fullmatch(home) and _NAME.fullmatch(name) and (role := _in_group(group))
        ):
            return Address(role, None if home == TOWN_GROUPS else home, name)
        case _:
            raise Invalid(
                f"{text!r} is no agent's address",
                "addresses look like mayor, web/witness, web/polecats/Toast, web/crew/ann",
            )


def _in_group(group: str) -> str:
    """The role whose agents live in a folder of that name; empty when it can be none's."""
    role = group if group == "crew" else group.removesuffix("s")
    return role if _RIG.fullmatch(role) and group == group_of(role) else ""


def address_called(name: str, known: Iterable[str]) -> str:
    """The one of these addresses that people mean by `name`: `web/Toast`, `polecat/Toast` or `Toast`, in any case.

    It is the name itself if none is called so, or several are.
    """
    wanted = name.casefold()
    found = [address for address in known if wanted in called(parse_address(address))]
    return found[0] if len(found) == 1 else name


def called(address: Address) -> tuple[str, ...]:
    """All that people say for an address, in small letters."""
    role, name = address.role.casefold(), address.name.casefold()
    more = () if address.is_alone else (f"{role}/{name}", f"{role}s/{name}")
    return (str(address).casefold(), address.short.casefold(), name, *more)


def session_name(prefix: str, name: str) -> str:
    """The tmux session of an agent or follower: `we-Toast`."""
    return f"{prefix}-{name}"


def check_polecat_name(name: str) -> str:
    """Give `name` back if a polecat may bear it. Raises Invalid."""
    if not _NAME.fullmatch(name) or name.casefold() in ROLES or name.casefold().startswith(_HANDLES):
        raise Invalid(
            f"{name!r} cannot name a polecat",
            "a letter first, then letters, digits, - or _ (32 at most), and no role's name",
        )
    return name


def check_role_name(name: str) -> str:
    """Give `name` back if a role may be called so. Raises Invalid."""
    if not _RIG.fullmatch(name):
        raise Invalid(
            f"{name!r} cannot name a role",
            "a small letter first, then small letters, digits, - or _ (32 at most)",
        )
    if name in NOT_ROLES or name.startswith(_HANDLES):
        raise Invalid(
            f"{name!r} cannot name a role: it means somebody or something else", "take another name"
        )
    return name


def check_rig_name(name: str) -> str:
    """Give `name` back if a rig may bear it. Raises Invalid."""
    if not _RIG.fullmatch(name) or name in NOT_RIGS:
        raise Invalid(
            f"{name!r} cannot name a rig", "a small letter first, then small letters, digits, - or _"
        )
    return name


def check_prefix(prefix: str) -> str:
    """Give `prefix` back if a rig's beads may begin with it. Raises Invalid."""
    if not _PREFIX.fullmatch(prefix) or prefix in RESERVED_PREFIXES:
        raise Invalid(f"{prefix!r} cannot be a prefix", "1 to 8 small letters or digits, a letter first")
    return prefix


def propose_prefix(name: str, taken: frozenset[str]) -> str:
    """A short prefix for a new rig's beads and sessions that no other rig has: `web` → `we`."""
    letters = re.sub(r"[^a-z0-9]", "", name)
    candidates = [letters[:size] for size in range(2, min(len(letters), 8) + 1)] + [
        f"{letters[:2]}{n}" for n in range(2, 99)
    ]
    return next(c for c in candidates if c and c not in taken | RESERVED_PREFIXES)
