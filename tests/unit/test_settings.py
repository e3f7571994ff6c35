import shutil
import tomllib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gastown.domain.runtime import Permission
from gastown.errors import Invalid, NotFound, Unavailable
from gastown.settings import rig as rigs
from gastown.settings import roles
from gastown.settings import town as towns
from gastown.settings.reading import read_tables, toml_text
from tests.towns import TOWN, a_rig, write_rig

RIG = '[rig]\nurl = "u"\nprefix = "we"\ntarget = "main"\n'


def rig(tmp_path: Path, text: str) -> rigs.RigSettings:
    """The settings of the rig `web` with that text in its rig.toml."""
    folder = tmp_path / "web"
    folder.mkdir(exist_ok=True)
    (folder / rigs.FILE_NAME).write_text(text, encoding="utf-8")
    return rigs.read(folder)


def town(tmp_path: Path, text: str) -> towns.TownSettings:
    """The settings of a town with that text in its town.toml."""
    (tmp_path / towns.FILE_NAME).write_text(text, encoding="utf-8")
    return towns.read(tmp_path)


# reading

BAD_FILES = {
    "broken": ("[rig", "Expected"),
    "a text where a table belongs": ('rig = "web"', "rig is not a table"),
    "a missing key": ('[rig]\nprefix = "we"', "rig.url is missing"),
    "an empty text": ('[rig]\nurl = ""', "rig.url is missing"),
    "a number where a text belongs": ("[rig]\nurl = 5", "rig.url is 5, not a text"),
    "a text where a number belongs": (
        RIG + '[gate]\nminutes = "5"',
        "gate.minutes is '5', not a whole number",
    ),
    "a fraction": (RIG + "[gate]\nminutes = 1.5", "gate.minutes is 1.5, not a whole number"),
    "a truth where a number belongs": (RIG + "[gate]\nminutes = true", "not a whole number"),
    "a number where a truth belongs": (
        RIG + "[gate]\nnone = 1",
        "gate.none is 1, not true or false",
    ),
    "a list of more than texts": (
        RIG + '[agents]\nnames = ["Ada", 5]',
        "agents.names is not a list of texts",
    ),
    "an unknown permission": (
        RIG + '[agents]\npermissions = "all"',
        "agents.permissions is none of ask, edits, unattended",
    ),
    "no time": (RIG + "[gate]\nminutes = 0", "gate.minutes is 0"),
    "less than no time": (RIG + "[gate]\nseconds = -5", "seconds -5"),
    "more time than there is": (RIG + f"[gate]\nminutes = {10**30}", "longer than a week"),
    "a prefix that is none": (RIG.replace("we", "We!"), "'We!' cannot be a prefix"),
    "a prefix of the town's own": (RIG.replace("we", "hq"), "'hq' cannot be a prefix"),
    "a polecat that would climb out": (RIG + '[agents]\nnames = ["../.."]', "cannot name a polecat"),
    "a polecat with the name of a role": (
        RIG + '[agents]\nnames = ["refinery"]',
        "cannot name a polecat",
    ),
}


@pytest.mark.parametrize("text, message", BAD_FILES.values(), ids=BAD_FILES)
def test_a_mistake_is_named_with_its_file_and_key(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(Invalid) as mistake:
        rig(tmp_path, text)
    assert message in mistake.value.message
    assert mistake.value.message.count(str(tmp_path / "web" / "rig.toml")) == 1
    assert mistake.value.hint


def test_a_file_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"town\.toml is missing"):
        towns.read(tmp_path)


def test_a_file_that_cannot_be_read_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "town.toml").mkdir()
    with pytest.raises(Unavailable, match="cannot be read"):
        towns.read(tmp_path)


def test_bytes_that_are_no_text_are_invalid(tmp_path: Path) -> None:
    (tmp_path / "town.toml").write_bytes(b'[town]\nname = "\xff"')
    with pytest.raises(Invalid, match=r"town\.toml: 'utf-8' codec"):
        towns.read(tmp_path)


