"""A town's own rows in a commit of its history: its agents, assignments and merge requests, none of them believed."""

import json
from collections import deque
from collections.abc import Callable, Iterator

from gastown.domain import ledger_tree as tree
from gastown.domain.own_rows import MOST, Row, check_agent, check_assignment, check_merge
from gastown.domain.records import Record
from gastown.errors import Invalid
from gastown.operations.history.export import town_numbers
from gastown.world.git.ledger_repository import LedgerRepository

SHOWN = 10
"""Characters of a commit's id."""


class OwnRows:
    """The rows of the town with that uid, read anew each time. All raise Invalid, naming the file and the line."""

    def __init__(self, kept: LedgerRepository, commit: str, town: str, *, most: int = MOST) -> None:
        """`most`: the highest number of an assignment that is believed."""
        self._kept, self._commit, self._town, self._most = kept, commit, town, most

    def agents(self) -> Iterator[Row]:
        """Agents, with what is on their hooks."""
        yield from self._rows(tree.agents_path(self._town), check_agent)

    def assignments(self) -> Iterator[Row]:
        """Assignments, in no order."""
        for path in self._files("assignments"):
            yield from self._rows(path, check_assignment)

    def merges(self) -> Iterator[Row]:
        """Merge requests, with their gate runs."""
        for path in self._files("merges"):
            yield from self._rows(path, check_merge)

    def check(self) -> None:
        """Read all of it."""
        path = tree.town_path(self._town)
        numbers = town_numbers(self._kept.read(self._commit, path))
        if max(numbers.generation, numbers.incarnation) > self._most:
            raise self._invalid(path, "its numbers are too high")
        for rows in (self.agents(), self.assignments(), self.merges()):
            deque(rows, maxlen=0)

    def _files(self, folder: str) -> list[str]:
        return [path for path, _ in self._kept.files(self._commit, f"{tree.town_folder(self._town)}{folder}")]

    def _rows(self, path: str, check: Callable[[Row], None]) -> Iterator[Row]:
        try:
            lines = tree.lines_of(self._kept.read(self._commit, path))
        except UnicodeDecodeError as problem:
            raise self._invalid(path, str(problem)) from problem
        for number, line in enumerate(lines, 1):
            try:
                row = _object(line)
                check(row)
                if int(str(row.get("generation", 0))) > self._most:
                    raise Invalid("its generation is too high")  # noqa: TRY301 - it belongs to the line
            except Invalid as problem:
                raise self._invalid(f"{path}, line {number}", problem.message) from problem
            except (ValueError, RecursionError) as problem:
                raise self._invalid(f"{path}, line {number}", str(problem)) from problem
            yield row

    def _invalid(self, where: str, why: str) -> Invalid:
        return Invalid(
            f"{where} of {self._commit[:SHOWN]} is not what a ledger writes: {why}",
            "nothing was changed; gt ledger log lists other commits",
        )


def _object(line: str) -> Record:
    found: Record = json.loads(line)
    return found if type(found) is dict else {}
