"""The ways in which something ends before its time; each is raised where the program waits."""


class Interrupted(Exception):
    """The person pressed Escape or Ctrl-C: the turn is over, and no Stop callback runs."""


class TurnEnded(Exception):
    """There is nothing more to do in this turn, though work is left: a fresh session goes on with it."""


class TurnFailed(Exception):
    """The "service" refused: the turn ends with a StopFailure callback that carries `error`."""

    def __init__(self, error: str, shown: str) -> None:
        super().__init__(shown)
        self.error = error
        self.shown = shown


class Ending(Exception):
    """The program is to end: `reason` is what SessionEnd is told, `status` the exit status."""

    def __init__(self, reason: str, status: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status
