"""Reading plain command lines without Typer, whose import costs more than most commands take.

Whatever is unusual (a request for help, an unknown option, a value that does not fit) is left to Typer, which
reads the same declarations and knows what to say. Both must agree on every line that this one accepts: a test
compares them.
"""

from collections.abc import Mapping, Sequence

from gastown.cli.parameters import Argument, Command, Declared, declared


def read(function: Command, words: Sequence[str]) -> Mapping[str, object] | None:
    """The values for `function`'s parameters if the line is plain, else None: Typer is to read it."""
    line = _Line(declared(function))
    rest = list(words)
    while rest:
        if not line.take(rest):
            return None
    return line.values()


class _Line:
    """A command line as it is read, word by word."""

    def __init__(self, parameters: Mapping[str, Declared]) -> None:
        self._parameters = parameters
        self._given: dict[str, object] = {}
        self._lists: dict[str, list[object]] = {}
        self._places = [p for p in parameters.values() if isinstance(p.given, Argument)]
        self._flags = {flag: p for p in parameters.values() for flag in _names(p)}
        self._in_place: list[str] = []

    def take(self, rest: list[str]) -> bool:
        """Take one option or argument off `rest`; False when that is not plain."""
        word = rest.pop(0)
        if word == "--":
            self._in_place += rest
            rest.clear()
            return True
        if len(word) < 2 or not word.startswith("-"):  # noqa: PLR2004 - a lone dash is a value
            self._in_place.append(word)
            return True
        return self._take_option(word, rest)

    def _take_option(self, word: str, rest: list[str]) -> bool:
        flag, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        parameter = self._flags.get(flag)
        if parameter is None:
            return False
        if parameter.kind is bool:
            self._given[parameter.name] = flag in _yes(parameter)
            return not equals
        if not equals:
            if not rest:
                return False
            value = rest.pop(0)
        return self._keep(parameter, value)

    def _keep(self, parameter: Declared, value: str) -> bool:
        try:
            read = parameter.kind(value)
        except ValueError:
            return False
        if parameter.many:
            self._lists.setdefault(parameter.name, []).append(read)
        else:
            self._given[parameter.name] = read
        return True

    def values(self) -> Mapping[str, object] | None:
        """All values with defaults filled in; None when something is missing or too much."""
        words = self._in_place
        for parameter in self._places:
            if parameter.many:
                if not all(self._keep(parameter, word) for word in words):
                    return None
                words = []
            elif words and not self._keep(parameter, words[0]):
                return None
            words = words[1:]
        given = {**self._given, **self._lists}
        missing = [p for p in self._parameters.values() if p.needed and not given.get(p.name)]
        if words or missing:
            return None
        return {name: given.get(name, p.default) for name, p in self._parameters.items()}


def _names(parameter: Declared) -> Sequence[str]:
    if isinstance(parameter.given, Argument):
        return ()
    return [flag for flags in parameter.flags for flag in flags.split("/")]


def _yes(parameter: Declared) -> Sequence[str]:
    return [flags.split("/")[0] for flags in parameter.flags]