def test_the_mark_that_some_editors_put_first_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "town.toml").write_bytes(b'\xef\xbb\xbf[town]\nname = "caf\xc3\xa9"')
    assert towns.read(tmp_path).name == "café"


@given(st.text(st.characters(exclude_categories=["Cs"], max_codepoint=0x1FFFF), max_size=30))
def test_any_text_is_written_so_that_toml_reads_it_back(text: str) -> None:
    assert tomllib.loads(f"a = {toml_text(text)}") == {"a": text}


def test_half_a_character_is_not_written() -> None:
    with pytest.raises(Invalid, match="no text"):
        toml_text("x\udcff")


def test_a_table_that_is_missing_is_empty(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("")
    assert read_tables(tmp_path / "x.toml").table("any").texts("list") == ()


# the town


def test_an_empty_town_file_means_the_defaults(tmp_path: Path) -> None:
    settings = town(tmp_path, "")
    assert settings.name == tmp_path.name
    assert (settings.runtime, settings.max_polecats, settings.scripted_allowed) == ("claude", 4, False)


TOWNS = {
    "as tests use it": TOWN,
    "a real one": replace(TOWN, runtime="claude", model="opus", scripted_allowed=False, max_polecats=12),
    "with quotes in its names": replace(TOWN, name='O"Brien\\', owner="# none\n", email="a@b"),
    "with an environment": replace(TOWN, environment=("NIX_*", "FOO")),
}


@pytest.mark.parametrize("settings", TOWNS.values(), ids=TOWNS)
def test_what_is_written_of_a_town_reads_the_same(tmp_path: Path, settings: towns.TownSettings) -> None:
    assert town(tmp_path, towns.written(settings)) == settings


def test_a_town_without_any_session_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"scheduler\.max_polecats is 0"):
        town(tmp_path, "[scheduler]\nmax_polecats = 0")


# finding it


@pytest.fixture
def somewhere(tmp_path: Path) -> Path:
    """A folder deep inside a town."""
    town(tmp_path / "", towns.written(TOWN))
    folder = tmp_path / "web" / "polecats" / "Toast"
    folder.mkdir(parents=True)
    return folder


def test_a_town_is_found_from_any_folder_in_it(somewhere: Path, tmp_path: Path) -> None:
    assert towns.find(somewhere) == tmp_path
    assert towns.find(tmp_path) == tmp_path


