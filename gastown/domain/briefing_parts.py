"""The parts of a briefing in the order of their importance, and how much room each gets."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gastown.domain.beads import Comment
from gastown.domain.briefing_facts import Briefing, HookedWork
from gastown.domain.briefing_text import LEAST, cut, one_line, printable, quote, shorten, size, word
from gastown.domain.messages import Message, Urgency
from gastown.domain.molecules import full_text, overview

COMMENTS_SHOWN = 3
COMMITS_SHOWN = 10
MESSAGES_SHOWN = 10
NOTES_SHOWN = 3

HOOK, ROLE, ORDERS, STEP = "hook", "role", "orders", "step"

_SHARE = {
    ROLE: 3_000, ORDERS: 1_000, "title": 600, "note": 1_000, "description": 1_500, "acceptance": 700, STEP: 900,
    "comment": 600, "steps": 500,
}  # fmt: skip
_USUAL_SHARE = 400
"""What a part gets at least, if there is so much of it, before any part gets more."""

_OF_WORK = {
    "acceptance": "acceptance", STEP: "steps", "steps": "steps", "comment": "comments",
    "commits": "commits on your branch", "changed": "files with uncommitted changes", "design": "design",
}  # fmt: skip
"""What work may have and lose again, and what that is called."""


class Fitted(NamedTuple):
    """A part as it is shown, and whether all of it is there."""

    text: str
    is_whole: bool


class Part(NamedTuple):
    """One section: what it is called in the record, and how it is shown."""

    name: str
    label: str
    body: str
    whole: str
    """The command, or file, with which all of it can be read."""
    message: str = ""
    """The message that it shows."""
    trusted: bool = False
    """Our own words, the town's or the rig's: all others are quoted."""

    @property
    def share(self) -> int:
        """The room it gets before others get more than their share."""
        return _SHARE.get(self.name.partition(" ")[0], _USUAL_SHARE)

    def shown(self, room: int) -> str:
        """It in at most `room` characters, `LEAST` or more."""
        if not self.trusted:
            return quote(self.label, self.body, room, self.whole)
        head = f"\n{self.label}\n" if self.label else ""
        return head + shorten(f"{printable(self.body).strip()}\n", room - size(head), word(self.whole))


def parts(briefing: Briefing) -> Sequence[Part]:
    """All there is to tell, the most important first: when not all fits, the last get least, or are left out.

    The hook and what to do now are no parts: they always stand there whole.
    """
    return [*_own(briefing), *_of_work_and_mail(briefing)]


def digests(briefing: Briefing, these: Sequence[Part]) -> Mapping[str, str]:
    """For the hook and each part what tells it from another of that name, of another work or with other words."""
    work = f"{briefing.work.bead} {briefing.work.generation}" if briefing.work else ""
    told = {part.name: _digest(part, "" if part.trusted or part.message else work) for part in these}
    return {HOOK: work, **told}


def gone(briefing: Briefing, these: Sequence[Part], known: Mapping[str, str], hook: str) -> Sequence[str]:
    """What `known` tells of and is there no more, as it is called; of another work than the one of `hook`, nothing."""
    here = {part.name for part in these}
    lost = ["standing orders"] if ORDERS in known and ORDERS not in here else []
    if (work := briefing.work) is None or known.get(HOOK) != hook:
        return lost
    here.update(map(_comments_name, work.comments))
    if work.molecule is not None and work.molecule.steps:
        here.add(STEP)
    kinds = [name.partition(" ")[0] for name in known if name not in here]
    return [*lost, *dict.fromkeys(_OF_WORK[kind] for kind in kinds if kind in _OF_WORK)]


def fitted(these: Sequence[Part], room: int) -> Mapping[str, Fitted]:
    """Each as it is shown, all of them in `room` characters; those that are left out are not in it.

    First each gets its share, in their order, as far as that goes; what is left then goes to those that need more, in
    the same order.
    """
    texts = {part.name: part.shown(max(room, 0) + LEAST) for part in these}
    whole = {name: size(text) for name, text in texts.items()}  # more than the room, if it has to be cut
    given: dict[str, int] = {}
    for part in these:
        wanted = min(whole[part.name], max(part.share, LEAST))
        if wanted <= room or room >= LEAST:
            given[part.name] = min(wanted, room)
            room -= given[part.name]
    for name, had in given.items():
        more = min(whole[name] - had, room)
        given[name] += more
        room -= more
    return {part.name: _fit(part, given[part.name], texts[part.name]) for part in these if part.name in given}


def _fit(part: Part, room: int, whole: str) -> Fitted:
    if room >= size(whole):  # shown in less room, it might be another text
        return Fitted(whole, is_whole=True)
    return Fitted(part.shown(room), is_whole=False)


def _digest(part: Part, work: str) -> str:
    return _hashed(f"{work}\0{part.label if part.trusted else ''}\0{part.body}")


def _hashed(text: str) -> str:
    import hashlib  # not for everybody who only quotes a line

    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _comments_name(comment: Comment) -> str:
    """Which comment it is, wherever it stands among the others."""
    return "comment " + _hashed(f"{comment.at.isoformat()}\0{comment.author}\0{comment.body}")


def _own(briefing: Briefing) -> Iterator[Part]:
    yield Part(ROLE, "", briefing.role_prompt, f"gt role show {briefing.role}".strip(), trusted=True)
    if briefing.orders.strip():
        yield Part(ORDERS, "Standing orders:", briefing.orders, briefing.orders_in, trusted=True)


def _of_work_and_mail(briefing: Briefing) -> Iterator[Part]:
    work, mail = briefing.work, briefing.mail[:MESSAGES_SHOWN]
    if work is not None:
        yield Part("title", "title", work.title, f"bd show {work.bead}")
    yield from (_letter(message) for message in mail if message.urgency is Urgency.URGENT)
    notes = [_note(note, briefing.notes[0]) for note in briefing.notes[:NOTES_SHOWN]]
    yield from notes[:1]
    if work is not None:
        yield from _first_of_work(work)
    yield from notes[1:]
    yield from (_letter(message) for message in mail if message.urgency is not Urgency.URGENT)
    if work is not None:
        yield from _rest_of_work(work)


def _first_of_work(work: HookedWork) -> Iterator[Part]:
    whole = f"bd show {work.bead}"
    yield Part("description", "description", work.description, whole)
    if work.acceptance:
        yield Part("acceptance", "acceptance", work.acceptance, whole)
    if work.molecule is not None and (step := work.molecule.current) is not None:
        yield Part(STEP, f"your step now, {step.id}", full_text(step), f"bd show {step.id}")
    for comment in work.comments[-1:]:
        yield Part(_comments_name(comment), f"newest comment, by {comment.author}", comment.body, whole)


def _rest_of_work(work: HookedWork) -> Iterator[Part]:
    whole = f"bd show {work.bead}"
    if work.molecule is not None and work.molecule.steps:
        yield Part("steps", "all steps", overview(work.molecule), "bd mol current")
    if work.commits:
        subjects = "\n".join(map(one_line, work.commits[-COMMITS_SHOWN:]))
        yield Part("commits", "commits already on your branch", subjects, "git log")
    if work.changed:
        names = "\n".join(map(one_line, work.changed))
        more = f"\n… {work.unsaved} in all" if work.unsaved > len(work.changed) else ""
        yield Part("changed", "files with uncommitted changes", f"{names}{more}", "git status")
    if work.design:
        yield Part("design", "design", work.design, whole)
    for comment in dict.fromkeys(work.comments[-COMMENTS_SHOWN:-1][::-1]):
        if comment != work.comments[-1]:
            label = f"earlier comment, by {comment.author}"
            yield Part(_comments_name(comment), label, comment.body, whole)


def _note(note: Message, newest: Message) -> Part:
    whose = (
        "the session before you" if note.incarnation == newest.incarnation else "an earlier session of yours"
    )
    seen = "" if note.seen_at is None else ", it was read before"
    label = f"note of {whose}, {note.id}{seen}"
    return Part(f"note {note.id}", label, _text(note), f"gt mail read {note.id}", note.id)


def _letter(message: Message) -> Part:
    how = "mail" if message.urgency is Urgency.NORMAL else f"{message.urgency} mail"
    about = f", about {message.about}" if message.about else ""
    label = f"{how} {message.id} from {cut(message.sender, 60)}{about}"
    return Part(f"mail {message.id}", label, _text(message), f"gt mail read {message.id}", message.id)


def _text(message: Message) -> str:
    return "\n".join(text for text in (message.subject, message.body.strip()) if text)
