"""The one boundary that turns failures into lines and exit codes."""

import os
import sys
import tempfile
import time
import traceback
from pathlib import Path

from gastown.cli import exits, output
from gastown.errors import GastownError


def explain(error: BaseException, program: str) -> int:
    """Say what happened and what to do about it; gives the exit code."""
    if isinstance(error, OSError):
        error = exits.of_the_machine(error) or error
    if isinstance(error, GastownError):
        output.complain(error.message, error.hint, program=program)
        _show_for_developers(error)
        return exits.code(error)
    return _of_typer(error, program) or _bug(error, program)


def _of_typer(error: BaseException, program: str) -> int:
    """What Typer raises for a command line it cannot read; 0 when it is none of its errors."""
    import typer

    if isinstance(error, typer.Exit):  # pragma: no cover - Typer returns it as a status by itself
        return error.exit_code
    if isinstance(error, typer.Abort):
        output.complain("interrupted", program=program)
        return exits.INTERRUPTED
    wrong_usage, any_of_click = typer.BadParameter.__mro__[1:3]  # their own names moved between versions
    if not isinstance(error, any_of_click):
        return 0
    context = getattr(error, "ctx", None)
    path = context.command_path if context else program
    said = str(getattr(error, "format_message", error.__str__)()).rstrip(".")
    output.complain(said[:1].lower() + said[1:], f"{path} --help", program=path)
    return exits.USAGE if isinstance(error, wrong_usage) else exits.INVALID


def _bug(error: BaseException, program: str) -> int:
    place = _written("".join(traceback.format_exception(error)))
    told = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    output.complain(f"this is a bug of ours: {told}", place, program=program)
    _show_for_developers(error)
    return exits.BUG


def _show_for_developers(error: BaseException) -> None:
    if os.environ.get("GT_DEBUG"):
        traceback.print_exception(error, file=sys.stderr)


def _written(story: str) -> str:
    """Keep the traceback for whoever mends it, in the town's logs if there is a town; says where."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    command = " ".join(sys.argv)
    for folder in (_logs(), Path(tempfile.gettempdir())):
        if folder is None:
            continue
        file = folder / f"bug-{stamp}-{os.getpid()}.txt"
        try:
            file.write_text(f"{command}\n{sys.version}\n\n{story}", encoding="utf-8", errors="replace")
        except OSError:
            continue
        return f"the whole story: {file}"
    return "GT_DEBUG=1 shows the whole story"


def _logs() -> Path | None:
    from gastown.settings import town as towns

    try:
        logs = towns.Places(towns.find(Path.cwd())).logs
    except (GastownError, OSError):
        return None
    return logs if logs.is_dir() else None
