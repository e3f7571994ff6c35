"""Transcripts of conversations: what they took, and compressed copies that outlive the CLI's clean-up."""

import gzip
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, cast

from gastown.domain.runtime import Usage
from gastown.errors import NotFound, Unavailable

_INPUT = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
_PIECE = 1 << 20


def usage(transcript: Path) -> Usage | None:
    """What a conversation took, from a transcript in Claude Code's form; None when no line tells. Raises OSError.

    Each answer has one line for each of its blocks, all with the same numbers: an answer counts once. The cost
    is that of the last `cost-state` line.
    """
    answers: dict[str, Mapping[str, object]] = {}
    cost: float | None = None
    for line in _lines(transcript):
        if line.get("type") == "cost-state":
            cost = _number(line.get("totalCostUSD"), cost)
        message = line.get("message")
        if line.get("type") == "assistant" and isinstance(message, dict):
            told = cast("dict[str, object]", message)
            if isinstance(told.get("usage"), dict):
                answers[str(told.get("id"))] = cast("dict[str, object]", told["usage"])
    if not answers and cost is None:
        return None
    read = sum(_count(each, name) for each in answers.values() for name in _INPUT)
    return Usage(read, sum(_count(each, "output_tokens") for each in answers.values()), cost)


def keep(transcript: Path, copy: Path) -> None:
    """Compress `transcript` into `copy`, whole or not at all; the transcript itself is only read.

    NotFound when there is no such file, Unavailable when it cannot be read or the copy not be written.
    """
    try:
        descriptor = os.open(transcript, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as missing:
        raise NotFound(f"there is no transcript {transcript}") from missing
    except OSError as error:
        raise Unavailable(f"{transcript} cannot be read: {error.strerror}", "check its rights") from error
    with os.fdopen(descriptor, "rb") as source:
        if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
            raise NotFound(f"{transcript} is no file")
        _whole(copy, lambda target: _compress(source, target))


def bring_back(copy: Path, transcript: Path) -> None:
    """Write what `keep` compressed to a file of its own. NotFound or Unavailable."""
    try:
        with gzip.open(copy, "rb") as source:
            _whole(transcript, lambda target: shutil.copyfileobj(cast("IO[bytes]", source), target, _PIECE))
    except FileNotFoundError as missing:
        raise NotFound(f"there is no {copy}") from missing
    except (OSError, EOFError) as error:
        raise Unavailable(f"{copy} cannot be read: {error}", "look at it with zcat") from error


def duplicate(transcript: Path, copy: Path) -> None:
    """Copy a transcript as it is now, without a last line that is only half written. NotFound or Unavailable."""
    try:
        with transcript.open("rb") as source:
            _whole(copy, lambda target: _copy_lines(source, target))
    except FileNotFoundError as missing:
        raise NotFound(f"there is no transcript {transcript}") from missing
    except OSError as error:
        raise Unavailable(f"{transcript} cannot be read: {error.strerror}", "check its rights") from error


def _compress(source: IO[bytes], target: IO[bytes]) -> None:
    with gzip.GzipFile(filename="", mode="wb", fileobj=target, mtime=0) as packed:
        shutil.copyfileobj(source, packed, _PIECE)


def _copy_lines(source: IO[bytes], target: IO[bytes]) -> None:
    for line in source:
        if line.endswith(b"\n"):
            target.write(line)


def _whole(path: Path, write: Callable[[IO[bytes]], None]) -> None:
    """Write a file for its owner's eyes only, so that a reader sees all of it or none. Raises Unavailable."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Unavailable(
            f"{path} cannot be written: {error.strerror}", "check the folder's rights and the disk"
        ) from error


def _lines(transcript: Path) -> Iterator[Mapping[str, object]]:
    """The objects in a file of JSON lines; what is none, as a line that is half written, is passed over."""
    with transcript.open("rb") as file:
        for line in file:
            if b'"usage"' not in line and b'"cost-state"' not in line:
                continue
            try:
                decoded: object = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(decoded, dict):
                yield cast("dict[str, object]", decoded)


def _count(numbers: Mapping[str, object], name: str) -> int:
    value = numbers.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _number(value: object, otherwise: float | None) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
        return float(value)
    return otherwise
