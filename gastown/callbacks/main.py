"""What agent CLIs call when something happens: `gt-callback EVENT`, a JSON report on its input."""

import os
import sys

LOG_LIMIT = 256 * 1024
"""Bytes: a full log becomes `callbacks.log.1`, and a new one begins."""

_LONGEST_LINE = 500


def main() -> None:
    """Write the report into the ledger, wake the supervisor, and answer where there is an answer.

    It always exits 0: what goes wrong never reaches the agent, it is one line in `<town>/logs/callbacks.log`.
    Outside a town nothing happens.
    """
    town = os.environ.get("GT_TOWN", "")
    if town:
        try:
            _report(town, *sys.argv[1:2])
        except BaseException as problem:  # noqa: BLE001 - whatever it is, the agent must go on
            _log(town, f"{type(problem).__name__}: {problem}")
    os._exit(0)  # skips the tidying up of an interpreter that lived for milliseconds


def _report(town: str, event: str = "") -> None:
    said, veto = _said(), ""
    if event == "PreToolUse":
        said, veto = _guarded(said)
        if not veto:
            return
        os.write(1, veto.encode())
    from gastown.ledger import quick

    who = os.environ.get("GT_INCARNATION", ""), os.environ.get("GT_CREDENTIAL", "")
    why, answer = quick.record(town, *who, event, said)
    if answer:
        os.write(1, answer.encode())
    if why:
        _log(town, why)
    else:
        _wake(town)


def _guarded(said: str) -> tuple[str, str]:
    """What the ledger is to know of a tool that is not to run, and the answer to the agent CLI; empty: it may run.

    Most calls of tools end here, before anything is imported but the words that make one look.
    """
    from gastown.callbacks.glance import worth_a_look

    if not worth_a_look(said, os.environ):
        return "", ""
    from gastown.callbacks import report
    from gastown.callbacks.guard import refusal

    told = report.read(said)
    why, command = refusal(told, os.environ)
    return report.denied(told, command, why) if why else ("", "")


def _said() -> str:
    """All of standard input; nothing when a person types, or when it is closed."""
    if os.isatty(0):
        return ""
    pieces: list[bytes] = []
    while piece := os.read(0, 1 << 20):
        pieces.append(piece)
    return b"".join(pieces).decode("utf-8", "replace")


def _wake(town: str) -> None:
    """Ring the supervisor; without one, nobody minds."""
    try:
        bell = os.open(os.path.join(town, "run", "wake"), os.O_WRONLY | os.O_NONBLOCK)  # noqa: PTH118 - no pathlib here
        os.write(bell, b".")
    except OSError:
        pass


def _log(town: str, what: str) -> None:
    import time

    path = os.path.join(town, "logs", "callbacks.log")  # noqa: PTH118 - no pathlib here
    line = f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {' '.join(sys.argv[1:2])} {what}"
    tame = "".join(c if c.isprintable() else " " for c in line[:_LONGEST_LINE])
    try:
        log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if os.fstat(log).st_size > LOG_LIMIT:
            os.replace(path, path + ".1")  # noqa: PTH105 - no pathlib here
        os.write(log, tame.encode("utf-8", "replace") + b"\n")
    except OSError:
        pass
