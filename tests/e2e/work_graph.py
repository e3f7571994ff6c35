"""A town's beads in plain dictionaries: what each command makes of them, and how they are read from the ledger."""

import random
from collections.abc import Callable, Iterator
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path

from gastown.domain.beads import BLOCKING, ORDERING
from gastown.ledger.sqlite import sqlite3

PARENT = "parent-child"
MADE_BESIDES = "('convoy', 'merge-request', 'molecule', 'step', 'message')"
"""What commands make by themselves, with ids that nobody can foretell."""

NAMES = ("Toast", "Rust", "Slit")
LABELS = ("red", "blue")


@dataclass(slots=True)
class Told:
    """One bead."""

    title: str
    type: str = "task"
    status: str = "open"
    priority: int = 2
    assignee: str | None = None
    labels: set[str] = field(default_factory=set[str])
    links: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    comments: list[str] = field(default_factory=list[str])


Beads = dict[str, Told]


@dataclass(frozen=True, slots=True)
class Deed:
    """One command, what it makes of the beads, and the event that tells of it."""

    program: str
    words: tuple[str, ...]
    after: Beads
    subject: str
    event: str
    agent: str = ""
    """Who does it, if no person does."""
    refused: bool = False


def read(path: Path) -> Beads:
    """All beads but what commands make besides."""
    found: Beads = {}
    with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as ledger:
        ledger.execute("BEGIN")
        for row in ledger.execute(
            f"SELECT id, title, type, status, priority, assignee FROM beads WHERE type NOT IN {MADE_BESIDES}"  # noqa: S608
        ):
            found[row[0]] = Told(*row[1:])
        for bead, label in ledger.execute("SELECT bead, label FROM labels"):
            if bead in found:
                found[bead].labels.add(label)
        for bead, on, kind in ledger.execute("SELECT bead, depends_on, kind FROM dependencies"):
            if bead in found and on in found:
                found[bead].links.add((on, kind))
        for bead, body in ledger.execute("SELECT bead, body FROM comments ORDER BY id"):
            if bead in found:
                found[bead].comments.append(body)
    return found


