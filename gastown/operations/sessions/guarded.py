"""Seeing that a rig's repository has the hooks that keep agents apart."""

from pathlib import Path

from gastown.domain.roles import Place
from gastown.errors import GastownError
from gastown.settings import roles
from gastown.town import Town
from gastown.world.git.repository_hooks import see_to_hooks


def guard(town: Town, repository: Path, *, target: str, rig: str | None = None) -> tuple[str, ...]:
    """Write the hooks of that repository where they are missing or were changed, and say which.

    Where that cannot be done the work goes on without them: they are a rail, and nothing leans on it.
    """
    try:
        return see_to_hooks(repository, target=target, branches=_branches(town, rig))
    except GastownError:
        return ()


def _branches(town: Town, rig: str | None) -> list[str]:
    """Patterns of the branches that agents with a worktree make for themselves."""
    patterns: list[str] = []
    for name in roles.names(town.root, rig):
        try:
            role = roles.read(name, town=town.root, rig=rig)
        except GastownError:
            continue
        if role.place is Place.WORKTREE:
            patterns.append("polecat/*" if name == "polecat" else f"{name}-*/*" if role.many else f"{name}/*")
    return patterns
