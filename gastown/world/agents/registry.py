"""Which agent CLIs there are, by name; each one's module is loaded when it is asked for."""

from pathlib import Path

from gastown.domain.runtime import Runtime
from gastown.errors import NotFound

MODULES = ("claude", "codex", "scripted")
"""Those with code of their own; all others are data: ours, and the town's own."""


def names(town: Path | None = None) -> tuple[str, ...]:
    """All there are in the town at `town`; none: those that come with us."""
    from gastown.settings import runtimes

    return tuple(sorted({*MODULES, *runtimes.names(town)}))


def runtime(name: str, town: Path | None = None) -> Runtime:
    """The agent CLI of that name in the town at `town`. `NotFound` names those that there are.

    Raises Invalid or Unavailable for one whose file is broken.
    """
    match name:
        case "claude":
            from gastown.world.agents.claude import ClaudeRuntime

            return ClaudeRuntime()
        case "codex":
            from gastown.world.agents.codex import Codex

            return Codex()
        case "scripted":
            from gastown.world.agents.scripted import Scripted

            return Scripted()
        case _:
            return _by_data(name, town)


def _by_data(name: str, town: Path | None) -> Runtime:
    from gastown.settings import runtimes
    from gastown.world.agents.by_data import ByData

    try:
        return ByData(runtimes.read(name, town))
    except NotFound as missing:
        raise NotFound(missing.message, f"choose one of: {', '.join(names(town))}") from missing
