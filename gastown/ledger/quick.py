"""The ledger for callbacks: what an agent CLI reported, in one short transaction, with next to no imports.

SQLite itself takes the reports apart (its JSON functions) and tells the time: `json`, `re` and `datetime`
would double the start of a process that runs on every prompt and turn.
"""

import os
import sys

from gastown.ledger.sqlite import NOTHING, checkpoints_are_safe, connect, identity, patiently, sqlite3

FILE_NAME = "gastown.db"
BUSY_SECONDS = 5.0
TRIES = 3
"""How often the ledger is opened again because another file took its place."""

_SHORT = 200
"""Characters of a message that an event keeps."""

_STILL = " is still on your hook, and what is on your hook runs."
_NEW = "New work is on your hook: "
"""Words of the stop callback's. Some agent CLIs report them as a prompt, which then is nobody's."""

_UNDERSTAND = f"""
SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now') AS now,
       coalesce(json_extract(said, '$.session_id'), json_extract(said, '$.sessionId')) AS conversation,
       length(json_extract(said, '$.prompt')) AS length,
       coalesce(json_extract(said, '$.prompt') LIKE '%{_STILL}%'
                OR json_extract(said, '$.prompt') LIKE '{_NEW}%', 0) AS ours,
       json_extract(said, '$.error') AS error,
       coalesce(json_array_length(said, '$.background_tasks'), 0) AS background,
       json_extract(said, '$.notification_type') AS notification_type,
       json_extract(said, '$.message') AS message,
       json_extract(said, '$.trigger') AS trigger,
       json_extract(said, '$.agent_id') AS agent_within,
       json_extract(said, '$.reason') AS reason
  FROM (SELECT CASE WHEN json_valid(:said) THEN :said ELSE '{{}}' END AS said)
"""  # noqa: S608 - words of ours

_VERIFY = """
SELECT id, agent, bead,
       ended_at IS NOT NULL OR EXISTS (
           SELECT 1 FROM incarnations newer WHERE newer.agent = i.agent AND newer.id > i.id
       ) AS stale
  FROM incarnations i WHERE id = :id AND credential_hash = :hash
"""

_APPEND = """
INSERT INTO events (at, actor, type, subject, payload)
VALUES (:now, :agent, :type, :agent, json_patch(json_patch('{{}}', json_object(
        'bead', :bead, 'incarnation', :id, 'conversation', :conversation,
        'stale', CASE WHEN :stale THEN json('true') END)), {payload}))
"""
"""Patching an object leaves out what is NULL."""

_HELD = """
  FROM incarnations i JOIN agents a ON a.address = i.agent AND a.paused IS NULL
  JOIN assignments g ON g.agent = i.agent AND g.bead = a.hook_bead AND g.ended_at IS NULL
 WHERE i.id = :id AND i.ended_at IS NULL AND g.done_at IS NULL AND NOT g.deferred
   AND (g.generation = i.generation OR i.lasting)
"""
"""What is on the hook and is to run in this session; one that lasts may not have taken it up yet."""

_PUSH = f"""
UPDATE incarnations SET pushes = pushes + 1, failure = NULL
 WHERE id = :id AND pushes < :most AND handoff_at IS NULL AND :background = 0 AND EXISTS (SELECT 1 {_HELD})
   AND NOT EXISTS (SELECT 1 FROM messages m INDEXED BY questions JOIN beads b ON b.id = m.id
                    WHERE m.sender = :agent AND m.kind = 'question' AND m.recipient = 'overseer'
                      AND m.generation IS incarnations.generation AND b.status <> 'closed')
"""  # noqa: S608 - all of it is ours
_MOST_PUSHES = 3
"""Between two prompts; an agent that still stops may have its reasons, and people see it."""

