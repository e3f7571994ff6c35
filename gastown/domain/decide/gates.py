"""Which gate a repository's files suggest."""

import json
import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from contextlib import suppress


def propose_gate(files: AbstractSet[str], read: Callable[[str], str]) -> str:
    """The command that most probably tests a project with these files in its root; empty when none is known.

    `read` gives the text of one of the files.
    """
    for name in ("scripts/test", "script/test", "bin/test", "test.sh", "run-tests.sh"):
        if name in files:
            return f"./{name}"
    if "Makefile" in files and _MAKE_TEST.search(read("Makefile")):
        return "make test"
    if "justfile" in files and _JUST_TEST.search(read("justfile")):
        return "just test"
    if "package.json" in files and _has_npm_test(read("package.json")):
        return "npm ci && npm test" if "package-lock.json" in files else "npm install && npm test"
    for marker, command in _BY_MARKER:
        if marker in files:
            return command
    return ""


_BY_MARKER = (
    ("Cargo.toml", "cargo test"),
    ("go.mod", "go test ./..."),
    ("pom.xml", "mvn -q test"),
    ("gradlew", "./gradlew test"),
    ("tox.ini", "tox"),
    ("pytest.ini", "python3 -m pytest -q"),
    ("pyproject.toml", "python3 -m pytest -q"),
    ("setup.py", "python3 -m pytest -q"),
)


_MAKE_TEST = re.compile(r"^test[ \t]*::?(?![:=])", re.MULTILINE)
"""A rule, of one colon or two; `test := 1` sets a variable."""
_JUST_TEST = re.compile(r"^@?test(?:[ \t]+[^:\n]*)?:(?!=)", re.MULTILINE)


def _has_npm_test(text: str) -> bool:
    with suppress(ValueError, AttributeError, TypeError, RecursionError):  # whatever a repository may hold
        command = json.loads(text).get("scripts", {}).get("test", "")
        return bool(command) and "no test specified" not in command
    return False
