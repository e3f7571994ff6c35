"""tmux commands as text: how words are quoted for `source-file`, and how text is made safe to draw."""

import re
import unicodedata
from collections.abc import Mapping

from gastown.errors import Invalid

ABOUT_AN_AGENT = ("@gt_agent", "@gt_role", "@gt_group", "@gt_hook", "@gt_queue", "@gt_next", "@gt_prev")
"""The user options that a session's status line is drawn from."""


def command(*words: str) -> str:
    """One tmux command, each word exactly as given."""
    return " ".join([words[0], *map(_quoted, words[1:])])


def together(*commands: str) -> str:
    """A line of commands: nothing comes between them, and a failing one stops those after it."""
    return " ; ".join(commands)


def only_if(pane: str, condition: str, *commands: str, otherwise: str = "") -> str:
    """Commands that run at once if `condition`, a format, is true of the pane; else `otherwise` is printed."""
    then = "{ " + together(*commands) + " }"
    unless = "{ " + command("display-message", "-p", "-t", pane, otherwise) + " }" if otherwise else ""
    return f"{command('if-shell', '-F', '-t', pane, condition)} {then} {unless}".rstrip()


def both(one: str, other: str) -> str:
    """A condition that is true when two others are."""
    return f"#{{&&:{one},{other}}}"


def equal(variable: str, value: object) -> str:
    """A condition on a format variable; `value` must need no quoting."""
    return f"#{{==:#{{{variable}}},{value}}}"


def options(target: str | None, values: Mapping[str, str]) -> list[str]:
    """The commands that set user options of a session (None: of all); an empty value unsets."""
    for name in values:
        if not re.fullmatch(r"@\w+", name, re.ASCII):
            raise Invalid(f"{name!r} is not the name of a user option")
    where = ["-g"] if target is None else ["-t", target]
    return [
        command("set-option", *where, name, shown(value))
        if value
        else command("set-option", *where, "-u", name)
        for name, value in values.items()
    ]


_LINKED = "#{!=:#{window_linked_sessions_list},#{session_name}}"
"""`window_linked` and `window_linked_sessions` are wrong while tmux (3.3a) has still to tell of a new window."""

TOUCHED = f"#{{||:#{{session_last_attached}},#{{||:#{{session_grouped}},{_LINKED}}}}}"
"""A format that is 1 when a person's terminal ever showed the session, or may have by another one that shares it."""


def exactly(session: str) -> str:
    """The target that means this session name and no longer one."""
    return f"={session}:"


def number(value: int | None) -> str:
    """A number as the value of an option; None is none."""
    return "" if value is None else str(value)


def literal(text: str) -> str:
    """Text for an argument that tmux takes as a format."""
    return text.replace("#", "##")


def shown(text: str) -> str:
    """Text for an option that the status line shows: one line, and no `#` that styles or runs anything."""
    visible = (" " if unicodedata.category(letter) in _UNSEEN else letter for letter in text)
    return literal("".join(visible).strip())


def breaks(text: str) -> bool:
    """Whether text typed as one line would be keys, or more than one line."""
    return any(unicodedata.category(letter) in _UNSEEN - {"Cf"} for letter in text)


_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode categories of what moves, hides or breaks the text around it."""


def _quoted(word: str) -> str:
    r"""In single quotes all is literal but `'`, line breaks (the blanks after one are lost) and the byte 255.

    tmux reads `'it'\''s'` as a shell does, and unlike one takes `\012` outside of quotes for that byte.
    """
    return "'" + _UNQUOTABLE.sub(lambda found: f"'{_outside(found[0])}'", word) + "'"


_UNQUOTABLE = re.compile("['\x01-\x1f\x7f\udc80-\udcff]")


def _outside(letter: str) -> str:
    """The letter, or the byte that is no letter (Python's surrogates for what is not UTF-8)."""
    return "\\'" if letter == "'" else f"\\{ord(letter) & 0xFF:03o}"
