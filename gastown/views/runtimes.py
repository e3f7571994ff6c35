"""The agent CLIs of a town: which there are, which are installed, what they can do, and who uses them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass

from gastown.domain.observed import Absent, Present, Unknown
from gastown.domain.runtime import Runtime
from gastown.errors import GastownError
from gastown.ledger import agents
from gastown.settings import roles
from gastown.town import Town


@dataclass(frozen=True, slots=True)
class RuntimeLine:
    """One agent CLI."""

    name: str
    summary: str
    program: str
    """Empty: it is a part of us."""
    version: str | None
    """The installed one; None: it is not installed, or does not tell."""
    missing: bool
    """Whether its program is not there."""
    seen_versions: tuple[str, ...]
    features: tuple[str, ...]
    source: str
    """The files that describe it; empty: code of ours."""
    ours: bool
    """Whether nothing of it is the town's own."""
    used_by: tuple[str, ...]
    problem: str
    """Why it cannot be used or seen; empty: it can."""


def runtime_lines(town: Town) -> tuple[RuntimeLine, ...]:
    """Every agent CLI by name, and those that are named somewhere and are not there. Asks each for its version."""
    from gastown.world.agents.registry import names

    users = used_by(town)
    return tuple(_line(town, name, users.get(name, ())) for name in sorted({*names(town.root), *users}))


def used_by(town: Town) -> Mapping[str, tuple[str, ...]]:
    """Who names which agent CLI: the town, rigs, roles and agents. What cannot be read is passed over."""
    of_agents = (
        (agent.address, agent.runtime or "")
        for agent in agents.all_agents(town.ledger)
        if agent.removed_at is None
    )
    return _by_name([*_settings(town), *of_agents])


def used_by_settings(town: Town) -> Mapping[str, tuple[str, ...]]:
    """The same without agents: the ledger stays closed."""
    return _by_name(_settings(town))


def _by_name(choices: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    users: dict[str, list[str]] = defaultdict(list)
    for user, name in choices:
        if name:
            users[name].append(user)
    return {name: tuple(who) for name, who in users.items()}


def _settings(town: Town) -> Iterator[tuple[str, str]]:
    yield "the town", town.settings.runtime
    for rig in town.rigs.values():
        yield f"rig {rig.name}", rig.runtime
    for name in roles.names(town.root):
        yield f"role {name}", _of_role(town, name, None)
    for rig in town.rigs.values():
        for name in roles.names(town.root, rig.name):
            if (own := _of_role(town, name, rig.name)) != _of_role(town, name, None):
                yield f"role {name} in {rig.name}", own


def _of_role(town: Town, name: str, rig: str | None) -> str:
    try:
        return roles.read(name, town=town.root, rig=rig).runtime
    except GastownError:
        return ""


def _line(town: Town, name: str, users: tuple[str, ...]) -> RuntimeLine:
    try:
        runtime = town.runtime(name)
    except GastownError as broken:
        return RuntimeLine(name, "", "", None, False, (), (), "", False, users, broken.message)  # noqa: FBT003
    version, missing, problem = _version(runtime)
    source = _source(runtime)
    return RuntimeLine(
        name=name,
        summary=SUMMARIES.get(name) or _summary(runtime),
        program=runtime.program,
        version=version,
        missing=missing,
        seen_versions=tuple(runtime.seen_versions),
        features=tuple(feature for feature, there in asdict(runtime.features).items() if there is True),
        source=source,
        ours=str(town.root) not in source,
        used_by=users,
        problem=problem,
    )


SUMMARIES = {
    "claude": "Anthropic's Claude Code",
    "codex": "OpenAI's Codex",
    "scripted": "carries out the shell steps of beads, without a model",
}


def _version(runtime: Runtime) -> tuple[str | None, bool, str]:
    match runtime.version():
        case Present(version):
            return version, False, ""
        case Absent():
            return None, True, ""
        case Unknown(why):
            return None, False, why


def _source(runtime: Runtime) -> str:
    from gastown.world.agents.by_data import ByData

    return runtime.cli.source if isinstance(runtime, ByData) else ""


def _summary(runtime: Runtime) -> str:
    from gastown.world.agents.by_data import ByData

    return runtime.cli.summary if isinstance(runtime, ByData) else ""
