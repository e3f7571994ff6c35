"""Reading a command line with Typer: help, and a good word about whatever is wrong with it."""

from collections.abc import Sequence
from inspect import Parameter, Signature
from typing import Annotated

import typer
from typer.main import get_command

from gastown.cli.parameters import Argument, Command, Declared, declared

HELP = ("-h", "--help")


def call(function: Command, name: str, shown: str, words: Sequence[str]) -> int:
    """Run the command with what Typer reads from `words`; gives the exit code. Typer's errors get out."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command(name=name, context_settings={"help_option_names": list(HELP)})(_for_typer(function))
    status = get_command(app).main(args=list(words), prog_name=shown, standalone_mode=False)
    return status if isinstance(status, int) else 0


def _for_typer(function: Command) -> Command:
    """The same function, its parameters declared in Typer's own terms."""

    def called(**values: object) -> int | None:
        return function(**values)

    parameters = [_parameter(p) for p in declared(function).values()]
    called.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {p.name: p.annotation for p in parameters}
    called.__doc__ = function.__doc__
    return called


def _parameter(p: Declared) -> Parameter:
    given = p.given
    if isinstance(given, Argument):
        name = given.metavar or p.name.upper()
        shown = f"{name}..." if p.many and not name.endswith("...") else name
        info = typer.Argument(help=given.help, metavar=shown, show_default=False)
    else:
        flags = p.flags
        info = typer.Option(
            *flags, help=given.help, metavar=given.metavar or None, show_default=bool(p.default)
        )
    return Parameter(
        p.name, Parameter.KEYWORD_ONLY, default=p.default, annotation=Annotated[p.annotation, info]
    )
