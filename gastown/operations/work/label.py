"""Putting labels on beads, and taking them off."""

from collections.abc import Sequence
from dataclasses import dataclass

from gastown.domain.assignments import Caller
from gastown.domain.decide.changing import Change, check_change
from gastown.domain.fields import check_label, listed
from gastown.errors import GastownError, Invalid
from gastown.ledger import bead_writes, beads, events
from gastown.ledger.database import Database
from gastown.operations.sessions.caller import fence
from gastown.operations.work.changeable import must_be_changeable
from gastown.operations.work.named import named
from gastown.town import Town


@dataclass(frozen=True, slots=True)
class Labelled:
    """A bead with all its labels, and those of them, or no longer of them, that changed."""

    id: str
    labels: Sequence[str]
    changed: Sequence[str]


def label(town: Town, words: Sequence[str], *, remove: bool = False, by: Caller) -> Sequence[Labelled]:
    """Put labels on beads or take them off, all or nothing. `words` are ids, then labels.

    The first word is a bead and the last a label; what is between is a bead as long as it is a bead's id with a dash.
    Raises Invalid, NotFound, Refused.
    """
    by.must_be_current()
    if len(words) < 2:  # noqa: PLR2004 - a bead and a label
        raise Invalid("a bead and a label are needed", "bd label add BEAD LABEL")
    now = town.clock.now()
    with town.ledger.transaction() as ledger:
        fence(ledger, by)
        ids, labels = told_apart(ledger, words)
        change = bead_writes.remove_label if remove else bead_writes.add_label
        results = list[Labelled]()
        for bead in named(ledger, ids):
            check_change(Change(bead, {"labels"}, by.address, by.is_human))
            must_be_changeable(town, bead, by=by)
            changed = [one for one in labels if change(ledger, bead.id, one, by=by.address, now=now)]
            if changed:
                event = "bead.unlabelled" if remove else "bead.labelled"
                events.append(ledger, by.address, event, bead.id, now, labels=", ".join(changed))
            results.append(Labelled(bead.id, beads.labels(ledger, bead.id), changed))
    return results


def told_apart(ledger: Database, words: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Which of the words are beads, and the labels that the others are. Raises Invalid."""
    first = next((n for n, word in enumerate(words) if n and not _is_bead(ledger, word)), len(words) - 1)
    first = min(first, len(words) - 1)
    labels = dict.fromkeys(check_label(one) for one in listed(words[first:]))
    if not labels:
        raise Invalid("a label is needed", "labels are words without commas, like urgent or area:web")
    return words[:first], list(labels)


def _is_bead(ledger: Database, word: str) -> bool:
    if "-" not in word:
        return False
    try:
        beads.get(ledger, word)
    except GastownError:
        return False
    return True
