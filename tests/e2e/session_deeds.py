"""What people do with sessions, as functions of words, so that tests can run and kill it."""

from pathlib import Path

from gastown.operations.sessions import by_hand
from gastown.operations.town.call_up import call_up
from gastown.town import Town
from tests.towns import HUMAN


def start(root: str, address: str) -> None:
    """`gt session start`."""
    by_hand.start(Town(Path(root)), address, by=HUMAN)


def stop(root: str, address: str) -> None:
    """`gt session stop`."""
    by_hand.stop(Town(Path(root)), address, by=HUMAN)


def restart(root: str, address: str) -> None:
    """`gt session restart`."""
    by_hand.restart(Town(Path(root)), address, by=HUMAN)


def up(root: str) -> None:
    """What `gt up` does besides starting the supervisor."""
    call_up(Town(Path(root)))