_GO_ON = f"""
SELECT json_object('decision', 'block', 'reason', CASE WHEN g.generation IS NOT i.generation
       THEN '{_NEW}' || g.bead || '. Run gt prime: it tells you what it is, and it runs now.'
       ELSE g.bead || '{_STILL} Go on with it. ' || CASE
            WHEN g.branch IS NULL THEN 'When it is done: gt done --no-change "what came of it".'
            ELSE 'When all is committed: gt done. If nothing needs to change: gt done --no-change "why".' END
            || ' gt prime tells you all of it again.' END), g.bead {_HELD}
"""

_NEWS = f"""
SELECT json_object('hookSpecificOutput', json_object('hookEventName', 'UserPromptSubmit', 'additionalContext',
       'Gas Town:' || coalesce(' new work is on your hook, ' || work || ': run gt prime.', '')
                   || coalesce(' Urgent mail for you: ' || mail || ': gt mail read ID.', '')))
  FROM (SELECT (SELECT g.bead {_HELD} AND g.generation IS NOT i.generation) AS work,
               (SELECT group_concat(id, ', ') FROM (
                   SELECT m.id FROM messages m INDEXED BY unseen_messages JOIN beads b ON b.id = m.id
                    WHERE m.recipient = :agent AND m.seen_at IS NULL AND m.urgency = 'urgent' AND b.status <> 'closed'
                    ORDER BY m.sent_at LIMIT 3)) AS mail)
 WHERE work IS NOT NULL OR mail IS NOT NULL
"""  # noqa: S608 - all of it is ours
"""What somebody who is prompted is to know besides: ids alone, never what others wrote."""

_OWN = "UPDATE incarnations SET {} WHERE id = :id AND ended_at IS NULL"

_END_CONVERSATION = """
UPDATE conversations SET ended_at = :now, why = coalesce(:reason, 'unknown')
 WHERE id = :conversation AND incarnation = :id AND ended_at IS NULL
"""

EVENTS = {
    "UserPromptSubmit": (
        "agent.prompted",
        "json_object('length', :length)",
        _OWN.format("prompted_at = iif(:ours, prompted_at, :now), pushes = iif(:ours, pushes, 0)"),
    ),
    "Stop": (
        "agent.turn_ended",
        "'{}'",
        _OWN.format("turn_ended_at = :now, failure = NULL"),
    ),
    "TurnEnd": (  # of a role that is not to be pushed
        "agent.turn_ended",
        "'{}'",
        _OWN.format("turn_ended_at = :now, failure = NULL"),
    ),
    "PreToolUse": (
        "agent.refused",
        "json_object('command', :message, 'why', :reason)",
        "",
    ),
    "StopFailure": (
        "agent.failed",
        "json_object('error', coalesce(:error, 'unknown'))",
        _OWN.format("turn_ended_at = :now, failure = coalesce(:error, 'unknown')"),
    ),
    "Notification": (
        "agent.notified",
        "json_object('notification_type', :notification_type, 'message', :message)",
        "",
    ),
    "PreCompact": (
        "agent.compacting",
        "json_object('trigger', :trigger)",
        _OWN.format("compacting_at = :now"),  # what it has is kept beside this: no callback has time for git
    ),
    "SessionEnd": (
        "agent.session_ended",
        "json_object('reason', :reason)",
        _END_CONVERSATION,
    ),
}
"""What an agent CLI may report: the event that tells of it, what the event keeps of it, what it changes."""

OF_THE_AGENT = frozenset({"UserPromptSubmit", "Stop", "TurnEnd", "StopFailure", "PreCompact", "SessionEnd"})
"""Reports that say nothing of the agent when a helper within its conversation makes them."""


def record(town: str, incarnation: str, credential: str, event: str, said: str) -> tuple[str, str]:
    """Write down what the session with this credential reports.

    Gives why it could not be (else an empty text), and what to answer the agent CLI (mostly nothing): one that
    ends its turn with work on its hook is told to go on, a few times, unless it waits for what it began itself or for
    a person's answer, is paused, or has wished to hand over; one that is prompted is told of what came for it.

    One transaction holds the event and its change. A session that was replaced or recorded as over only adds
    its event, marked `stale`: it moves no row any more. Raises SQLite's own errors.
    """
    if event not in EVENTS:
        return f"nobody reads {_tame(event)!r}", ""
    path = os.path.join(town, FILE_NAME)  # noqa: PTH118 - pathlib costs a third of the budget
    connection = None
    for _ in range(TRIES):
        there = identity(path)
        if there == NOTHING:
            return "there is no ledger", ""
        if connection := _begun(path, there):
            break
    if connection is None:
        return "the ledger was replaced again and again", ""
    try:
        told = _write(connection, incarnation, credential, event, said)
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
    return told


