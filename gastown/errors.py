"""What can go wrong, by kind; each error tells a person what happened and what to do next."""


class GastownError(Exception):
    """A failure that a person can act on.

    `message` says what happened, `hint` names the next command or deed (may be empty, may have lines).
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NotFound(GastownError):
    """What was asked for does not exist."""


class Refused(GastownError):
    """It exists, but a rule or its present state forbids this."""


class Invalid(GastownError):
    """Input or configuration cannot be understood."""


class Unavailable(GastownError):
    """A tool outside is missing, silent or broken: we could not look or could not act."""


class Busy(GastownError):
    """Someone else holds what is needed; the same command may pass in a moment."""
