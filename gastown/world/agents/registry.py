"""Which agent CLIs there are, by name; each one's module is loaded when it is asked for."""

from gastown.domain.runtime import Runtime
from gastown.errors import NotFound

NAMES = ("claude", "scripted")


def runtime(name: str) -> Runtime:
    """The agent CLI of that name. `NotFound` names those that there are."""
    match name:
        case "claude":
            from gastown.world.agents.claude import ClaudeRuntime

            return ClaudeRuntime()
        case "scripted":
            from gastown.world.agents.scripted import Scripted

            return Scripted()
        case _:
            raise NotFound(f"there is no runtime {name!r}", f"choose one of: {', '.join(NAMES)}")
