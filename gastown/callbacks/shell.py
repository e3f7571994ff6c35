"""Taking a shell's text apart: the simple commands in it, wherever they stand. Nothing is run."""

from collections.abc import Generator, Mapping, Sequence

UNKNOWN = "\0"
"""Stands in a word for what only the shell would know."""

_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")
_ENDS = frozenset("\n;&|()")
_BLANK = frozenset(" \t\r")
_IN_QUOTES = frozenset('$`"\\')
_LONGEST_DEFAULT = 1000
_NO_QUOTES = {ord('"'): None, ord("'"): None}


class Simple:
    """One simple command: its words, the files that its output goes to, and the subshells it stands in.

    `fed` are the here-documents of its line: text, unless a shell reads them. (No NamedTuple: `typing` starts slowly.)
    """

    __slots__ = ("fed", "scope", "words", "writes")

    def __init__(
        self, words: Sequence[str], writes: Sequence[str] = (), scope: tuple[int, ...] = (), fed: str = ""
    ) -> None:
        self.words, self.writes = tuple(words), tuple(writes)
        self.scope, self.fed = scope, fed


def commands(text: str, variables: Mapping[str, str], scope: tuple[int, ...] = ()) -> Generator[Simple]:
    """Every simple command of `text`, in order, those in `$(…)` first.

    `variables` is looked at word by word: who takes commands one by one may add what they set.
    """
    yield from _Reader(text, variables, scope).read()


