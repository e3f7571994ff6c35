"""How commands declare what they take: read at once where the command line is plain, by Typer where it is not."""

from collections.abc import Callable, Mapping
from inspect import Parameter, signature
from types import UnionType
from typing import Annotated, Any, get_args, get_origin

Command = Callable[..., int | None]
"""The function of a command; it gives its exit code, or nothing for 0."""


class Argument:
    """Something a command takes by its place."""

    def __init__(self, help: str, *, metavar: str = "") -> None:  # noqa: A002 - Typer's word
        self.help, self.metavar = help, metavar


class Option:
    """Something a command takes by its name. `flags` as in Typer: `--up/--no-up` has a way to say no.

    Of type `list[X] | None` it may be given more than once.
    """

    def __init__(self, help: str, *flags: str, metavar: str = "") -> None:  # noqa: A002 - Typer's word
        self.help, self.flags, self.metavar = help, flags, metavar


class Declared:
    """One parameter of a command's function: its type without None, and how it is given."""

    def __init__(self, parameter: Parameter) -> None:
        self.name, self.default = parameter.name, parameter.default
        self.annotation, given = get_args(parameter.annotation)
        self.given: Argument | Option = given
        self.kind, self.many = _kind(self.annotation)

    @property
    def needed(self) -> bool:
        """Whether there is no default."""
        return self.default is Parameter.empty

    @property
    def flags(self) -> tuple[str, ...]:
        """The names of an option, as in Typer."""
        declared = self.given.flags if isinstance(self.given, Option) else ()
        return declared or ("--" + self.name.replace("_", "-"),)


def declared(function: Command) -> Mapping[str, Declared]:
    """What the command takes, by the names of its function's parameters."""
    return {name: Declared(parameter) for name, parameter in signature(function).parameters.items()}


def _kind(annotation: Any) -> tuple[Callable[[str], object], bool]:  # noqa: ANN401 - a type, of any shape
    """The type itself of `X`, `X | None`, `list[X]` and `list[X] | None`, and whether it is a list."""
    if isinstance(annotation, UnionType):
        annotation = next(part for part in get_args(annotation) if part is not type(None))
    if get_origin(annotation) is list:
        return get_args(annotation)[0], True
    return annotation, False


Json = Annotated[bool, Option("Print JSON.", "--json")]
Up = Annotated[bool, Option("Whether to start a missing supervisor.", "--up/--no-up")]
AgentOrBead = Annotated[
    str, Argument("An agent (Toast, web/Toast), or a bead: whoever works on it.", metavar="AGENT")
]
