"""Events as English: for each type of event what its actor did, in the past tense or still at it."""

from collections.abc import Mapping

from gastown.domain.briefing_text import one_line
from gastown.ledger.events import Event
from gastown.views.names import short_name

LONGEST = 200
"""Characters of one value in a sentence."""

SHORT_COMMIT = 10
COMMITS = frozenset({"commit", "head", "new", "old"})
AGENTS = frozenset({"agent", "subject"})

WORDS: Mapping[str, tuple[str, ...]] = {
    "town.installed": ("made the town {subject}",),
    "rig.added": ("added the rig {subject} from {url}", "added the rig {subject}"),
    "rig.removing": ("takes the rig {subject} out of the town",),
    "rig.removed": ("removed the rig {subject}; it lies in {moved_to}", "removed the rig {subject}"),
    "supervisor.started": ("began to supervise",),
    "supervisor.stopped": ("stopped",),
    "bead.created": ('filed {subject} "{title}"', "filed {subject}"),
    "bead.slung": ("slung {subject} to {agent}", "slung {subject}"),
    "bead.unslung": ("took {subject} back from {agent}", "took {subject} back"),
    "bead.undeferred": ("let {agent} begin with {subject}", "let {subject} begin"),
    "bead.submitted": ("handed {subject} over as {request}", "handed {subject} over"),
    "bead.done_without_change": (
        "closed {subject} without a change: {why}",
        "closed {subject} without a change",
    ),
    "bead.landed": (
        "landed {subject} on {target} as {commit}: {untested}",
        "landed {subject} on {target} as {commit}",
        "landed {subject}",
    ),
    "beads.imported": (
        "imported {subject}: {created} new, {updated} updated",
        "imported {subject}",
    ),
    "bead.updated": ("changed {subject}: {what}", "changed {subject}"),
    "bead.claimed": ("claimed {subject}",),
    "bead.closed": (
        "closed {subject} {how}: {reason}",
        "closed {subject} {how}",
        "closed {subject}: {reason}",
        "closed {subject}",
    ),
    "bead.reopened": ("opened {subject} again: {reason}", "opened {subject} again"),
    "bead.deleted": (
        'deleted {subject} "{title}": {reason}',
        'deleted {subject} "{title}"',
        "deleted {subject}",
    ),
    "bead.undeleted": ('brought {subject} "{title}" back', "brought {subject} back"),
    "bead.commented": ("wrote beneath {subject}: {text}", "wrote beneath {subject}"),
    "bead.labelled": ("labelled {subject} {labels}", "labelled {subject}"),
    "bead.unlabelled": ("took {labels} off {subject}", "took a label off {subject}"),
    "bead.parked": ("parked {subject}: {why}", "parked {subject}"),
    "bead.merged": (
        "merged {subject}: {field} was {ours} here and {theirs} in another town, and is {chosen}",
        "merged {subject}: {field} was changed here and in another town",
    ),
    "bead.reidentified": ("gave {was} the id {subject}: another town's bead has it", "gave {subject} its id"),
    "ledger.pulled": ("pulled {source}: {added} new, {changed} changed", "pulled another town's beads"),
    "ledger.restored": ("restored the ledger from {source}: {beads} beads", "restored the ledger"),
    "ledger.shared": ("shares the beads of {subject} at {url}", "shares the beads of {subject}"),
    "ledger.unshared": ("shares the beads of {subject} no more",),
    "dependency.added": (
        "let {subject} depend on {depends_on} ({kind})",
        "let {subject} depend on {depends_on}",
    ),
    "dependency.removed": (
        "let {subject} depend on {depends_on} no more ({kind})",
        "let {subject} depend on {depends_on} no more",
    ),
    "agent.created": ("made {subject}",),
    "agent.leaving": ("takes {subject} out of the town: {because}", "takes {subject} out of the town"),
    "agent.nuked": (
        "took {subject} out of the town; what it had comes back by: {restore}",
        "took {subject} out of the town",
    ),
    "agent.returned": ("has {subject} in the town again",),
    "agent.starting": (
        "starts {subject} for {bead}: {because}",
        "starts {subject}: {because}",
        "starts {subject}",
    ),
    "agent.started": (
        "started {subject} for {bead} with {runtime}",
        "started {subject} with {runtime}",
        "started {subject}",
    ),
    "agent.start_failed": ("could not start {subject}: {why}", "could not start {subject}"),
    "agent.primed": ("read its hook: {bead}", "read its hook: nothing is on it"),
    "agent.took_up": ("took up {bead}",),
    "agent.prompted": ("was prompted",),
    "agent.pushed": ("ended its turn with {bead} on its hook, and was told to go on",),
    "agent.rung": ("rang {subject}: {because}",),
    "agent.parked": ("starts {subject} no more: {why}", "starts {subject} no more"),
    "agent.left_off": (
        "told {to} that {subject} left off with {bead} on its hook: {because}",
        "saw {subject} leave off with {bead} on its hook",
    ),
    "agent.turn_ended": ("ended its turn",),
    "agent.failed": ("ended its turn with {error}", "failed"),
    "agent.refused": ("was kept from running {command}: {why}", "was kept from running a command"),
    "agent.notified": ("says: {message}", "says: {notification_type}", "said something"),
    "agent.compacting": ("compacts its conversation ({trigger})", "compacts its conversation"),
    "agent.handoff_wished": (
        "handed {subject} off: a fresh session goes on with {bead} (note {note})",
        "handed {subject} off: a fresh session goes on with {bead}",
        "handed {subject} off (note {note})",
        "handed {subject} off",
    ),
    "agent.state_kept": (
        "kept how far {subject} is with {bead}: {steps}",
        "kept how far {subject} is with {bead}",
        "kept how far {subject} is",
    ),
    "message.sent": ("wrote to {to} about {about} ({kind} {subject})", "wrote to {to} ({kind} {subject})"),
    "conversation.asked": (
        "asked {subject} in its conversation {conversation}: {question}",
        "opened the conversation {conversation} of {subject}",
    ),
    "conversation.archived": (
        "kept the conversation {conversation} of {subject} as {copy}",
        "kept a conversation of {subject}",
    ),
    "conversation.lost": (
        "found no transcript of the conversation {conversation} of {subject}",
        "found no transcript of {subject}",
    ),
    "agent.session_ended": ("ended its conversation: {reason}", "ended its conversation"),
    "agent.ended": ("saw the session of {subject} end: {why}", "saw the session of {subject} end"),
    "agent.stopped": ("stopped {subject}: {because}", "stopped {subject}"),
    "agent.wanted": ("wants {subject} to run from now on",),
    "agent.restarted": ("restarts {subject}, which has {bead} on its hook", "restarts {subject}"),
    "agent.runtime_chosen": (
        "chose {runtime} for {subject}",
        "lets {subject} run what its role, rig or town says",
    ),
    "agent.paused": ("paused {subject}: {why}", "paused {subject}"),
    "agent.unpaused": ("lets sessions of {subject} be started again",),
    "custody.secured": (
        "kept unsaved work of {subject} as {ref}; it comes back by: {restore}",
        "kept unsaved work of {subject} as {ref}",
        "kept what {subject} had not saved",
    ),
    "undone": ("undid {what} of {subject}",),
    "rescue.restored": ("brought back {rescue}, set aside of {subject}",),
    "custody.left": (
        "left the worktree of {subject} as it is: {why}",
        "left the worktree of {subject} as it is",
    ),
    "merge.queued": ("queued {bead} as {subject}", "queued {subject}"),
    "merge.landing": ("moves {target} to {new} for {bead}", "lands {subject}"),
    "merge.sent_back": ("sent {bead} back: {why}", "sent {subject} back"),
    "merge.held": ("holds {bead} as {subject}: {why}", "holds {subject}"),
    "merge.retried": ("took {bead} up again: {why}", "took {subject} up again"),
    "merge.retargeted": (
        "lets {bead} land on {target} instead of {was}",
        "lets {subject} land on another branch",
    ),
    "merge.target_restored": (
        "put {target} of {subject} back to {new}: {old} neither landed here nor is in the checkout",
        "put a target of {subject} right",
    ),
    "gate.began": ("runs the gate on {place}: {command}", "runs the gate for {subject}"),
    "gate.ended": (
        "saw the gate end on {place}: {outcome} ({told})",
        "saw the gate end for {subject}: {outcome}",
    ),
    "molecule.poured": ("poured {formula} for {bead} as {subject}", "poured {formula} as {subject}"),
    "molecule.closed": (
        "closed the molecule {subject} of {bead}: {why}",
        "closed the molecule {subject}: all its steps are done",
    ),
    "molecule.burned": (
        "removed the wisp {subject} of {bead}: {done} of {total} steps done",
        "removed the wisp {subject}: {done} of {total} steps done",
    ),
    "wisps.removed": ("removed wisps that ended more than a day ago: {wisps}",),
    "molecule.squashed": (
        "squashed {subject} of {bead} into its digest: {done} of {total} steps done",
        "squashed {subject} into its digest: {done} of {total} steps done",
    ),
    "step.closed": (
        'closed the step {subject} "{title}" of {bead}',
        'closed the step {subject} "{title}"',
    ),
    "convoy.created": (
        'opened the convoy {subject} "{title}" around {around} ({beads} tracked)',
        'opened the convoy {subject} "{title}" ({beads} tracked)',
        "opened the convoy {subject}",
    ),
    "convoy.added": ("put {beads} into the convoy {subject}",),
    "convoy.removed": ("took {beads} out of the convoy {subject}",),
    "convoy.watched": ("lets {who} watch the convoy {subject}",),
    "convoy.reopened": ("opened the convoy {subject} again: {because}", "opened the convoy {subject} again"),
    "convoy.closed": (
        "closed the convoy {subject}, which had not landed ({how}): {why}",
        "closed the convoy {subject}, which had not landed",
    ),
    "convoy.landed": (
        'closed the convoy {subject} "{title}", which is done: {how}',
        "closed the convoy {subject}: all it tracks has landed",
    ),
}
"""The first phrase whose fields the event has is the one that is used."""


def sentence(event: Event) -> str:
    """What the event's actor did, on one line; an event of a type we do not know is named with its subject."""
    fields = _fields(event)
    for words in WORDS.get(event.type, ()):
        try:
            return words.format_map(fields) + (" (an older session)" if event.payload.get("stale") else "")
        except KeyError:
            continue
    return one_line(f"{event.type} {short_name(event.subject)}")


def _fields(event: Event) -> Mapping[str, str]:
    told = {"subject": event.subject, **event.payload}
    fields = {key: _text(key, value) for key, value in told.items() if value not in (None, "")}
    place = "the target itself" if event.payload.get("on_target") else fields.get("bead")
    return fields if place is None else {**fields, "place": place}


def _text(key: str, value: object) -> str:
    if key in AGENTS:
        return short_name(str(value))
    text = one_line(str(value))
    if key in COMMITS:
        return text[:SHORT_COMMIT]
    text = text.replace("_", " ") if key == "outcome" else text
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