class _Reader:
    """Reads from `at` to the end, or to the `)` that closes what was open before."""

    def __init__(
        self,
        text: str,
        variables: Mapping[str, str],
        scope: tuple[int, ...],
        at: int = 0,
        *,
        inner: bool = False,
    ) -> None:
        self.text, self.at = text, at
        self._variables, self._inner = variables, inner
        self._scope, self._opened, self._depth = scope, 0, len(scope)
        self._words: list[str] = []
        self._writes: list[str] = []
        self._word: str | None = None
        self._redirect = ""
        self._nested: list[Simple] = []
        self._ends: list[tuple[str, bool]] = []
        self._line: list[Simple] = []

    def read(self) -> Generator[Simple]:
        while self.at < len(self.text):
            char = self.text[self.at]
            if char in _BLANK:
                self._end_word()
                self.at += 1
            elif char in _ENDS and not self._is_redirect():
                if char == ")" and self._inner and len(self._scope) == self._depth:
                    break
                yield from self._end_command(char)
            elif char == "#" and self._word is None:
                self.at = _find(self.text, "\n", self.at)
            else:
                self._piece(char)
        yield from self._end_command("\n")

    def _is_redirect(self) -> bool:
        return self.text.startswith("&>", self.at)

    def _end_command(self, char: str) -> Generator[Simple]:
        self._end_word()
        yield from self._nested
        self._nested.clear()
        if self._words or self._writes:
            self._line.append(Simple(self._words, self._writes, self._scope))
            self._words, self._writes = [], []
        self.at += 1
        fed = self._here_documents() if char == "\n" else ""
        if not self._ends:
            for each in self._line:
                each.fed = fed
                yield each
            self._line.clear()
        if char == "(":
            self._opened += 1
            self._scope = (*self._scope, self._opened)
        elif char == ")" and len(self._scope) > self._depth:
            self._scope = self._scope[:-1]

    def _here_documents(self) -> str:
        """What stands in those that the line just read begins."""
        bodies: list[str] = []
        for end, tabs in self._ends:
            while self.at < len(self.text):
                stop = _find(self.text, "\n", self.at)
                line = self.text[self.at : stop]
                self.at = stop + 1
                if (line.lstrip("\t") if tabs else line) == end:
                    break
                bodies.append(line)
        self._ends.clear()
        return "\n".join(bodies)

    def _piece(self, char: str) -> None:
        match char:
            case "'":
                stop = _find(self.text, "'", self.at + 1)
                self._add(self.text[self.at + 1 : stop])
                self.at = stop + 1
            case '"':
                self._quoted()
            case "\\":
                self._add(self.text[self.at + 1 : self.at + 2].replace("\n", ""))
                self.at += 2
            case "$" | "`":
                self._expand(char)
            case "<" | ">" | "&":
                self._begin_redirect()
            case _:
                self._add(char)
                self.at += 1

    def _quoted(self) -> None:
        self._add("")
        self.at += 1
        while self.at < len(self.text) and (char := self.text[self.at]) != '"':
            if char in "$`":
                self._expand(char, quoted=True)
                continue
            following = self.text[self.at + 1 : self.at + 2]
            if char == "\\" and (following in _IN_QUOTES or following == "\n"):
                self._add(following.replace("\n", ""))
                self.at += 2
                continue
            self._add(char)
            self.at += 1
        self.at += 1

    def _expand(self, char: str, *, quoted: bool = False) -> None:
        if char == "`":
            stop = _find(self.text, "`", self.at + 1)
            self._nested += _Reader(self.text[self.at + 1 : stop], self._variables, self._below()).read()
            self.at = stop + 1
            self._add(UNKNOWN)
        elif self.text.startswith("$((", self.at):
            self.at = _find(self.text, "))", self.at) + 2
            self._add(UNKNOWN)
        elif self.text.startswith("$(", self.at):
            count = len(self._nested)
            self.at = self._inside(self.at + 2)
            self._add(_made(self._nested[count:]))
        elif self.text.startswith("$'", self.at):
            self.at += 1
        else:
            self._variable(quoted=quoted)

    def _inside(self, at: int) -> int:
        """Read the commands up to a closing parenthesis; gives where it goes on."""
        inner = _Reader(self.text, self._variables, self._below(), at, inner=True)
        self._nested += inner.read()
        return inner.at

    def _below(self) -> tuple[int, ...]:
        self._opened += 1
        return (*self._scope, self._opened)

    def _variable(self, *, quoted: bool) -> None:
        braced = self.text.startswith("${", self.at)
        start = stop = self.at + 1 + braced
        while stop < len(self.text) and self.text[stop] in _NAME:
            stop += 1
        name = self.text[start:stop]
        value = self._variables.get(name, UNKNOWN)
        if braced:
            closing = self._closing(stop)
            value = self._otherwise(name, self.text[stop:closing])
            stop = closing + 1
        elif not name:
            if self.text[start : start + 1] not in "@*#?$!-":
                self._add("$")
                self.at += 1
                return
            stop += 1
        self.at = max(stop, self.at + 1)
        if quoted or "=" in (self._word or ""):
            self._add(value)
            return
        for number, piece in enumerate(value.split() or [""]):
            if number:
                self._end_word()
            self._add(piece)

    def _closing(self, at: int) -> int:
        """Where the brace stands that ends what `${` began."""
        depth = 0
        first = at
        while at < len(self.text):
            depth += self.text.startswith("${", at) - (self.text[at] == "}")
            if depth < 0:
                return at
            at += 1
            if at - first > _LONGEST_DEFAULT:
                return _find(self.text, "}", first)
        return at

    def _otherwise(self, name: str, rest: str) -> str:
        """The value of `${NAME…}`, where it says another one for when there is none, or for when there is one."""
        sign, value = rest.lstrip(":")[:1], self._variables.get(name)
        if not name or sign not in ("", "?", "-", "=", "+") or len(rest) > _LONGEST_DEFAULT:
            return UNKNOWN
        if sign in ("", "?"):
            return UNKNOWN if value is None else value
        is_there = bool(value) if rest.startswith(":") else value is not None
        if is_there is (sign != "+"):
            return value or ""
        inner = _Reader(rest.lstrip(":")[1:].translate(_NO_QUOTES) + '"', self._variables, self._below(), -1)
        inner._quoted()
        self._nested += inner._nested
        return inner._word or ""

    def _begin_redirect(self) -> None:
        if self._word is not None and self._word.isdigit():
            self._word = None
        self._end_word()
        operators = ("<<<", "<<-", "&>>", "<<", "<&", "<>", ">>", ">|", ">&", "&>", "<", ">", "&")
        found = next(sign for sign in operators if self.text.startswith(sign, self.at))
        self.at += len(found)
        if found in ("<", ">") and self.text.startswith("(", self.at):
            self.at = self._inside(self.at + 1)
            self._add(UNKNOWN)
        else:
            self._redirect = found

    def _add(self, text: str) -> None:
        self._word = (self._word or "") + text

    def _end_word(self) -> None:
        if self._word is None:
            return
        word, self._word = self._word, None
        redirect, self._redirect = self._redirect, ""
        if redirect in ("<<", "<<-"):
            self._ends.append((word, redirect == "<<-"))
        elif ">" in redirect:
            if not (redirect == ">&" and (word.isdigit() or word == "-")):
                self._writes.append(word)
        elif not redirect:
            self._words.append(word)


def _made(inside: Sequence[Simple]) -> str:
    """What stands for the output of these commands: that mktemp makes what is new is known."""
    is_new = len(inside) == 1 and inside[0].words[:1] == ("mktemp",)
    options = {"-d", "-t", "-q", "--directory"}
    return f"/tmp/tmp.{UNKNOWN}" if is_new and options.issuperset(inside[0].words[1:]) else UNKNOWN  # noqa: S108


def _find(text: str, what: str, at: int) -> int:
    """Where it stands next; the end where it does not."""
    found = text.find(what, at)
    return len(text) if found < 0 else found
