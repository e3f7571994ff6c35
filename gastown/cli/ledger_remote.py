"""The ledger's history and other towns: `gt ledger push`, `pull`, `share`, `unshare`."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

from gastown.cli import output
from gastown.cli.parameters import Argument, Json, Option, Up
from gastown.cli.place import caller, here, keep_up

if TYPE_CHECKING:
    from gastown.operations.history.pull import Pulled
    from gastown.operations.history.push import Pushed
    from gastown.operations.history.share import Shared, Unshared

MOST_TOLD = 20
"""Decisions of a merge that are shown; all of them are in gt ledger log and bd history."""

Remote = Annotated[
    str | None,
    Argument("A git repository; else where town.toml says, and shared rigs' remotes.", metavar="REMOTE"),
]
Rig = Annotated[str, Argument("The rig.", metavar="RIG")]


def push(
    remote: Remote = None,
    *,
    save: Annotated[bool, Option("Push there from now on.", "--save")] = False,
    as_json: Json = False,
) -> int:
    """Record the ledger and push its history (beads, agents, their work) to a git repository.

    The first REMOTE is kept in town.toml; later gt ledger push and pull need none. What others pushed is never
    overwritten: pull first then. Rigs that share their ledger push their beads to their own remotes.
    """
    from gastown.operations.history.push import push as take_there

    town = here()
    done = take_there(town, remote, save=save, by=caller(town), say=_tell)
    output.show(done, lambda all_of_it: "\n".join(map(_pushed, all_of_it)), as_json=as_json)
    if any(each.settled for each in done):
        output.tell("kept in town.toml: gt ledger push and pull need no REMOTE from now on")
    return _failures(done)


def pull(remote: Remote = None, *, up: Up = True, as_json: Json = False) -> int:
    """Bring in what other towns pushed: beads of both stay, and where both changed a field, the later write counts.

    Every decision is told, and both values stay in the history. Work that is on a hook or in a queue here is left
    as it is.
    """
    from gastown.operations.work.exchange import pull as bring_in

    town = here()
    done = bring_in(town, remote, by=caller(town), say=_tell)
    output.show(done, lambda all_of_it: "\n".join(map(_pulled, all_of_it)), as_json=as_json)
    _decisions(done)
    keep_up(town, wanted=up)
    if any(each.news for each in done):
        output.next_steps("bd ready", "gt ledger push")
    return _failures(done)


def share(rig: Rig, *, up: Up = True, as_json: Json = False) -> None:
    """Let a rig's beads travel with its code, on refs/gastown/ledger of its remote: gt ledger push and pull do it.

    Whoever can read the repository can read them then. gt install DIR --from URL makes a town with them.
    """
    from gastown.operations.work.exchange import share as begin

    town = here()
    done = begin(town, rig, by=caller(town), say=_tell)
    output.show(done, _shared, as_json=as_json)
    _decisions([done.pulled])
    if not done.already:
        output.tell("from now on the texts of its beads can be read by everyone who can read that repository")
    keep_up(town, wanted=up)
    output.next_steps("gt ledger push", f"gt ledger unshare {rig}")


def unshare(rig: Rig, *, as_json: Json = False) -> None:
    """Keep a rig's beads here from now on. What was shared stays on its remote; the command to remove it is shown."""
    from gastown.operations.history.share import unshare as end

    town = here()
    done = end(town, rig, by=caller(town))
    output.show(done, _unshared, as_json=as_json)
    output.tell(
        f"what was shared is still there; this takes it away for everyone:  {output.harmless(done.remove)}"
    )
    output.undo(f"gt ledger share {rig}")


def _tell(line: str) -> None:
    output.tell(output.harmless(line))


def _pushed(one: "Pushed") -> str:
    if one.failed is not None:
        return f"not pushed  {_place(one.target, one.rig)}"
    word = "nothing to push" if one.already else "pushed"
    return f"{word}  {_place(one.target, one.rig)}   {one.commit[:10]}"


def _pulled(one: "Pulled") -> str:
    place = _place(one.source, one.rig)
    if one.failed is not None:
        return f"not pulled  {place}"
    if one.empty:
        return f"nothing is there yet  {place}"
    if not one.news:
        return f"nothing new  {place}"
    return f"pulled  {place}   {one.added} new, {one.changed} changed"


def _place(url: str, rig: str | None) -> str:
    return output.harmless(url) if rig is None else f"{rig}: {output.harmless(url)}"


def _shared(one: "Shared") -> str:
    word = "shared already" if one.already else "shared"
    return f"{word}  {one.rig}   {output.harmless(one.url)} {one.ref}"


def _unshared(one: "Unshared") -> str:
    return f"{'was not shared' if one.already else 'unshared'}  {one.rig}   {output.harmless(one.url)}"


def _decisions(done: Sequence["Pulled"]) -> None:
    """What the merges had to decide, as part of the story."""
    lines = [line for one in done for line in _decided(one)]
    for line in lines[:MOST_TOLD]:
        _tell(line)
    if len(lines) > MOST_TOLD:
        output.tell(f"… and {len(lines) - MOST_TOLD} more: gt log, gt ledger log")


def _decided(one: "Pulled") -> Iterable[str]:
    if one.unrelated:
        yield "the two histories had nothing in common before: all beads of both are kept"
    for each in one.reidentified:
        yield f"{each.old} is {each.new} now: another bead had drawn the same id"
    for conflict in one.conflicts:
        sides = (
            output.json_text(value, indent=None)
            for value in (conflict.ours, conflict.theirs, conflict.chosen)
        )
        ours, theirs, chosen = sides
        yield f"{conflict.bead} {conflict.field}: here {ours}, there {theirs}, now {chosen}"


def _failures(done: Iterable["Pushed | Pulled"]) -> int:
    """Tell why single places failed; gives the exit code of the first of them."""
    from gastown.cli import exits

    failed = [each.failed for each in done if each.failed is not None]
    for failure in failed:
        output.complain(failure.message, failure.hint)
    return exits.code(failed[0]) if failed else exits.DONE
