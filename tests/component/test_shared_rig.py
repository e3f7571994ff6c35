"""A rig's beads travel with its code, on a ref of its own remote, between towns that have little else in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from gastown.domain.assignments import Caller
from gastown.errors import Refused
from gastown.ledger import beads as bead_rows
from gastown.operations.history.pull import pull
from gastown.operations.history.push import push
from gastown.operations.history.share import share, unshare
from gastown.operations.town.install_from import InstalledFrom, RigWishes, install_from
from gastown.operations.town.rig_add import add_rig
from gastown.operations.work.close import close
from gastown.operations.work.delete import delete
from gastown.operations.work.depend import depend
from gastown.operations.work.sling import sling
from gastown.settings import rig as rig_files
from gastown.town import Town
from tests.component.two_towns import Ticking, bead, beads, change, links
from tests.support import a_repository, git
from tests.towns import HUMAN, a_town

REF = "refs/gastown/ledger"


@dataclass
class Pair:
    """Two towns that have one repository as a rig, under different names."""

    here: Town
    there: Town
    code: str

    def meet(self) -> None:
        """Let both have what the other has."""
        for town in (self.here, self.there, self.here):
            for pulled in pull(town, by=HUMAN):
                assert pulled.failed is None
            push(town, by=HUMAN)
        pull(self.there, by=HUMAN)


@pytest.fixture
def code(tmp_path: Path) -> str:
    """A bare repository of code."""
    a_repository(tmp_path / "work", {"README": "hello"})
    git("clone", "-q", "--bare", str(tmp_path / "work"), str(tmp_path / "code.git"), cwd=tmp_path)
    return str(tmp_path / "code.git")


@pytest.fixture
def pair(tmp_path: Path, code: str) -> Pair:
    clock, towns = Ticking(), list[Town]()
    for place, name in (("here", "web"), ("there", "front")):
        (tmp_path / place).mkdir()
        towns.append(Town(a_town(tmp_path / place, ("api",)).root, clock=clock))
        add_rig(towns[-1], name, code, prefix="we", no_gate=True)
    return Pair(towns[0], towns[1], code)


def titles(town: Town) -> Mapping[str, object]:
    """The titles of all beads, by id."""
    return {identity: record["title"] for identity, record in beads(town).items()}


def test_the_beads_come_to_whoever_has_the_code(pair: Pair) -> None:
    it = bead(pair.here, "Ours", rig="web")
    bead(pair.here, "Of another rig", rig="api")
    shared = share(pair.here, "web", by=HUMAN)
    assert (shared.already, shared.ref) == (False, REF)
    assert pair.here.rig("web").share_ledger
    share(pair.there, "front", by=HUMAN)
    assert titles(pair.there) == {it: "Ours"}
    assert beads(pair.there)[it]["rig"] == "front"


def test_both_go_on_and_nothing_is_lost(pair: Pair) -> None:
    it, other = bead(pair.here, "One", rig="web"), bead(pair.here, "Two", rig="web")
    share(pair.here, "web", by=HUMAN)
    share(pair.there, "front", by=HUMAN)
    change(pair.here, it, title="One, changed here")
    change(pair.there, it, priority="0")
    depend(pair.there, it, other, by=HUMAN)
    delete(pair.there, [bead(pair.there, "Gone", rig="front")], by=HUMAN)
    new = bead(pair.there, "New there", rig="front")
    pair.meet()
    assert titles(pair.here) == titles(pair.there)
    assert set(titles(pair.here)) >= {it, other, new}
    now = beads(pair.here)[it]
    assert (now["title"], now["priority"], now["rig"]) == ("One, changed here", 0, "web")
    assert links(pair.here, it) == [(other, "blocks")]
    trees = [git("rev-parse", f"rigs/{rig}^{{tree}}", cwd=town.root / "ledger.git")
             for town, rig in ((pair.here, "web"), (pair.there, "front"))]  # fmt: skip
    assert trees[0] == trees[1] == git("rev-parse", f"{REF}^{{tree}}", cwd=Path(pair.code))


def test_pulling_and_pushing_again_makes_nothing(pair: Pair) -> None:
    bead(pair.here, "One", rig="web")
    share(pair.here, "web", by=HUMAN)
    share(pair.there, "front", by=HUMAN)
    pair.meet()
    before = git("rev-parse", REF, cwd=Path(pair.code))
    pair.meet()
    assert git("rev-parse", REF, cwd=Path(pair.code)) == before


def test_two_who_have_the_same_without_knowing_of_each_other_come_together(pair: Pair) -> None:
    bead(pair.here, "One", rig="web")
    share(pair.here, "web", by=HUMAN)
    share(pair.there, "front", by=HUMAN)
    git(
        "update-ref", "-d", "refs/heads/rigs/front", cwd=pair.there.root / "ledger.git"
    )  # as if it had been killed
    share(pair.there, "front", by=HUMAN)
    pair.meet()


def test_what_leads_out_of_the_rig_neither_travels_nor_is_lost(pair: Pair) -> None:
    it, outside = bead(pair.here, "Inside", rig="web"), bead(pair.here, "Outside", rig="api")
    depend(pair.here, it, outside, by=HUMAN)
    share(pair.here, "web", by=HUMAN)
    told = git("grep", "-h", it, f"{REF}", cwd=Path(pair.code))
    assert outside not in told
    assert '"rig"' not in told
    share(pair.there, "front", by=HUMAN)
    assert links(pair.there, it) == []
    change(pair.there, it, title="Changed there")
    pair.meet()
    assert links(pair.here, it) == [(outside, "blocks")]
    assert titles(pair.here)[it] == "Changed there"


def test_beads_that_drew_one_id_are_told_apart_beyond_the_rig(pair: Pair) -> None:
    theirs = bead(pair.there, "Theirs, older", "issue-7", rig="front")
    share(pair.there, "front", by=HUMAN)
    bead(pair.here, "Ours, of another rig", "issue-7", rig="api")
    share(pair.here, "web", by=HUMAN)
    assert titles(pair.here)[theirs] == "Theirs, older"
    assert sorted(map(str, titles(pair.here).values())) == ["Ours, of another rig", "Theirs, older"]


def test_a_bead_that_was_moved_to_another_rig_stays_there(pair: Pair) -> None:
    it = bead(pair.here, "Moves", rig="web")
    share(pair.here, "web", by=HUMAN)
    share(pair.there, "front", by=HUMAN)
    with pair.here.ledger.transaction() as ledger:
        ledger.define(
            "UPDATE beads SET rig = 'api', updated_at = '2026-11-20T12:00:00.000Z' WHERE rig = 'web'"
        )
    change(pair.there, it, title="Still known there")
    pair.meet()
    assert (beads(pair.here)[it]["rig"], beads(pair.there)[it]["rig"]) == ("api", "front")


def test_what_is_on_a_hook_here_stays_there(pair: Pair) -> None:
    it = bead(pair.here, "Work", rig="web")
    share(pair.here, "web", by=HUMAN)
    share(pair.there, "front", by=HUMAN)
    sling(pair.here, it, "web/polecats/Toast", by=HUMAN)
    close(pair.there, [it], by=HUMAN)
    pair.meet()
    assert bead_rows.get(pair.here.ledger, it).status == "hooked"
    assert beads(pair.there)[it]["status"] == "in_progress"


def test_a_checked_out_repository_can_carry_them(tmp_path: Path) -> None:
    work = a_repository(tmp_path / "work", {"README": "hello"})
    (tmp_path / "t").mkdir()
    town = a_town(tmp_path / "t", ())
    add_rig(town, "web", str(work), prefix="we", no_gate=True)
    it = bead(town, "Ours")
    share(town, "web", by=HUMAN)
    assert it in git("grep", "-h", it, REF, cwd=work)
    assert git("status", "--porcelain", cwd=work) == ""


def test_unsharing_keeps_what_is_there_and_says_how_to_remove_it(pair: Pair) -> None:
    bead(pair.here, "Ours", rig="web")
    share(pair.here, "web", by=HUMAN)
    text = (pair.here.root / "web" / rig_files.FILE_NAME).read_text(encoding="utf-8")
    done = unshare(pair.here, "web", by=HUMAN)
    assert not pair.here.rig("web").share_ledger
    assert (pair.here.root / "web" / rig_files.FILE_NAME).read_text(encoding="utf-8") == text.replace(
        "share_ledger = true\n", ""
    )
    with pytest.raises(Refused):
        push(pair.here, by=HUMAN)
    assert git("rev-parse", REF, cwd=Path(pair.code))
    git(*done.remove.removeprefix("git ").split(), cwd=pair.here.root / "web" / "repo.git")
    assert git("for-each-ref", REF, cwd=Path(pair.code)) == ""


def test_sharing_is_for_people(pair: Pair) -> None:
    agent = Caller("web/polecats/Toast", 1, 1)
    with pytest.raises(Refused, match="for people"):
        share(pair.here, "web", by=agent)
    with pytest.raises(Refused, match="for people"):
        unshare(pair.here, "web", by=agent)


def test_one_remote_that_is_gone_does_not_keep_the_others_away(pair: Pair, tmp_path: Path) -> None:
    bead(pair.here, "Ours", rig="web")
    share(pair.here, "web", by=HUMAN)
    git("init", "-q", "--bare", str(tmp_path / "hub.git"), cwd=tmp_path)
    push(pair.here, str(tmp_path / "hub.git"), by=HUMAN)
    (tmp_path / "hub.git").rename(tmp_path / "gone.git")
    whole, rig = pull(pair.here, by=HUMAN)
    assert whole.failed is not None
    assert rig.failed is None


# a town out of a history


def installed(folder: Path, url: str, **wishes: object) -> tuple[Town, InstalledFrom]:
    made = install_from(folder, url, agent="scripted", name=None, rig=RigWishes(**wishes))  # type: ignore[arg-type]
    return Town(made.root), made


def test_a_town_comes_with_the_code(pair: Pair, tmp_path: Path) -> None:
    it = bead(pair.here, "Ours", rig="web")
    share(pair.here, "web", by=HUMAN)
    town, made = installed(tmp_path / "new", pair.code, no_gate=True)
    assert (made.rig, made.beads) == ("code", 1)
    assert town.rig("code").prefix == "we"  # as its beads begin
    assert town.rig("code").share_ledger
    assert beads(town)[it]["rig"] == "code"
    again, made = installed(tmp_path / "new", pair.code, no_gate=True)
    assert (titles(again), made.beads) == (titles(town), 0)


def test_without_a_gate_nothing_is_added_until_one_is_named(pair: Pair, tmp_path: Path) -> None:
    bead(pair.here, "Ours", rig="web")
    share(pair.here, "web", by=HUMAN)
    with pytest.raises(Refused, match="no gate was named"):
        installed(tmp_path / "new", pair.code)
    town, _ = installed(tmp_path / "new", pair.code, gate="true", name="web")
    assert town.rig("web").gate == "true"


def test_a_whole_town_moves_to_another_computer(pair: Pair, tmp_path: Path) -> None:
    it, other = bead(pair.here, "Work", rig="web"), bead(pair.here, "More", rig="api")
    depend(pair.here, other, it, by=HUMAN)
    sling(pair.here, it, "web/polecats/Toast", by=HUMAN)
    hub = str(tmp_path / "hub.git")
    git("init", "-q", "--bare", hub, cwd=tmp_path)
    push(pair.here, hub, by=HUMAN)
    town, made = installed(tmp_path / "new", hub)
    assert made.rig is None
    assert [(rig.name, rig.prefix) for rig in made.rigs] == [("api", "ap"), ("web", "we")]
    assert titles(town) == titles(pair.here)
    assert bead_rows.get(town.ledger, it).status == "hooked"
    assert [row["hook_bead"] for row in town.ledger.rows("agents", "all")] == [it]
    assert town.settings.ledger_remote == hub
    (pulled,) = pull(town, by=HUMAN)
    assert pulled.added == 0
    new = bead(pair.here, "Later", rig="web")
    push(pair.here, hub, by=HUMAN)
    pull(town, by=HUMAN)
    assert titles(town)[new] == "Later"


def test_a_town_with_beads_is_not_overwritten(pair: Pair, tmp_path: Path) -> None:
    bead(pair.here, "Work", rig="web")
    hub = str(tmp_path / "hub.git")
    git("init", "-q", "--bare", hub, cwd=tmp_path)
    push(pair.here, hub, by=HUMAN)
    bead(pair.there, "Mine", rig="front")
    with pytest.raises(Refused, match="beads of its own") as refused:
        install_from(pair.there.root, hub, agent="scripted", name=None, rig=RigWishes())
    assert refused.value.hint.startswith("gt ledger pull")


def test_of_several_towns_the_named_one_comes(pair: Pair, tmp_path: Path) -> None:
    for town, name in ((pair.here, "alpha"), (pair.there, "beta")):
        file = town.root / "town.toml"
        file.write_text(file.read_text().replace('name = "town"', f'name = "{name}"'))
        bead(town, f"Of {name}", rig="api")
    hub = str(tmp_path / "hub.git")
    git("init", "-q", "--bare", hub, cwd=tmp_path)
    for town in (pair.here, pair.there):
        pull(town, hub, by=HUMAN)
        push(town, hub, by=HUMAN)
    with pytest.raises(Refused, match="several towns: alpha, beta"):
        installed(tmp_path / "new", hub)
    assert not (tmp_path / "new").exists()
    made = install_from(tmp_path / "new", hub, agent="scripted", name="beta", rig=RigWishes())
    assert Town(made.root).settings.name == "beta"
    assert made.beads == 2


def test_what_holds_no_history_is_refused_and_makes_nothing(code: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="holds no history of Gas Town"):
        installed(tmp_path / "new", code)
    assert not (tmp_path / "new").exists()