def _begun(path: str, there: tuple[int, int]) -> sqlite3.Connection | None:
    """The ledger with its write lock taken; None when another file came, as `Database` looks for it."""
    connection = None
    try:
        connection = _open(path)
        patiently(connection, "BEGIN IMMEDIATE", seconds=BUSY_SECONDS)
    except sqlite3.Error:
        if identity(path) == there:
            raise
    if connection is not None and identity(path) != there:
        connection.close()  # and so rolled back
        return None
    return connection


def _open(path: str) -> sqlite3.Connection:
    connection = connect(path)
    connection.row_factory = sqlite3.Row
    connection.text_factory = _text
    for pragma in ("foreign_keys = ON", "synchronous = FULL", "fullfsync = ON"):
        connection.execute(f"PRAGMA {pragma}")
    if not checkpoints_are_safe():
        connection.execute("PRAGMA wal_autocheckpoint = 0")
    return connection


def _write(
    connection: sqlite3.Connection, incarnation: str, credential: str, event: str, said: str
) -> tuple[str, str]:
    key = {"id": incarnation, "hash": credential_hash(credential)}
    caller = connection.execute(_VERIFY, key).fetchone()
    if caller is None:
        return f"the credential of {event} is not that of incarnation {_tame(incarnation)!r}", ""
    values = {**key, **dict(caller), **_understood(connection, said), "most": _MOST_PUSHES}
    if values["agent_within"] is not None and event in OF_THE_AGENT:
        return "", ""
    type_, payload, change = EVENTS[event]
    if event == "Stop" and not caller["stale"] and connection.execute(_PUSH, values).rowcount:
        reason, bead = connection.execute(_GO_ON, values).fetchone()
        connection.execute(_APPEND.format(payload="'{}'"), {**values, "type": "agent.pushed", "bead": bead})
        return "", reason
    connection.execute(_APPEND.format(payload=payload), {**values, "type": type_})
    if change and not caller["stale"]:
        connection.execute(change, values)
    news = (
        connection.execute(_NEWS, values).fetchone()
        if event == "UserPromptSubmit" and not caller["stale"]
        else None
    )
    return "", news[0] if news else ""


def _understood(connection: sqlite3.Connection, said: str) -> dict[str, object]:
    """The parts of a report that we keep; all NULL when it is empty or no JSON object."""
    row = dict(connection.execute(_UNDERSTAND, {"said": said}).fetchone())
    return {name: _tame(value) if isinstance(value, str) else value for name, value in row.items()}


def _tame(text: str) -> str:
    """One short line without anything that could repaint a terminal."""
    return "".join(c if c.isprintable() else " " for c in text[:_SHORT])


def _text(stored: bytes) -> str:
    """A lone surrogate in JSON becomes bytes that are no UTF-8."""
    return stored.decode("utf-8", "replace")


def credential_hash(credential: str) -> str:
    """As the ledger keeps it: SHA-256 in hex. Without OpenSSL, which takes 3 ms to load: Python has its own."""
    known = sys.modules.get("_hashlib")
    if known is None:
        sys.modules["_hashlib"] = None  # type: ignore[assignment]  # pyright: ignore[reportArgumentType]
    import hashlib

    if known is None:
        del sys.modules["_hashlib"]
        if not hasattr(hashlib, "sha256"):  # a Python that was built to leave it to OpenSSL
            del sys.modules["hashlib"]
            import hashlib
    return hashlib.sha256(credential.encode("utf-8", "replace")).hexdigest()
