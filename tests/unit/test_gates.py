import json
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gastown.domain.decide.gates import propose_gate

NPM_INIT = 'echo "Error: no test specified" && exit 1'


def package(scripts: object) -> str:
    """A package.json with these scripts."""
    return json.dumps({"name": "door", "scripts": scripts})


REPOSITORIES: dict[str, tuple[Mapping[str, str], str]] = {
    "nothing known": ({"README": ""}, ""),
    "an empty repository": ({}, ""),
    "scripts to rule them all": (
        {"scripts/test": "", "Makefile": "test:\n", "Cargo.toml": ""},
        "./scripts/test",
    ),
    "script/test": ({"script/test": "", "package.json": "{}"}, "./script/test"),
    "bin/test": ({"bin/test": ""}, "./bin/test"),
    "test.sh": ({"test.sh": ""}, "./test.sh"),
    "a Makefile with a target": ({"Makefile": "all: x\n\ntest: all\n\tpytest\n"}, "make test"),
    "a Makefile with a spaced target": ({"Makefile": "test : all\n\tpytest\n"}, "make test"),
    "a Makefile with a double colon": ({"Makefile": "test::\n\tpytest\n"}, "make test"),
    "a Makefile that only sets a variable": ({"Makefile": "test := 1\ntest:=2\n"}, ""),
    "a Makefile without it": ({"Makefile": "tests:\n\ttest: no\n", "go.mod": ""}, "go test ./..."),
    "a justfile": ({"justfile": "test:\n  cargo test\n"}, "just test"),
    "a justfile with arguments": ({"justfile": "test *args:\n  cargo test\n"}, "just test"),
    "npm with a lock": (
        {"package.json": package({"test": "vitest"}), "package-lock.json": ""},
        "npm ci && npm test",
    ),
    "npm without a lock": ({"package.json": package({"test": "vitest"})}, "npm install && npm test"),
    "npm init's own test": ({"package.json": package({"test": NPM_INIT})}, ""),
    "npm without scripts": ({"package.json": "{}"}, ""),
    "npm with scripts that are none": ({"package.json": package(None)}, ""),
    "npm with a test that is none": ({"package.json": package({"test": 5})}, ""),
    "npm with a list": ({"package.json": "[]"}, ""),
    "npm, broken": ({"package.json": "{"}, ""),
    "npm, bottomless": ({"package.json": "[" * 100_000}, ""),
    "npm without tests beside Python": ({"package.json": "{}", "pyproject.toml": ""}, "python3 -m pytest -q"),
    "Rust": ({"Cargo.toml": ""}, "cargo test"),
    "Go": ({"go.mod": ""}, "go test ./..."),
    "Maven": ({"pom.xml": ""}, "mvn -q test"),
    "Gradle": ({"gradlew": ""}, "./gradlew test"),
    "tox before pytest": ({"tox.ini": "", "pyproject.toml": ""}, "tox"),
    "Python": ({"setup.py": ""}, "python3 -m pytest -q"),
}


@pytest.mark.parametrize("files, command", REPOSITORIES.values(), ids=REPOSITORIES)
def test_the_files_of_a_repository_suggest_its_gate(files: Mapping[str, str], command: str) -> None:
    assert propose_gate(files.keys(), lambda name: files[name]) == command


@given(
    st.dictionaries(
        st.sampled_from(["Makefile", "justfile", "package.json"]), st.text('{}[]":0 test\n', max_size=30)
    )
)
def test_no_content_of_a_repository_breaks_the_proposal(files: dict[str, str]) -> None:
    assert propose_gate(files.keys(), lambda name: files[name]) in {
        "",
        "make test",
        "just test",
        "npm install && npm test",
    }
