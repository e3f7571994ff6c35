"""A conversation: its id, and the transcript that meters and successors read."""

import contextlib
import json
import os
import re
import time
from collections.abc import Mapping

from gastown.scripted.place import NotHere, Place

MODEL = "scripted"

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def new_id() -> str:
    """A random UUID (version 4)."""
    digits = os.urandom(16).hex()
    variant = "89ab"[int(digits[16], 16) % 4]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def check_new(place: Place, conversation: str) -> str:
    """The id for a conversation that must not exist yet, as Claude Code has it."""
    if not _UUID.fullmatch(conversation.lower()):
        raise NotHere(f"{conversation} is not a UUID")
    if place.find_transcript(conversation):
        raise NotHere(f"conversation {conversation} exists already; --resume goes on with it")
    return conversation


def check_known(place: Place, conversation: str) -> str:
    """The id of a conversation to go on with."""
    if not _UUID.fullmatch(conversation.lower()) or not place.find_transcript(conversation):
        raise NotHere(f"no conversation {conversation} was held here")
    return conversation


class Conversation:
    """Lines of JSON in Claude Code's form. The token counts are words: small, invented, but they add up."""

    def __init__(self, place: Place, conversation: str) -> None:
        self.id = conversation
        self.transcript = place.find_transcript(conversation) or place.transcript(conversation)
        self._cwd = str(place.cwd)
        self._words = 0

    def forget(self) -> None:
        """The context window is empty again (after a compaction)."""
        self._words = 0

    def heard(self, text: str) -> None:
        """The context grew by `text`, which is no line of its own."""
        self._words += len(text.split())

    def user(self, text: str) -> None:
        self.heard(text)
        self._write("user", {"role": "user", "content": text})

    def said(self, text: str) -> None:
        self._assistant({"type": "text", "text": text}, text, "end_turn")

    def called(self, tool_use: str, command: str) -> None:
        self._assistant(
            {"type": "tool_use", "id": tool_use, "name": "Bash", "input": {"command": command}},
            command,
            "tool_use",
        )

    def returned(self, tool_use: str, output: str, *, failed: bool) -> None:
        self.heard(output)
        result = {"type": "tool_result", "tool_use_id": tool_use, "content": output, "is_error": failed}
        self._write("user", {"role": "user", "content": [result]})

    def _assistant(self, block: Mapping[str, object], text: str, stop_reason: str) -> None:
        before, written = self._words, len(text.split())
        self._words += written
        message = {
            "id": f"msg_{os.urandom(12).hex()}",
            "type": "message",
            "role": "assistant",
            "model": MODEL,
            "content": [block],
            "stop_reason": stop_reason,
            "usage": {
                "input_tokens": before,
                "output_tokens": written,
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 0,
            },
        }
        self._write("assistant", message)

    def _write(self, kind: str, message: Mapping[str, object]) -> None:
        line = {
            "type": kind,
            "uuid": new_id(),
            "sessionId": self.id,
            "cwd": self._cwd,
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "message": message,
        }
        with contextlib.suppress(OSError):
            self.transcript.parent.mkdir(parents=True, exist_ok=True)
            with self.transcript.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
