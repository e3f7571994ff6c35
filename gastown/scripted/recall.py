"""`python -m gastown.scripted.recall TRANSCRIPT [QUESTION]`: what an agent without a model remembers of it."""

import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from gastown.scripted.foreign import mapping, sequence

_WORD = re.compile(r"\w{3,}")
_MOST = 12
"""Lines of an answer."""


def answer(said: Sequence[str], question: str) -> str:
    """What was said that shares the most words with the question, in the order in which it was said."""
    asked = {word.casefold() for word in _WORD.findall(question)}
    shared = [len(asked & {word.casefold() for word in _WORD.findall(text)}) for text in said]
    best = max(shared, default=0)
    if not best:
        return "I remember nothing about that."
    return "\n".join([text for text, count in zip(said, shared, strict=True) if count == best][:_MOST])


def said_in(transcript: Path) -> Sequence[str]:
    """What was said, typed, called and printed in it, a line each."""
    texts: list[str] = []
    for line in transcript.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            message = mapping(mapping(json.loads(line)).get("message"))
        except ValueError:
            continue
        texts += [text for block in _texts(message.get("content")) for text in block.splitlines() if text]
    return texts


def _texts(content: object) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    for block in map(mapping, sequence(content)):
        for text in (block.get("text"), block.get("content"), mapping(block.get("input")).get("command")):
            if isinstance(text, str):
                yield text


def main(arguments: Sequence[str]) -> int:
    """Print the answer, or without a question all of it."""
    transcript, *question = arguments
    said = said_in(Path(transcript))
    sys.stdout.write((answer(said, question[0]) if question else "\n".join(said)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
