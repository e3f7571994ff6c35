"""What an agent may do; in a module of its own, since every command reads settings that name it."""

from enum import StrEnum


class Permission(StrEnum):
    """How much an agent may do in its worktree without asking its human."""

    ASK = "ask"
    EDITS = "edits"
    UNATTENDED = "unattended"