def test_a_town_is_found_from_a_folder_named_in_short(
    somewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(somewhere)
    assert towns.find(Path()) == tmp_path


def test_the_town_that_is_named_counts_before_the_folder(
    somewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    town(other, "")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GT_TOWN", "other")
    assert towns.find(somewhere) == other


def test_a_named_town_that_is_none_is_not_replaced_by_another(
    somewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GT_TOWN", "/nowhere")
    with pytest.raises(NotFound, match="GT_TOWN is /nowhere, but no town is there"):
        towns.find(somewhere)


def test_outside_a_town_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no town here") as missing:
        towns.find(tmp_path)
    assert "gt install" in missing.value.hint


# rigs

RIGS = {
    "as it is added": a_rig(),
    "without a gate": replace(a_rig(), gate="", no_gate=True),
    "with a gate of seconds": replace(a_rig(), gate_limit=timedelta(seconds=90)),
    "with every kind of quote": replace(a_rig(), gate="sh -c 'x \"y\" \\z' # not a comment"),
    "parked": replace(a_rig(), parked='the "move"'),
    "with names of its own": replace(a_rig(), names=("Ada", "Grace")),
    "trusted and unattended": replace(a_rig(), trust=True, permissions=Permission.UNATTENDED),
}


@pytest.mark.parametrize("settings", RIGS.values(), ids=RIGS)
def test_what_is_written_of_a_rig_reads_the_same(tmp_path: Path, settings: rigs.RigSettings) -> None:
    assert rig(tmp_path, rigs.written(settings)) == settings


def test_a_rig_that_says_little_is_careful(tmp_path: Path) -> None:
    settings = rig(tmp_path, RIG)
    assert (settings.gate, settings.no_gate, settings.trust) == ("", False, False)
    assert (settings.permissions, settings.gate_limit) == (Permission.ASK, timedelta(minutes=30))


def test_a_broken_rig_does_not_hide_the_others(tmp_path: Path) -> None:
    write_rig(tmp_path / "api", a_rig("api", "ap"))
    write_rig(tmp_path / "web", a_rig("web", "we"))
    (tmp_path / "api" / rigs.FILE_NAME).write_text("[rig")
    (tmp_path / "logs").mkdir()
    sound, broken = rigs.all_in(tmp_path)
    assert list(sound) == ["web"]
    assert list(broken) == ["api"]
    assert rigs.one_of(tmp_path, "web") == sound["web"]
    with pytest.raises(Invalid, match=r"api/rig\.toml"):
        rigs.one_of(tmp_path, "api")
    with pytest.raises(NotFound, match=r"there is no rig 'nope' here \(rigs: web\)"):
        rigs.one_of(tmp_path, "nope")


def test_two_rigs_with_one_prefix_would_share_sessions_so_the_second_is_broken(tmp_path: Path) -> None:
    write_rig(tmp_path / "api", a_rig("api", "we"))
    write_rig(tmp_path / "web", a_rig("web", "we"))
    sound, broken = rigs.all_in(tmp_path)
    assert (list(sound), list(broken)) == (["api"], ["web"])
    assert "rig.prefix is 'we', as that of api" in broken["web"].message


def test_of_a_rig_and_its_copy_the_older_one_goes_on(tmp_path: Path) -> None:
    write_rig(tmp_path / "web", a_rig())
    (tmp_path / "web" / "repo.git" / "hooks").mkdir(parents=True)
    settled = (tmp_path / "web" / "repo.git" / "hooks").stat().st_ctime
    copied = tmp_path / "old-web" / "repo.git"
    while not copied.exists() or copied.joinpath("hooks").stat().st_ctime == settled:
        shutil.rmtree(tmp_path / "old-web", ignore_errors=True)
        shutil.copytree(tmp_path / "web", tmp_path / "old-web")
    (tmp_path / "web" / "repo.git" / "packed-refs").touch()
    sound, broken = rigs.all_in(tmp_path)
    assert (list(sound), list(broken)) == (["web"], ["old-web"])
    assert "as that of web, the older" in broken["old-web"].message


def test_a_rig_that_is_half_made_is_none_yet(tmp_path: Path) -> None:
    write_rig(tmp_path / ".web-x7k2m", a_rig())
    assert rigs.all_in(tmp_path) == ({}, {})


@pytest.mark.parametrize("name", ["My-Rig", "run", "2nd"])
def test_a_folder_that_no_rig_may_be_called_is_named_as_a_mistake(tmp_path: Path, name: str) -> None:
    write_rig(tmp_path / name, a_rig())
    sound, broken = rigs.all_in(tmp_path)
    assert not sound
    assert "cannot name a rig" in broken[name].message


# roles


def test_the_shipped_role_can_be_read(tmp_path: Path) -> None:
    role = roles.read("polecat", town=tmp_path)
    assert "gt done" in role.prompt
    assert "gt prime" in role.first_words


def test_an_unknown_role_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        roles.read("conductor", town=tmp_path)


# places


def test_every_address_has_files_of_its_own(tmp_path: Path) -> None:
    places = towns.Places(tmp_path)
    assert places.lock("web/polecats/Toast") == tmp_path / "run" / "locks" / "web.polecats.Toast.lock"
    assert places.agent("web/polecats/Toast") == tmp_path / "run" / "agents" / "web.polecats.Toast"
    locks = {places.supervisor_lock, places.queue_lock("web"), places.lock("web/polecats/Toast")}
    assert len(locks) == 3
