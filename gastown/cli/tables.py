"""Aligned columns that fit the terminal."""

from collections.abc import Iterable, Mapping, Sequence

from gastown.cli.output import harmless, width

GAP = 2

BAR = 10
"""Characters of a full bar."""


def table(
    rows: Iterable[Sequence[str]],
    *,
    indent: int = 1,
    gives_way: Mapping[int, int] | None = None,
    right: Sequence[int] = (),
    least: Mapping[int, int] | None = None,
) -> list[str]:
    """Lines with the cells of `rows` in aligned columns; cells become harmless single lines.

    `gives_way` names columns that may shrink where the terminal is too narrow, in this order, and how narrow
    each may become. Columns in `right` are aligned to the right; those in `least` are never narrower than
    that; columns without any text vanish. All rows have the same number of cells.
    """
    cells = [[harmless(cell) for cell in row] for row in rows]
    if not cells:
        return []
    sizes = [max((least or {}).get(i, 0), *(columns(row[i]) for row in cells)) for i in range(len(cells[0]))]
    over = indent + sum(sizes) + GAP * (sum(map(bool, sizes)) - 1) - width()
    for column, narrowest in (gives_way or {}).items():
        cut = max(0, min(over, sizes[column] - narrowest))
        sizes[column] -= cut
        over -= cut
    return [_line(row, sizes, indent, right) for row in cells]


def in_one_line_or_two(
    rows: Sequence[Sequence[str]],
    *,
    gives_way: Mapping[int, int],
    right: Sequence[int],
    indent: int = 3,
    cut: bool = False,
) -> list[str]:
    """A table; where the terminal is too narrow, the last cells stand beneath their rows: whole, unless `cut`."""
    whole = table(rows, indent=indent, right=right)
    if max(map(columns, whole), default=0) <= width():
        return whole
    firsts = table([row[:-1] for row in rows], indent=indent, gives_way=gives_way, right=right)
    seconds = [f"{' ' * (indent + 3)}{harmless(row[-1])}".rstrip() for row in rows]
    seconds = [fit(line, width()) for line in seconds] if cut else seconds
    return [line for pair in zip(firsts, seconds, strict=True) for line in pair if line]


def _line(row: Sequence[str], sizes: Sequence[int], indent: int, right: Sequence[int]) -> str:
    fitted = [
        pad(fit(cell, size), size, to_the_right=i in right)
        for i, (cell, size) in enumerate(zip(row, sizes, strict=True))
        if size
    ]
    return (" " * indent + (" " * GAP).join(fitted)).rstrip()


def pad(cell: str, size: int, *, to_the_right: bool = False) -> str:
    """`cell` with blanks up to `size` columns."""
    blank = " " * (size - columns(cell))
    return blank + cell if to_the_right else cell + blank


def fit(text: str, size: int) -> str:
    """`text` in at most `size` columns, with … where it was cut."""
    if columns(text) <= size:
        return text
    kept = text[: max(0, size - 1)]
    while columns(kept) > size - 1:
        kept = kept[:-1]
    return f"{kept}…"


def fit_end(text: str, size: int) -> str:
    """The end of `text` in at most `size` columns, with … where it was cut: of a path that tells most."""
    return fit(text[::-1], size)[::-1]


def columns(text: str) -> int:
    """How many columns of a terminal `text` takes: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    return sum(
        0 if category(c) in ("Mn", "Me", "Cf") else 2 if east_asian_width(c) in "WF" else 1 for c in text
    )


def bar(done: int, total: int) -> str:
    """A bar with its figures, `████░░░░░░ 2/5`; full only when all is done."""
    full = BAR * done // total if total else 0
    return f"{'█' * full}{'░' * (BAR - full)} {done}/{total}"
