"""What an agent CLI says of a tool, and the answer: by SQLite, which starts faster than a parser of JSON."""

from gastown.ledger.sqlite import sqlite3

_READ = """
SELECT coalesce(json_extract(:said, '$.tool_name'), ''), coalesce(json_extract(:said, '$.cwd'), ''),
    coalesce(json_extract(:said, '$.session_id'), ''), json_extract(:said, '$.tool_input.command'),
    json_type(:said, '$.tool_input.command'),
    coalesce(json_extract(:said, '$.tool_input.file_path'), json_extract(:said, '$.tool_input.notebook_path'), '')
"""

_DENIED = """
SELECT json_object('session_id', :session, 'message', :command, 'reason', :why),
    json_object('hookSpecificOutput', json_object('hookEventName', 'PreToolUse', 'permissionDecision', 'deny',
        'permissionDecisionReason', 'Gas Town: ' || :why))
"""


class Report:
    """What is said of one tool. `command` is a text for the shell, or words; None: it is no command."""

    def __init__(self, tool: str, cwd: str, session: str, path: str, command: str | list[str] | None) -> None:
        self.tool, self.cwd, self.session = tool, cwd, session
        self.path, self.command = path, command


def read(said: str) -> Report:
    """Raises ValueError for what is no JSON."""
    try:
        tool, cwd, session, command, kind, path = _asked(_READ, said=said)
    except sqlite3.Error:
        return _read_slowly(said)
    if kind not in ("text", None):
        return _read_slowly(said)
    return Report(str(tool), str(cwd), str(session), str(path), None if command is None else str(command))


def denied(report: Report, command: str, why: str) -> tuple[str, str]:
    """What the ledger is to know, and what the agent CLI is answered."""
    told, answer = _asked(_DENIED, session=report.session, command=_storable(command), why=_storable(why))
    return str(told), str(answer)


def _storable(text: str) -> str:
    return text.replace("\0", " ").encode("utf-8", "replace").decode()


def _asked(query: str, **values: str) -> tuple[object, ...]:
    connection = sqlite3.connect(":memory:")
    try:
        return tuple(connection.execute(query, values).fetchone())
    finally:
        connection.close()


def _read_slowly(said: str) -> Report:
    """Commands given word by word, and text that is none to SQLite."""
    import json

    report: dict[str, object] = json.loads(said)
    given = report.get("tool_input")
    fields: dict[str, object] = dict(given) if isinstance(given, dict) else {}  # pyright: ignore[reportUnknownArgumentType]
    command, words = fields.get("command"), list[str]()
    if isinstance(command, list):
        words = [str(word) for word in list[object](command)]  # pyright: ignore[reportUnknownArgumentType]
    return Report(
        str(report.get("tool_name") or ""),
        str(report.get("cwd") or ""),
        str(report.get("session_id") or ""),
        str(fields.get("file_path") or fields.get("notebook_path") or ""),
        words or (command if isinstance(command, str) else None),
    )
