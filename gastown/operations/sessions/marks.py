"""What marks the processes of a gate, by their environment."""

GATE, TOWN_OF_GATE, QUEUE = "GASTOWN_GATE", "GASTOWN_TOWN", "GT_QUEUE"
"""Its rig, its town, and what a queue starts besides (the rig's folder).

A gate has no GT_TOWN: what it runs was written by agents, and must not find the town by its environment.
"""
