"""Two towns push and pull: nothing that either did is lost, and in the end both hold the same."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from gastown.domain.assignments import Caller
from gastown.domain.reidentify import derived_ids
from gastown.errors import Busy, Invalid, NotFound, Refused
from gastown.ledger import bead_writes, events
from gastown.ledger import beads as bead_rows
from gastown.ledger.bead_writes import NewBead
from gastown.operations.history.pull import pull
from gastown.operations.history.push import push
from gastown.operations.history.restore import restore
from gastown.operations.work.close import close
from gastown.operations.work.comment import comment
from gastown.operations.work.delete import delete
from gastown.operations.work.depend import depend, undepend
from gastown.operations.work.label import label
from gastown.operations.work.sling import sling
from gastown.operations.work.update import Changes, update
from gastown.town import Town
from tests.component.two_towns import Two, alike, bead, beads, change, links, two_towns
from tests.fakes import FakeTerminal
from tests.support import a_repository, eventually, git
from tests.towns import HUMAN, put_to_work


@pytest.fixture
def two(tmp_path: Path) -> Two:
    return two_towns(tmp_path)


def shared(two: Two, title: str = "Mend it") -> str:
    """A bead that both towns have."""
    identity = bead(two.here, title)
    two.push(two.here)
    two.pull(two.there)
    two.push(two.there)
    two.pull(two.here)
    return identity


def test_the_beads_of_both_are_in_both(two: Two) -> None:
    ours, theirs = bead(two.here, "Ours"), bead(two.there, "Theirs")
    two.push(two.here)
    pulled = two.pull(two.there)
    assert pulled.unrelated
    assert (pulled.added, pulled.changed) == (1, 0)
    two.push(two.there)
    two.pull(two.here)
    assert set(beads(two.here)) == {ours, theirs}
    assert alike(two)


def test_pulling_again_makes_nothing(two: Two) -> None:
    shared(two)
    before = git("rev-parse", "main", cwd=two.here.root / "ledger.git")
    for _ in range(2):
        assert not two.pull(two.here).news
        assert not two.pull(two.there).news
    assert git("rev-parse", "main", cwd=two.here.root / "ledger.git") == before
    assert [each.already for _ in range(2) for each in push(two.here, by=HUMAN)] == [False, True]
    assert not two.pull(two.there).added


def test_fields_that_only_one_changed_are_both_kept(two: Two) -> None:
    it = shared(two)
    change(two.here, it, title="Mend the door")
    change(two.there, it, priority="0")
    label(two.here, [it, "urgent"], by=HUMAN)
    comment(two.here, it, "from here", by=HUMAN)
    comment(two.there, it, "from there", by=HUMAN)
    two.meet()
    assert alike(two)
    now = beads(two.there)[it]
    assert (now["title"], now["priority"], now["labels"]) == ("Mend the door", 0, ["urgent"])
    assert [each["text"] for each in now["comments"]] == ["from here", "from there"]  # type: ignore[index,union-attr,call-overload]


def test_the_later_write_counts_and_the_other_is_in_the_history(two: Two) -> None:
    it = shared(two)
    change(two.there, it, title="Earlier, there")
    change(two.here, it, title="Later, here")
    change(two.there, it, priority="0")  # a later change of another field makes the title no later
    two.push(two.there)
    (decision,) = two.pull(two.here).conflicts
    assert (decision.bead, decision.field, decision.chosen) == (it, "title", "Later, here")
    message = git("log", "-1", "--format=%B", "main", cwd=two.here.root / "ledger.git")
    assert "Earlier, there" in message
    told = events.last_of_type(two.here.ledger, it, "bead.merged")
    assert told is not None
    assert told.payload["theirs"] == "Earlier, there"
    two.push(two.here)
    two.pull(two.there)
    assert alike(two)


def test_what_one_removed_stays_removed(two: Two) -> None:
    it, other = shared(two), bead(two.here, "Other")
    label(two.here, [it, "old"], by=HUMAN)
    depend(two.here, it, other, by=HUMAN)
    two.meet()
    label(two.here, [it, "old"], remove=True, by=HUMAN)
    undepend(two.here, it, other, by=HUMAN)
    change(two.there, it, title="Something else")
    label(two.there, [it, "new"], by=HUMAN)
    two.meet()
    assert alike(two)
    assert beads(two.there)[it].get("labels") == ["new"]
    assert links(two.there, it) == []


def test_a_deleted_bead_does_not_come_back(two: Two) -> None:
    it = shared(two)
    change(two.there, it, title="Older edit")
    delete(two.here, [it], by=HUMAN)
    two.meet()
    assert alike(two)
    assert beads(two.there)[it]["status"] == "tombstone"


def test_an_edit_after_the_deletion_keeps_the_bead(two: Two) -> None:
    it = shared(two)
    delete(two.here, [it], by=HUMAN)
    change(two.there, it, title="Later edit")
    two.meet()
    assert alike(two)
    assert beads(two.here)[it]["title"] == "Later edit"


def test_of_two_beads_with_one_id_the_later_gets_another_everywhere(two: Two) -> None:
    shared(two)
    first = bead(two.here, "First", "issue-7")
    second = bead(two.there, "Second", "issue-7")
    child = bead(two.there, "Child")
    depend(two.there, child, second, by=HUMAN)
    two.push(two.here)
    (told,) = two.pull(two.there).reidentified
    assert (told.old, beads(two.there)[told.new]["title"]) == ("issue-7", "Second")
    assert beads(two.there)[first]["title"] == "First"
    assert links(two.there, child) == [(told.new, "blocks")]
    two.push(two.there)
    two.pull(two.here)
    assert alike(two)


def test_both_towns_choose_the_same_new_id_without_talking(two: Two) -> None:
    bead(two.here, "First", "issue-7")
    bead(two.there, "Second", "issue-7")
    two.push(two.here)
    hub = two.hub
    git("init", "-q", "--bare", str(Path(hub).with_name("other.git")), cwd=Path(hub).parent)
    push(two.there, str(Path(hub).with_name("other.git")), by=HUMAN)
    pull(two.here, str(Path(hub).with_name("other.git")), by=HUMAN)  # neither knows of the other's merge
    pull(two.there, hub, by=HUMAN)
    assert alike(two)
    change(two.here, "issue-7", title="First of all")
    push(two.here, hub, by=HUMAN)
    assert two.pull(two.there).conflicts == []
    two.push(two.there)
    two.pull(two.here)
    assert alike(two)


def test_a_wisp_gives_way_to_a_bead_of_its_name(two: Two) -> None:
    theirs = bead(two.there, "Theirs")
    with two.here.ledger.transaction() as ledger:
        wisp = NewBead("A wisp", rig="web", id=theirs, ephemeral=True)
        bead_writes.insert(ledger, wisp, by="overseer", now=two.here.clock.now())
    uid = bead_rows.get(two.here.ledger, theirs).uid
    two.push(two.there)
    two.pull(two.here)
    assert beads(two.here)[theirs]["title"] == "Theirs"
    assert bead_rows.find(two.here.ledger, next(derived_ids(theirs, uid))) is not None


def test_a_circle_that_neither_made_is_broken_and_told(two: Two) -> None:
    x, y = shared(two, "X"), shared(two, "Y")
    depend(two.here, x, y, by=HUMAN)
    depend(two.there, y, x, by=HUMAN)
    two.push(two.here)
    (decision,) = two.pull(two.there).conflicts
    assert decision.field == "dependencies"
    two.push(two.there)
    two.pull(two.here)
    assert alike(two)
    assert links(two.here, x) == [(y, "blocks")]
    assert links(two.here, y) == []


def test_a_bead_that_moved_from_beneath_another_is_turned_around(two: Two) -> None:
    x, y = shared(two, "X"), shared(two, "Y")
    change(two.here, x, parent=y)
    two.meet()
    change(two.here, x, parent="")
    change(two.here, y, parent=x)
    two.meet()
    assert alike(two)
    assert links(two.there, y) == [(x, "parent-child")]


def test_work_of_the_other_town_is_in_progress_here_and_on_no_hook(two: Two) -> None:
    it = shared(two)
    sling(two.here, it, "web/polecats/Toast", by=HUMAN)
    two.meet()
    there = bead_rows.get(two.there.ledger, it)
    assert (there.status, there.assignee) == ("in_progress", "web/polecats/Toast")
    assert bead_rows.get(two.here.ledger, it).status == "hooked"
    assert not [each for each in two.there.ledger.rows("agents", "all") if each["hook_bead"]]


def test_what_is_on_a_hook_here_stays_there_although_it_was_closed_there(two: Two) -> None:
    it = shared(two)
    sling(two.here, it, "web/polecats/Toast", by=HUMAN)
    close(two.there, [it], by=HUMAN)
    change(two.there, it, priority="0")
    two.push(two.there)
    told = two.pull(two.here).conflicts
    assert {each.field for each in told} >= {"status"}
    now = bead_rows.get(two.here.ledger, it)
    assert (now.status, now.assignee, now.priority) == ("hooked", "web/polecats/Toast", 0)
    two.push(two.here)
    two.pull(two.there)
    assert alike(two)


def test_what_is_on_a_hook_here_lives_although_it_was_deleted_there(two: Two) -> None:
    it = shared(two)
    sling(two.here, it, "web/polecats/Toast", by=HUMAN)
    delete(two.there, [it], by=HUMAN)
    two.push(two.there)
    two.pull(two.here)
    assert bead_rows.get(two.here.ledger, it).status == "hooked"
    two.push(two.here)
    two.pull(two.there)
    assert alike(two)
    assert beads(two.there)[it]["status"] == "in_progress"


def test_a_bead_on_a_hook_is_not_given_another_id(two: Two) -> None:
    bead(two.there, "Theirs, and older", "issue-7")
    ours = bead(two.here, "Ours", "issue-7")
    sling(two.here, ours, "web/polecats/Toast", by=HUMAN)
    two.push(two.there)
    with pytest.raises(Busy, match="issue-7 is on the hook of web/polecats/Toast"):
        two.pull(two.here)
    assert [record["title"] for record in beads(two.here).values() if record["issue_type"] == "task"] == [
        "Ours"
    ]


def test_beads_of_rigs_that_are_not_here_are_kept_but_not_slung(tmp_path: Path) -> None:
    two = two_towns(tmp_path, ("web", "api"))
    (two.here.root / "api" / "rig.toml").unlink()
    it = bead(two.there, "Theirs", rig="api")
    two.push(two.there)
    two.pull(two.here)
    assert beads(two.here)[it]["rig"] == "api"
    with pytest.raises((Refused, NotFound, Invalid)):
        sling(two.here, it, None, by=HUMAN)


def test_the_other_towns_agents_stay_in_our_history_as_they_are(two: Two) -> None:
    put_to_work(two.there)
    two.push(two.there)
    two.pull(two.here)
    there, here = (
        git("ls-tree", "-r", "main", "towns", cwd=town.root / "ledger.git") for town in (two.there, two.here)
    )
    assert set(there.splitlines()) < set(here.splitlines())
    two.push(two.here)
    two.pull(two.there)
    assert alike(two)


def test_a_push_never_takes_away_what_others_pushed(two: Two) -> None:
    bead(two.here, "Ours")
    bead(two.there, "Theirs")
    two.push(two.here)
    with pytest.raises(Busy) as refused:
        two.push(two.there)
    assert refused.value.hint == "gt ledger pull, then push again"
    two.pull(two.there)
    two.push(two.there)


def test_the_first_place_is_kept_and_another_only_when_asked(two: Two, tmp_path: Path) -> None:
    bead(two.here, "Ours")
    (first,) = push(two.here, two.hub, by=HUMAN)
    assert first.settled
    assert two.here.settings.ledger_remote == two.hub
    other = str(tmp_path / "other.git")
    git("init", "-q", "--bare", other, cwd=tmp_path)
    push(two.here, other, by=HUMAN)
    assert two.here.settings.ledger_remote == two.hub
    push(two.here, other, save=True, by=HUMAN)
    assert two.here.settings.ledger_remote == other


def test_where_nothing_goes_says_how_to_begin(two: Two, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="where the ledger's history goes"):
        push(two.here, by=HUMAN)
    with pytest.raises(NotFound):
        pull(two.here, str(tmp_path / "nowhere"), by=HUMAN)
    with pytest.raises(Invalid):
        pull(two.here, "ext::sh -c true", by=HUMAN)
    assert two.pull(two.here).empty
    agent = Caller("web/polecats/Toast", 1, 1)
    with pytest.raises(Refused, match="an agent takes the ledger only where"):
        push(two.here, two.hub, by=agent)


def test_a_repository_of_code_is_not_taken_for_a_ledger(two: Two, tmp_path: Path) -> None:
    code = a_repository(tmp_path / "code", {"README": "hello"})
    bead(two.here, "Ours")
    with pytest.raises(Invalid, match="is no ledger"):
        pull(two.here, str(code), by=HUMAN)


def test_a_foreign_line_that_is_no_bead_changes_nothing(two: Two, tmp_path: Path) -> None:
    it = shared(two)
    clone = tmp_path / "clone"
    git("clone", "-q", "-b", "main", two.hub, str(clone), cwd=tmp_path)
    (file,) = (clone / "beads" / "web").iterdir()
    file.write_text(file.read_text().replace('"priority":2', '"priority":"../x"'))
    git("commit", "-qam", "Evil", cwd=clone)
    git("push", "-q", "origin", "main", cwd=clone)
    before = beads(two.here)
    with pytest.raises(Invalid, match="priority cannot be"):
        two.pull(two.here)
    assert beads(two.here) == before
    assert it in before


def test_claims_of_two_towns_end_with_one(two: Two) -> None:
    it = shared(two)
    update(two.here, [it], Changes(assignee="ann", status="in_progress"), by=HUMAN)
    update(two.there, [it], Changes(assignee="bob", status="in_progress"), by=HUMAN)
    two.meet()
    assert alike(two)
    assert beads(two.here)[it]["assignee"] == "bob"


def test_agents_who_write_meanwhile_lose_nothing_and_keep_nobody_waiting(two: Two) -> None:
    mine, theirs = [shared(two, f"Bead {number}") for number in range(2)]
    for number in range(150):
        bead(two.there, f"News {number}")
    change(two.there, theirs, title="Changed there")
    two.push(two.there)
    over, written = Event(), list[str]()

    def write() -> None:
        town = Town(two.here.root, clock=two.here.clock)
        while not over.is_set():
            written.append(f"Title {len(written)}")
            change(town, mine, title=written[-1])
        town.close()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        eventually(lambda: len(written) > 3, within=10, what="the first writes")
        before = len(written)
        two.pull(two.here)
        meanwhile = len(written) - before
        over.set()
        writing.result()
    assert meanwhile > 1
    now = beads(two.here)
    assert (now[mine]["title"], now[theirs]["title"]) == (written[-1], "Changed there")
    assert len(now) == 152
    two.push(two.here)
    two.pull(two.there)
    assert alike(two)


def test_what_was_pulled_survives_the_loss_of_the_file_and_is_pulled_on(two: Two) -> None:
    it = shared(two)
    sling(two.here, it, "web/polecats/Toast", by=HUMAN)
    change(two.there, it, title="Changed there")
    bead(two.there, "News")
    delete(two.there, [bead(two.there, "Gone")], by=HUMAN)
    two.meet()
    before = beads(two.here)
    two.here.close()
    (two.here.root / "gastown.db").unlink()
    restore(Town(two.here.root, clock=two.here.clock, terminal=FakeTerminal()), by="overseer")
    two.here = Town(two.here.root, clock=two.here.clock)
    assert beads(two.here) == before
    assert bead_rows.get(two.here.ledger, it).status == "hooked"
    change(two.there, it, priority="0")
    change(two.here, it, title="And changed here")
    two.meet()
    assert alike(two)
    assert (beads(two.there)[it]["title"], beads(two.there)[it]["priority"]) == ("And changed here", 0)
