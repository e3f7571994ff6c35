"""What the doctor sees of agent CLIs: whether they are installed, known to us, and logged in."""

import os
from collections.abc import Iterator

from gastown.domain.observed import Absent, Present, Unknown
from gastown.errors import GastownError
from gastown.town import Town
from gastown.views.health import Check, Health


def agent_checks(town: Town | None) -> Iterator[Check]:
    """Every agent CLI that the town, a rig or a role names; Claude Code outside a town."""
    if town is None:
        yield from _claude(None)
        return
    from gastown.views.runtimes import used_by_settings

    for name, users in used_by_settings(town).items():
        if name == "claude":
            yield from _claude(town)
        else:
            yield _other(town, name, ", ".join(users))


def _other(town: Town, name: str, users: str) -> Check:
    try:
        runtime = town.runtime(name)
    except GastownError as error:
        return Check(name, Health.BAD, f"{error.message}; used by {users}", error.hint)
    match runtime.version():
        case Present(version) if not runtime.seen_versions or version in runtime.seen_versions:
            return Check(name, Health.OK, version)
        case Present(version):
            what = f"{version}; what was driven is {', '.join(runtime.seen_versions)}"
            return Check(name, Health.WARN, what, f"gt runtime check {name}")
        case Absent():
            what = f"{runtime.program} is not installed; used by {users}"
            return Check(name, Health.BAD, what, runtime.how_to_get_it)
        case Unknown(why):
            return Check(name, Health.UNKNOWN, why, f"gt runtime check {name}")


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
