"""What agents are kept from before a tool runs: pushes to a target, stashes, what is other agents' or the town's own.

It is a rail for confused agents and no fence against malice: who wants to can always spell it otherwise.
"""

import os
from collections.abc import Mapping, Sequence

from gastown.callbacks.guard_git import refused
from gastown.callbacks.guard_paths import removed, removing, sql, tmux, writing, written
from gastown.callbacks.report import Report
from gastown.callbacks.shell import UNKNOWN, Simple, commands
from gastown.callbacks.whose import Here

LONGEST = 200_000
"""Characters of a command that are looked at."""

_DEEPEST = 5
"""Shells within shells."""

_TURNS = 200_000
"""Characters of commands in loops that are looked at again, for further values."""

_KEYWORDS = frozenset({"!", "{", "do", "elif", "else", "if", "then", "time", "until", "while"})
_SHELLS = frozenset({"ash", "bash", "dash", "ksh", "sh", "zsh"})
_BEFORE = frozenset({
    *("builtin", "chrt", "command", "doas", "env", "exec", "ionice", "nice", "nohup", "setsid", "stdbuf", "sudo"),
    *("time", "timeout", "xargs"),
})  # fmt: skip
"""Programs that run the command behind their own options."""

_ONE_MORE = frozenset(
    {"-u", "-n", "-C", "-k", "-s", "-I", "-L", "-P", "-d", "-S", "--signal", "--chdir", "--user"}
)


def refusal(report: Report, environment: Mapping[str, str]) -> tuple[str, str]:
    """Why the tool that a report tells of is not to run, and what it was to do; an empty reason: it may run."""
    here = Here(
        os.path.realpath(environment.get("GT_TOWN", "")),
        environment.get("GT_ADDRESS", ""),
        os.path.realpath(report.cwd or os.getcwd()),
    )
    match report.command:
        case str(command):
            return _Walk(here, environment).why(command[:LONGEST]), command
        case list(words):
            return _Walk(here, environment).simple(Simple(words)), " ".join(words)
        case _:
            return writing(report.path, here.cwd, here), f"{report.tool} {report.path}"


