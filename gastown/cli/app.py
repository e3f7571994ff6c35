"""The entry points `gt` and `bd`: find the command, import it alone, turn failures into lines and exit codes."""

import gc
import os
import sys
from collections.abc import Sequence
from typing import NoReturn


def main() -> NoReturn:
    """`gt`, `gastown` and `python -m gastown`."""
    _leave_with("gt", sys.argv[1:])


def bd() -> NoReturn:
    """`bd`: the same as `gt bead`."""
    _leave_with("bd", ["bead", *sys.argv[1:]])


def _leave_with(program: str, words: Sequence[str]) -> NoReturn:
    """Run the command and leave at once: collecting garbage and tidying up would cost a third of its time."""
    gc.disable()
    status = 130
    try:
        status = run(program, words)
    except KeyboardInterrupt:
        status = 130
    finally:
        os._exit(_flushed(status))


def _flushed(status: int) -> int:
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:  # pyright: ignore[reportUnnecessaryComparison] - None where it was closed
                stream.flush()
    except BrokenPipeError:
        return status  # whoever read has read enough
    except (OSError, ValueError):
        return status or 69  # the result was lost
    return status


def run(program: str, words: Sequence[str]) -> int:
    """Run one command line in this process; gives its exit code. Nothing but KeyboardInterrupt gets out."""
    try:
        return _dispatch(program, words)
    except KeyboardInterrupt:
        raise
    except BrokenPipeError:
        return 0
    except BaseException as error:  # noqa: BLE001 - the one boundary
        from gastown.cli.failures import explain

        return explain(error, program)


def _dispatch(program: str, words: Sequence[str]) -> int:
    from gastown.cli import lazy, output

    output.make_streams_lenient()
    if not words:
        return call(program, "home:home", "", ())
    if words[0] == "help":
        words = [*words[1:], "--help"]
    if words[0] in ("-V", "--version"):
        return _version()
    found = lazy.find(words)
    if found is None:
        from gastown.cli.overview import overview_or_complaint

        return overview_or_complaint(program, words)
    name, rest = found
    shown = f"bd {name.removeprefix('bead ')}" if program == "bd" else f"gt {name}"
    return call(shown, lazy.COMMANDS[name].place, name, rest)


def _version() -> int:
    from importlib.metadata import version

    from gastown.cli import output

    output.say(f"gastown {version('gastown')}")
    return 0


def call(shown: str, place: str, name: str, words: Sequence[str]) -> int:
    """Import what lies at `place` (`module:function`) and run it with what `words` say."""
    from importlib import import_module

    module, _, attribute = place.partition(":")
    function = getattr(import_module(f"gastown.cli.{module}"), attribute)
    if not name:
        function()
        return 0
    from gastown.cli import plain

    values = plain.read(function, words)
    if values is None:
        from gastown.cli import typed

        return typed.call(function, name, shown, words)
    return function(**values) or 0
