"""The rigs of a town, with what is desired of each."""

from dataclasses import dataclass

from gastown.domain.runtime import Permission
from gastown.ledger import agents, beads
from gastown.settings.rig import RigSettings
from gastown.town import Town
from gastown.world.git.addresses import masked


@dataclass(frozen=True, slots=True)
class RigLine:
    """One rig as rig.toml describes it."""

    name: str
    url: str
    """Without the password that may stand in it."""
    prefix: str
    target: str
    gate: str | None
    """The command that must pass before anything lands; None: there is none."""
    no_gate: bool
    """A person decided that work lands untested."""
    gate_seconds: float
    permissions: Permission
    trust: bool
    parked: str | None
    """Why nothing may be slung at it."""


@dataclass(frozen=True, slots=True)
class RigOverview:
    """One rig with what it holds."""

    rig: RigLine
    folder: str
    polecats: int
    open_beads: int


def rig_list(town: Town) -> tuple[RigOverview, ...]:
    """Every rig by name."""
    return tuple(
        RigOverview(
            rig=rig_line(settings),
            folder=str(town.rig_places(name).root),
            polecats=sum(
                agent.role == "polecat" and agent.removed_at is None
                for agent in agents.all_agents(town.ledger, name)
            ),
            open_beads=beads.open_in_rig(town.ledger, name),
        )
        for name, settings in town.rigs.items()
    )


def rig_line(settings: RigSettings) -> RigLine:
    """One rig's settings as a line of a list."""
    return RigLine(
        name=settings.name,
        url=masked(settings.url),
        prefix=settings.prefix,
        target=settings.target,
        gate=settings.gate or None,
        no_gate=settings.no_gate,
        gate_seconds=settings.gate_limit.total_seconds(),
        permissions=settings.permissions,
        trust=settings.trust,
        parked=settings.parked or None,
    )
