"""Crew: added with a worktree of their own, slung at, and let go with all that they have."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gastown.domain.roles import Capability
from gastown.errors import GastownError, Invalid, NotFound, Refused
from gastown.ledger import agents, events
from gastown.operations.town.crew import CrewAdded, add_crew, remove_crew
from gastown.operations.work.create import create
from gastown.operations.work.sling import sling
from gastown.operations.work.unsling import unsling
from tests.component.crew_town import CrewTown
from tests.component.git_rig import commit
from tests.component.test_nuke import an_agent
from tests.support import git
from tests.towns import HUMAN

ANN = "web/crew/ann"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[CrewTown]:
    with CrewTown(tmp_path) as made:
        yield made


def ann(place: CrewTown) -> CrewAdded:
    """Ann of web."""
    return add_crew(place.town, "ann", rig="web", by=HUMAN)


def test_a_crew_member_has_a_worktree_on_a_branch_of_its_own(place: CrewTown) -> None:
    added = ann(place)
    assert (added.agent, added.folder, added.already) == (ANN, place.root / "web" / "crew" / "ann", False)
    assert git("branch", "--show-current", cwd=added.folder) == "crew-ann/home"
    assert (added.folder / "README.md").exists()


def test_added_again_nothing_changes(place: CrewTown) -> None:
    folder = ann(place).folder
    made = commit(folder, "notes.md", "mine")
    (folder / "draft").write_text("unsaved\n")
    count = events.newest_seq(place.town.ledger)
    assert ann(place).already
    assert git("rev-parse", "HEAD", cwd=folder) == made
    assert (folder / "draft").read_text() == "unsaved\n"
    assert events.newest_seq(place.town.ledger) == count


def test_an_add_that_was_cut_off_makes_the_worktree_with_the_next_call(place: CrewTown) -> None:
    repository = place.rig.repository.path
    away = repository.rename(repository.with_name("away"))
    with pytest.raises(GastownError):
        ann(place)
    away.rename(repository)
    assert ann(place).folder.exists()


@pytest.mark.parametrize(
    "name, rig, said",
    [
        ("Toast", "web", "web/polecats/Toast is called so already"),
        ("toast", "web", "web/polecats/Toast is called so already"),
        ("mayor", "web", "cannot name a crew member"),
        ("..", "web", "cannot name a crew member"),
        ("ann", None, "crew of which rig?"),
        ("api/ann", "web", "api/ann is not of web"),
    ],
)
def test_a_name_that_will_not_do_is_refused(
    place: CrewTown, monkeypatch: pytest.MonkeyPatch, name: str, rig: str | None, said: str
) -> None:
    monkeypatch.chdir(place.root)
    sling(place.town, "Mend the door", "web/Toast", by=HUMAN)
    with pytest.raises(Invalid, match=said):
        add_crew(place.town, name, rig=rig, by=HUMAN)
    assert [agent.role for agent in agents.all_agents(place.town.ledger)] == ["polecat"]


def test_an_unknown_rig_is_not_found(place: CrewTown) -> None:
    with pytest.raises(NotFound, match="there is no rig 'nope'"):
        add_crew(place.town, "nope/ann", by=HUMAN)


def test_new_polecats_do_not_take_the_name_of_crew(place: CrewTown) -> None:
    add_crew(place.town, "toast", rig="web", by=HUMAN)
    assert sling(place.town, "Mend the door", "web", by=HUMAN).agent == "web/polecats/Shadow"


def test_agents_add_crew_only_where_their_role_may_start_sessions(place: CrewTown) -> None:
    assert Capability.SESSIONS
    with pytest.raises(Refused, match="a polecat may not add crew"):
        add_crew(place.town, "ann", rig="web", by=an_agent(place, "web/polecats/Toast"))
    assert not add_crew(place.town, "ann", rig="web", by=an_agent(place, "mayor")).already


# slinging at them


def test_work_slung_at_crew_is_on_its_hook(place: CrewTown) -> None:
    ann(place)
    for target in ("ann", "crew/ann", "web/ann", "we-crew-ann"):
        slung = sling(place.town, f"Work for {target}", target, by=HUMAN)
        assert slung.agent == ANN
        unsling(place.town, ANN, by=HUMAN)


def test_unsaved_work_of_a_person_is_told_and_nothing_is_slung(place: CrewTown) -> None:
    folder = ann(place).folder
    (folder / "draft").write_text("mine\n")
    bead = create(place.town, "Mend the door", by=HUMAN, rig="web").id
    with pytest.raises(
        Refused, match=r"web/crew/ann has work that is not committed: 1 untracked \(draft\)"
    ) as refused:
        sling(place.town, bead, "crew/ann", by=HUMAN)
    assert refused.value.hint == (
        f"commit it in {folder}\ngt sling --restart {bead} {ANN} sets it aside under refs/gastown/rescue first"
    )
    assert agents.open_assignment(place.town.ledger, ANN) is None
    assert sling(place.town, bead, "crew/ann", restart=True, by=HUMAN).agent == ANN
    assert (folder / "draft").exists()


def test_what_the_same_work_left_there_is_in_nobodys_way(place: CrewTown) -> None:
    ann(place)
    folder = place.at_work(ANN)
    (folder / "draft").write_text("mine\n")
    taken = unsling(place.town, ANN, by=HUMAN)
    assert taken.unsaved == "1 untracked (draft)"
    assert sling(place.town, taken.bead, "ann", by=HUMAN).agent == ANN


# leaving


def test_it_leaves_with_its_folder_moved_aside_whole(place: CrewTown) -> None:
    folder = ann(place).folder
    made = commit(folder, "door.txt", "mended")
    (folder / "app.log").write_text("ignored by git, dear to Ann\n")
    place.session(ANN)
    gone = remove_crew(place.town, ANN, by=HUMAN)
    assert (gone.session, folder.exists()) == ("we-crew-ann", False)
    (aside,) = map(Path, gone.kept)
    assert (aside / "app.log").read_text() == "ignored by git, dear to Ann\n"
    assert git("rev-parse", "crew-ann/home", cwd=place.rig.repository.path) == made
    assert git("rev-parse", "HEAD", cwd=aside) == made
    assert remove_crew(place.town, ANN, by=HUMAN).already
    back = ann(place)
    assert (back.already, git("rev-parse", "HEAD", cwd=back.folder)) == (False, made)


def test_work_and_unsaved_files_keep_it_unless_forced_and_then_nothing_is_lost(place: CrewTown) -> None:
    ann(place)
    folder = place.at_work(ANN)
    with pytest.raises(Refused, match=f"{ANN} works on "):
        remove_crew(place.town, ANN, by=HUMAN)
    unsling(place.town, ANN, by=HUMAN)
    (folder / "draft").write_text("mine\n")
    with pytest.raises(Refused, match=r"not committed: 1 untracked \(draft\)"):
        remove_crew(place.town, ANN, by=HUMAN)
    gone = remove_crew(place.town, ANN, force=True, by=HUMAN)
    refs, folders = (
        [k for k in gone.kept if k.startswith("refs/")],
        [k for k in gone.kept if k.startswith("/")],
    )
    assert git("show", f"{refs[0]}:draft", cwd=place.rig.repository.path) == "mine"
    assert (Path(folders[0]) / "draft").read_text() == "mine\n"
    assert gone.again == "gt crew add ann --rig web"


def test_who_left_is_slung_at_no_more_until_it_is_added_again(place: CrewTown) -> None:
    ann(place)
    remove_crew(place.town, ANN, by=HUMAN)
    with pytest.raises(NotFound, match="web/crew/ann was removed") as missing:
        sling(place.town, "Mend the door", "web/crew/ann", by=HUMAN)
    assert missing.value.hint == "gt crew add ann --rig web"


def test_a_polecat_is_no_crew(place: CrewTown) -> None:
    with pytest.raises(Refused, match="is no crew"):
        remove_crew(place.town, "web/polecats/Toast", by=HUMAN)
