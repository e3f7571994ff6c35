"""What the doctor sees of the hooks of rigs' repositories: whether git calls them at all."""

from collections.abc import Iterator
from shlex import quote

from gastown.domain.observed import Absent, Present, Unknown
from gastown.town import Town
from gastown.views.health import Check, Health
from gastown.world.git.repository_hooks import hooks_path


def hooks_checks(town: Town) -> Iterator[Check]:
    """One for each rig where something is to be said of them."""
    for rig in town.rigs:
        repository = town.rig_places(rig).repository
        if not repository.is_dir():
            continue
        match hooks_path(repository):
            case Present(elsewhere):
                what = f"git looks for hooks of {rig} in {elsewhere}: ours keep nobody from others' branches"
                hint = f"git -C {quote(str(repository))} config --unset core.hooksPath; docs/custody.md tells more"
                yield Check("hooks", Health.WARN, what, hint)
            case Unknown(why):
                yield Check("hooks", Health.UNKNOWN, why, f"git -C {quote(str(repository))} config --list")
            case Absent():
                pass