class _Walk:
    """One pass over a command, that keeps in mind where it went and what it set."""

    def __init__(self, here: Here, environment: Mapping[str, str], depth: int = 0) -> None:
        self._here, self._depth = here, depth
        self._variables = {**environment, "PWD": environment.get("PWD", here.cwd) if depth else here.cwd}
        self._folders: dict[tuple[int, ...], str] = {(): here.cwd}
        self._loops: dict[str, list[str]] = {}
        self._chosen: Mapping[str, str] = {}
        self._left = [_TURNS]
        self._pushed: list[str] = []

    def why(self, text: str) -> str:
        """Why one of its commands is refused. What loops go through is looked at one after the other."""
        before, folder = dict(self._variables), self._folder(())
        because = self._once(text)
        turns = [(name, value) for name, values in self._loops.items() for value in values[1:]]
        for name, value in turns:
            self._left[0] -= len(text)
            if because or self._left[0] < 0:
                break
            turn = _Walk(self._here, before, self._depth)
            turn._folders[()], turn._left, turn._chosen = folder, self._left, {name: value}
            because = turn._once(text)
        return because

    def _once(self, text: str) -> str:
        for simple in commands(text, self._variables):
            if because := self.simple(simple):
                return because
        return ""

    def _loop(self, words: Sequence[str]) -> None:
        """`for NAME in VALUES`: it has the first one, or the one that this walk is about."""
        self._loops[words[0]] = values = list(words[2:])
        first = values[0] if values else ""
        self._variables[words[0]] = self._chosen.get(words[0], first)

    def simple(self, simple: Simple) -> str:
        folder = self._folder(simple.scope)
        words, set_here = _bare(simple.words)
        for file in simple.writes:
            if because := writing(file, folder, self._here):
                return because
        if not words:
            self._variables |= set_here
            return ""
        program = os.path.basename(words[0])
        if program in ("for", "select") and words[2:3] == ["in"]:
            self._loop(words[1:])
            return ""
        if program in ("cd", "pushd", "popd"):
            self._go(words, simple.scope, folder)
            return ""
        if program in ("export", "declare", "local", "readonly", "typeset"):
            self._variables |= dict(_assigned(word) for word in words[1:] if "=" in word)
            return ""
        if program == "unset":
            for name in words[1:]:
                self._variables.pop(name, None)
            return ""
        if program in _SHELLS or program == "eval":
            return self._shell([program, *words[1:]], set_here, simple.fed, folder)
        return self._program(program, words, set_here, folder)

    def _folder(self, scope: tuple[int, ...]) -> str:
        """Where the commands of a subshell begin: where those around it are."""
        while scope not in self._folders:
            scope = scope[:-1]
        return self._folders[scope]

    def _go(self, words: Sequence[str], scope: tuple[int, ...], folder: str) -> None:
        places = [word for word in words[1:] if not word.startswith("-")]
        place = places[0] if places else "~"
        if words[0] == "pushd":
            self._pushed.append(folder)
        if words[0] == "popd":
            there = self._pushed.pop() if self._pushed else ""
        elif words[1:] == ["-"]:
            there = self._variables.get("OLDPWD", "").replace(UNKNOWN, "")
        else:
            known = folder and UNKNOWN not in place
            there = os.path.realpath(self._here.at(place, folder)) if known else ""
        self._variables |= {"OLDPWD": folder or UNKNOWN, "PWD": there or UNKNOWN}
        self._folders[scope] = there

    def _shell(self, given: Sequence[str], set_here: Mapping[str, str], fed: str, folder: str) -> str:
        if self._depth == _DEEPEST:
            return ""
        inner, words = _Walk(self._here, {**self._variables, **set_here}, self._depth + 1), given[1:]
        inner._folders[()], inner._left = folder, self._left
        if given[0] == "eval":
            return inner.why(" ".join(words))
        for at, word in enumerate(words):
            if word.startswith("-") and not word.startswith("--") and "c" in word:
                return inner.why(words[at + 1]) if at + 1 < len(words) else ""
            if not word.startswith(("-", "+")) and word != "errexit":
                return ""  # a script in a file
        return inner.why(fed)

    def _program(self, program: str, words: Sequence[str], set_here: Mapping[str, str], folder: str) -> str:
        if program == "git":
            return refused(words[1:], folder, {**self._variables, **set_here}, self._here)
        if program == "tmux":
            return tmux(words[1:], self._variables.get("TMUX", ""), self._here)
        if program == "find" and ({"-delete", "rm", "mv"} & set(words)):
            return next(
                (why for word in words[1:2] if (why := removing(word, folder, self._here, deep=True))), ""
            )
        if program in ("sqlite3", "sqlite-utils"):
            return sql(words[1:], folder, self._here)
        for path in removed(program, words[1:]):
            if because := removing(path, folder, self._here):
                return because
        for path in written(program, words[1:]):
            if because := writing(path, folder, self._here):
                return because
        return ""


def _bare(words: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """A command without the keywords, assignments and programs before it, and what it is given to know."""
    rest, known = list(words), dict[str, str]()
    while rest:
        first = os.path.basename(rest[0])
        if first in _KEYWORDS and first != "time":
            rest.pop(0)
        elif _is_assignment(rest[0]):
            name, value = _assigned(rest.pop(0))
            known[name] = value
        elif first in _BEFORE:
            rest.pop(0)
            options = _drop_options(rest, first)
            if first == "xargs" and rest:
                rest = _fed(rest, options)
        else:
            break
    return rest, known


def _drop_options(rest: list[str], program: str) -> list[str]:
    dropped: list[str] = []
    while rest and rest[0].startswith("-"):
        dropped.append(rest.pop(0))
        if dropped[-1] in _ONE_MORE and rest and (dropped[-1] != "-n" or program in ("nice", "xargs")):
            dropped.append(rest.pop(0))
    if program == "timeout" and rest:
        rest.pop(0)
    return dropped


def _fed(words: list[str], options: Sequence[str]) -> list[str]:
    """The command that xargs runs, with what it reads in the places where that goes."""
    for option, after in zip(options, (*options[1:], ""), strict=False):
        if option.startswith("-I"):
            place = option[2:] or after
            return [word.replace(place, UNKNOWN) if place else word for word in words]
    return [*words, UNKNOWN]


def _is_assignment(word: str) -> bool:
    name, equals, _ = word.partition("=")
    return bool(equals) and name.isidentifier()


def _assigned(word: str) -> tuple[str, str]:
    name, _, value = word.partition("=")
    return name, value