class Town:
    """Draws commands that can be carried out, and some that must be refused."""

    def __init__(self, seed: int, who: str) -> None:
        self.beads: Beads = {}
        self._chance = random.Random(seed)  # noqa: S311 - the same every time
        self._who = who
        self._made = 0
        self._slung: set[str] = set()
        self._gone: dict[str, tuple[Told, set[tuple[str, str, str]]]] = {}
        self._ways: list[Callable[[], Iterator[Deed]]] = [
            self._create, self._create, self._update, self._claim, self._close, self._close, self._reopen,
            self._delete, self._undelete, self._link, self._link, self._unlink, self._label, self._comment,
            self._sling, self._sling, self._unsling, self._done, self._status, self._circle,
        ]  # fmt: skip

    def draw(self) -> Deed:
        """The next command."""
        while True:
            deeds = list(self._chance.choice(self._ways)())
            if deeds:
                return self._chance.choice(deeds)

    def settle(self, deed: Deed) -> None:
        """It has happened."""
        before, self.beads = self.beads, deed.after
        bead = deed.subject
        if deed.event == "bead.deleted":
            ways = {(bead, on, kind) for on, kind in before[bead].links}
            ways |= {
                (name, on, kind) for name, told in before.items() for on, kind in told.links if on == bead
            }
            self._gone[bead] = before[bead], ways
        if deed.event == "bead.slung":
            self._slung.add(bead)

    def blockers(self, bead: str) -> set[str]:
        """What must close first."""
        return {
            on
            for on, kind in self.beads[bead].links
            if kind in BLOCKING and self.beads[on].status != "closed"
        }

    def waits(self, bead: str) -> bool:
        """Whether it or something above it is held up."""
        above = next((on for on, kind in self.beads[bead].links if kind == PARENT), None)
        return bool(self.blockers(bead)) or (above is not None and self._holds(above))

    def ready(self) -> set[str]:
        """All that can be worked on."""
        return {
            name for name, bead in self.beads.items()
            if bead.status == "open" and bead.type == "task" and not self.waits(name)
        }  # fmt: skip

    def _holds(self, bead: str) -> bool:
        status = self.beads[bead].status
        return status != "closed" and (status in ("blocked", "deferred") or self.waits(bead))

    def _some(self, *statuses: str, slung: bool | None = None) -> Iterator[str]:
        for name, bead in self.beads.items():
            fits = bead.type == "task" and bead.status in (statuses or {bead.status})
            if fits and (slung is None or (name in self._slung) is slung):
                yield name

    def _deed(self, program: str, words: str, bead: str, event: str, **changes: object) -> Deed:
        after = deepcopy(self.beads)
        for name, value in changes.items():
            setattr(after[bead], name, value)
        return Deed(program, tuple(words.split()), after, bead, event if "." in event else f"bead.{event}")

    def _create(self) -> Iterator[Deed]:
        if len(self.beads) > 60:
            return
        self._made += 1
        name = f"we-{self._made}"
        after = deepcopy(self.beads)
        bead = after[name] = Told(f"Bead-{self._made}", priority=self._chance.randrange(5))
        words = f"create {bead.title} --id {name} -p {bead.priority} --rig web --no-up"
        open_ones = list(self._some("open", "in_progress", "blocked"))
        if open_ones and self._chance.random() < 0.5:
            on = self._chance.choice(open_ones)
            kind = self._chance.choice(("blocks", "waits-for", "related"))
            words += f" --deps {kind}:{on}"
            bead.links.add((on, kind))
        elif open_ones:
            parent = self._chance.choice(open_ones)
            words += f" --parent {parent} -l red"
            bead.links.add((parent, PARENT))
            bead.labels.add("red")
        yield Deed("bd", tuple(words.split()), after, name, "bead.created")

    def _update(self) -> Iterator[Deed]:
        for bead in self._some():
            priority, title = self._chance.randrange(5), f"Title-{self._chance.randrange(9**9)}"
            words = f"update {bead} --title {title} --priority {priority}"
            yield self._deed("bd", words, bead, "updated", title=title, priority=priority)

    def _status(self) -> Iterator[Deed]:
        for bead in self._some("open", "blocked", "deferred"):
            status = self._chance.choice(sorted({"open", "blocked", "deferred"} - {self.beads[bead].status}))
            yield self._deed("bd", f"update {bead} --status {status}", bead, "updated", status=status)

    def _claim(self) -> Iterator[Deed]:
        for bead in self._some("open"):
            if self.beads[bead].assignee is None:
                words = f"update {bead} --claim"
                if self.waits(bead):
                    yield Deed("bd", tuple(words.split()), self.beads, bead, "", refused=True)
                else:
                    yield self._deed("bd", words, bead, "claimed", status="in_progress", assignee=self._who)

    def _close(self) -> Iterator[Deed]:
        for bead in self._some("open", "in_progress", "blocked"):
            if not any(
                (bead, PARENT) in other.links and other.status != "closed" for other in self.beads.values()
            ):
                force = " --force" if bead in self._slung else ""
                yield self._deed("bd", f"close {bead} --reason over{force}", bead, "closed", status="closed")

    def _reopen(self) -> Iterator[Deed]:
        for bead in self._some("closed", slung=False):
            yield self._deed("bd", f"reopen {bead}", bead, "reopened", status="open")

    def _delete(self) -> Iterator[Deed]:
        for bead in self._some(slung=False):
            if any((bead, kind) in each.links for each in self.beads.values() for kind in ORDERING):
                continue
            deed = self._deed("bd", f"delete {bead}", bead, "deleted")
            deed.after[bead] = Told(self.beads[bead].title, "tombstone", "closed", self.beads[bead].priority)
            for each in deed.after.values():
                each.links = {(on, kind) for on, kind in each.links if on != bead}
            yield deed

    def _undelete(self) -> Iterator[Deed]:
        for bead, (was, ways) in self._gone.items():
            if self.beads[bead].type != "tombstone":
                continue
            after = deepcopy(self.beads)
            after[bead] = deepcopy(was)
            after[bead].links = set()
            for one, on, kind in sorted(ways):
                after[one].links.add((on, kind))
            others = all(
                self.beads[end].type != "tombstone" for way in ways for end in way[:2] if end != bead
            )
            if others and not is_hopeless(after):
                yield Deed("bd", ("undelete", bead), after, bead, "bead.undeleted")

    def _link(self) -> Iterator[Deed]:
        names = list(self._some())
        for bead in names:
            on, kind = (
                self._chance.choice(names),
                self._chance.choice(("blocks", "conditional-blocks", "related")),
            )
            deed = self._deed("bd", f"dep add {bead} {on} --type {kind}", bead, "dependency.added")
            deed.after[bead].links.add((on, kind))
            if on != bead and (on, kind) not in self.beads[bead].links and not is_hopeless(deed.after):
                yield deed

    def _circle(self) -> Iterator[Deed]:
        for bead in self._some():
            for on in self.blockers(bead):
                yield Deed("bd", ("dep", "add", on, bead), self.beads, bead, "", refused=True)

    def _unlink(self) -> Iterator[Deed]:
        for bead, told in self.beads.items():
            for on in sorted({on for on, kind in told.links if kind != PARENT}):
                deed = self._deed("bd", f"dep remove {bead} {on}", bead, "dependency.removed")
                deed.after[bead].links = {link for link in told.links if link[0] != on or link[1] == PARENT}
                if (on, PARENT) not in told.links:
                    yield deed

    def _label(self) -> Iterator[Deed]:
        for bead in self._some():
            label = self._chance.choice(LABELS)
            has = label in self.beads[bead].labels
            words = f"label {'remove' if has else 'add'} {bead} {label}"
            labels = self.beads[bead].labels ^ {label}
            yield self._deed("bd", words, bead, "unlabelled" if has else "labelled", labels=labels)

    def _comment(self) -> Iterator[Deed]:
        for bead in self._some():
            text = f"Word-{self._chance.randrange(9**9)}"
            yield self._deed(
                "bd", f"comment {bead} {text}", bead, "commented", comments=[*self.beads[bead].comments, text]
            )

    def _sling(self) -> Iterator[Deed]:
        taken = {bead.assignee for bead in self.beads.values() if bead.status == "hooked"}
        free = [name for name in NAMES if f"web/polecats/{name}" not in taken]
        for bead in self._some("open"):
            if free and self.beads[bead].assignee is None and not self.waits(bead):
                address = f"web/polecats/{free[0]}"
                words = f"sling {bead} {address} --no-up"
                yield self._deed("gt", words, bead, "slung", status="hooked", assignee=address)

    def _unsling(self) -> Iterator[Deed]:
        for bead in self._some("hooked"):
            yield self._deed("gt", f"unsling {bead} --no-up", bead, "unslung", status="open", assignee=None)

    def _done(self) -> Iterator[Deed]:
        for bead in self._some("hooked"):
            deed = self._deed("gt", "done --no-up --no-change", bead, "done_without_change", status="closed")
            yield replace(
                deed, words=(*deed.words, "it is right as it is"), agent=str(self.beads[bead].assignee)
            )


def ancestors(beads: Beads, bead: str) -> set[str]:
    """Its parent, and all above."""
    above = {on for on, kind in beads[bead].links if kind == PARENT}
    return above | {name for each in above for name in ancestors(beads, each)}


def is_hopeless(beads: Beads) -> bool:
    """Whether some bead waits for what closes after it."""
    return in_a_circle(beads) or any(
        on in ancestors(beads, name)
        for name, told in beads.items()
        for on, kind in told.links
        if kind in BLOCKING
    )


def in_a_circle(beads: Beads) -> bool:
    """Whether some bead must wait for itself: by what it leans on, or by what is beneath it."""
    ahead = {name: {on for on, kind in told.links if kind in ORDERING} for name, told in beads.items()}
    while True:
        free = {name for name, others in ahead.items() if not others & ahead.keys()}
        if not free:
            return bool(ahead)
        ahead = {name: others for name, others in ahead.items() if name not in free}
