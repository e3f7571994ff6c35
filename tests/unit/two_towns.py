"""Two towns on paper: random deeds on plain records, for the laws of merging."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hypothesis import strategies as st

from gastown.domain.beads import ORDERING
from gastown.domain.merging_fields import canonical, mappings, texts
from gastown.domain.records import Json, Record, is_tombstone
from gastown.domain.reidentify import Side

IDS = ("we-aaaaa", "we-bbbbb", "issue-1", "issue-2")
TEXT_FIELDS = ("title", "description", "assignee", "notes")
KINDS = ("blocks", "parent-child", "waits-for", "related", "discovered-from")


def at(minute: int) -> str:
    """A moment."""
    return f"2026-11-20T10:{minute:02d}:00.000Z"


@dataclass(frozen=True)
class Deed:
    """Something that a town does: to the n-th of its beads, with the m-th of its beads or a small text."""

    kind: str
    bead: int
    other: int
    text: str
    minute: int


def deeds(*, earliest: int) -> st.SearchStrategy[list[Deed]]:
    """Some deeds in the order in which they are done; clocks may be wrong and stand still."""
    kinds = st.sampled_from(
        ["create", "create", "edit", "edit", "close", "reopen", "label", "unlabel", "link", "link", "unlink",
         "comment", "note", "delete", "undelete"]
    )  # fmt: skip
    one = st.builds(
        Deed, kinds, st.integers(0, 5), st.integers(0, 5), st.sampled_from(["x", "y", "z", ""]),
        st.integers(earliest, earliest + 6),
    )  # fmt: skip
    return st.lists(one, max_size=10)


@dataclass
class Paper:
    """The beads of a town by uid."""

    name: str
    beads: dict[str, Record] = field(default_factory=dict[str, Record])
    born: int = 0

    def copy(self, name: str) -> "Paper":
        """The same beads in another town."""
        return Paper(name, {uid: {**record} for uid, record in self.beads.items()})

    def do(self, todo: Sequence[Deed]) -> "Paper":
        """Do these deeds; what is impossible is passed over."""
        for deed in todo:
            if deed.kind == "create":
                self._create(deed)
            elif self.beads:
                uid = sorted(self.beads)[deed.bead % len(self.beads)]
                getattr(self, f"_{deed.kind}")(uid, deed)
        return self

    def _create(self, deed: Deed) -> None:
        identity = next(
            (each for each in (IDS[deed.bead % len(IDS)], *IDS) if each not in names(self.beads)), None
        )
        if identity is None:
            return
        self.born += 1
        uid = f"{deed.text}{self.name}{self.born}"
        self.beads[uid] = {
            "id": identity, "uid": uid, "title": f"made {deed.text}", "status": "open", "priority": 2,
            "created_at": at(deed.minute), "created_by": self.name, "updated_at": at(deed.minute),
            "updated_by": self.name,
        }  # fmt: skip

    def _change(self, uid: str, deed: Deed, changes: Mapping[str, Json]) -> None:
        record = self.beads[uid]
        if is_tombstone(record):
            return
        written = record.get("written")
        stamps: dict[str, Json] = {**written} if isinstance(written, dict) else {}
        stamps |= {
            name: at(deed.minute) for name in changes if name not in ("labels", "dependencies", "comments")
        }
        changed = {
            **record,
            **changes,
            "written": stamps,
            "updated_at": at(deed.minute),
            "updated_by": self.name,
        }
        self.beads[uid] = {key: value for key, value in changed.items() if value not in ("", None, [], {})}

    def _edit(self, uid: str, deed: Deed) -> None:
        name = TEXT_FIELDS[deed.other % len(TEXT_FIELDS)]
        self._change(uid, deed, {name: deed.text or ("-" if name == "title" else None)})

    def _close(self, uid: str, deed: Deed) -> None:
        done: dict[str, Json] = {
            "closed_at": at(deed.minute),
            "closed_by": self.name,
            "close_reason": deed.text,
        }
        self._change(uid, deed, {"status": "closed", **done})

    def _reopen(self, uid: str, deed: Deed) -> None:
        self._change(
            uid, deed, {"status": "open", "closed_at": None, "closed_by": None, "close_reason": None}
        )

    def _label(self, uid: str, deed: Deed) -> None:
        self._change(
            uid, deed, {"labels": [*sorted({*texts(self.beads[uid].get("labels")), deed.text or "w"})]}
        )

    def _unlabel(self, uid: str, deed: Deed) -> None:
        kept = [each for each in texts(self.beads[uid].get("labels")) if each != (deed.text or "w")]
        self._change(uid, deed, {"labels": [*kept]})

    def _comment(self, uid: str, deed: Deed) -> None:
        said: Json = {"author": self.name, "text": deed.text, "created_at": at(deed.minute)}
        self._change(uid, deed, {"comments": [*mappings(self.beads[uid].get("comments")), said]})

    def _note(self, uid: str, deed: Deed) -> None:
        was = self.beads[uid].get("metadata")
        notes: dict[str, Json] = {**was} if isinstance(was, dict) else {}
        notes[f"k{deed.other % 2}"] = deed.minute % 2 == 0 or deed.minute
        self._change(uid, deed, {"metadata": notes})

    def _link(self, uid: str, deed: Deed) -> None:
        others = [each for each in sorted(self.beads) if each != uid and not is_tombstone(self.beads[each])]
        if not others or is_tombstone(self.beads[uid]):
            return
        target = self.beads[others[deed.other % len(others)]]["id"]
        kind = KINDS[(deed.bead + deed.other) % len(KINDS)]
        link: Record = {
            "issue_id": self.beads[uid]["id"], "depends_on_id": target, "type": kind,
            "created_at": at(deed.minute), "created_by": self.name,
        }  # fmt: skip
        before = [each for each in mappings(self.beads[uid].get("dependencies")) if key(each) != key(link)]
        after = sorted([*before, link], key=key)
        tried: dict[str, Record] = {**self.beads, uid: {**self.beads[uid], "dependencies": [*after]}}
        if circle(tried) is None and most_parents(tried) <= 1:
            self._change(uid, deed, {"dependencies": [*after]})

    def _unlink(self, uid: str, deed: Deed) -> None:
        before = mappings(self.beads[uid].get("dependencies"))
        if before:
            self._change(
                uid,
                deed,
                {
                    "dependencies": [
                        *before[: deed.other % len(before)],
                        *before[deed.other % len(before) + 1 :],
                    ]
                },
            )

    def _delete(self, uid: str, deed: Deed) -> None:
        gone = self.beads[uid]
        if is_tombstone(gone):
            return
        for other in self.beads:
            links = mappings(self.beads[other].get("dependencies"))
            left = [link for link in links if link["depends_on_id"] != gone["id"]]
            if len(left) < len(links):
                self._change(other, deed, {"dependencies": [*left]})
        self.beads[uid] = {
            **{name: gone[name] for name in ("id", "uid", "title", "created_at", "created_by")},
            "status": "tombstone", "deleted_at": at(deed.minute), "deleted_by": self.name,
        }  # fmt: skip

    def _undelete(self, uid: str, deed: Deed) -> None:
        gone = self.beads[uid]
        if is_tombstone(gone):
            kept: Record = {name: gone[name] for name in ("id", "uid", "title", "created_at", "created_by")}
            stamps: Json = {"status": at(deed.minute)}
            self.beads[uid] = {
                **kept, "status": "open", "updated_at": at(deed.minute), "updated_by": self.name, "written": stamps,
            }  # fmt: skip


def key(link: Record) -> tuple[str, str]:
    """By what the dependencies of a record are sorted."""
    return (str(link["depends_on_id"]), str(link["type"]))


def names(side: Side) -> Mapping[str, str]:
    """Uids by id; fails when an id is there twice."""
    found = {str(record["id"]): uid for uid, record in side.items()}
    assert len(found) == len(side), "two beads have the same id"
    return found


def most_parents(side: Side) -> int:
    """How many parents the bead with the most of them has."""
    counts = [
        sum(link["type"] == "parent-child" for link in mappings(record.get("dependencies")))
        for record in side.values()
    ]
    return max(counts, default=0)


def circle(side: Side) -> Sequence[str] | None:
    """Ids that wait for one another in a circle, if some do."""
    waits = {
        str(record["id"]): [
            str(link["depends_on_id"])
            for link in mappings(record.get("dependencies"))
            if link["type"] in ORDERING
        ]
        for record in side.values()
    }
    settled: set[str] = set()
    while free := [each for each in waits if each not in settled and settled.issuperset(waits[each])]:
        settled.update(free)
    return sorted(set(waits) - settled) or None


def texts_of(side: Side) -> Mapping[str, str]:
    """All records as texts, to compare them as they are written."""
    return {uid: canonical(record) for uid, record in side.items()}


Three = tuple[Paper, Paper, Paper]


def three_sides() -> st.SearchStrategy[Three]:
    """What two towns had in common, and what each has made of it."""

    def made(before: list[Deed], ours: list[Deed], theirs: list[Deed]) -> Three:
        base = Paper("o").do(before)
        return base, base.copy("a").do(ours), base.copy("b").do(theirs)

    return st.builds(made, deeds(earliest=0), deeds(earliest=4), deeds(earliest=4))
