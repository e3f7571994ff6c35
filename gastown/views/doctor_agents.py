"""What the doctor sees of agent CLIs: whether they are installed, known to us, and logged in."""

import os
from collections.abc import Iterator

from gastown.domain.observed import Absent, Present, Unknown
from gastown.errors import GastownError
from gastown.town import Town
from gastown.views.health import Check, Health


def agent_checks(town: Town | None) -> Iterator[Check]:
    """The agent CLI that the town starts where nothing else is said; Claude Code outside a town."""
    name = town.settings.runtime if town else "claude"
    if name == "claude":
        yield from _claude(town)
        return
    from gastown.world.agents.registry import runtime

    match runtime(name).version():
        case Present(version):
            yield Check(name, Health.OK, version)
        case Absent():
            yield Check(name, Health.BAD, f"{name} is not installed", f"install {name}")
        case Unknown(why):
            yield Check(name, Health.UNKNOWN, why)


def _claude(town: Town | None) -> Iterator[Check]:
    from gastown.world.agents.claude import SEEN_VERSIONS, ClaudeRuntime, login

    match ClaudeRuntime().version():
        case Absent():
            hint = ClaudeRuntime.how_to_get_it
            yield Check("Claude Code", Health.BAD, "claude is not installed", hint)
            return
        case Unknown(why):
            yield Check("Claude Code", Health.UNKNOWN, why)
            return
        case Present(version) if version in SEEN_VERSIONS:
            yield Check("Claude Code", Health.OK, f"{version}, driven by our tests")
        case Present(version):
            seen = f"{version}; our tests drive {', '.join(SEEN_VERSIONS)}"
            yield Check("Claude Code", Health.WARN, seen, "it mostly works too; if agents hang, try that one")
    match login(os.environ):
        case Present(how):
            yield Check("login", Health.OK, how)
        case Absent():
            yield Check("login", Health.BAD, "Claude Code is not logged in", "run claude, then /login")
        case Unknown(why):
            yield Check("login", Health.UNKNOWN, why)
    if town is not None:
        yield from _dialogs(town)


def _dialogs(town: Town) -> Iterator[Check]:
    """Questions that Claude Code would ask at its start, when nobody is there to answer."""
    from gastown.world.agents import claude_home
    from gastown.world.agents.trust import onboarded, trusted

    file = claude_home.configuration(os.environ)
    try:
        if not onboarded(file):
            what = "Claude Code was never started here: its first start asks questions"
            yield Check("first start", Health.WARN, what, "run claude once")
        for name in town.rigs:
            if not trusted(town.rig_places(name).repository, file):
                what = f"Claude Code will ask whether it may trust the folder of {name}"
                hint = f"gt attach, and say yes once; or gt rig remove {name} and gt rig add … --trust"
                yield Check("trust", Health.WARN, what, hint)
    except GastownError as error:
        yield Check("Claude Code's settings", Health.BAD, error.message, error.hint)
