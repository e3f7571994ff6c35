"""Causes that are written down of sessions that ended because somebody wanted it so."""

HANDOFF = "handoff"
"""A fresh session took its place, as itself or somebody else had wished."""

RESTARTED = "gt session restart"
STOPPED = "gt session stop"
