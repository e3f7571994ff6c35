"""The wheel holds what the checkout holds, and the installation finds its assets."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from gastown import assets
from gastown.errors import NotFound

ROOT = Path(__file__).resolve().parents[2]


def build_wheel(into: Path) -> Path:
    """Build the wheel of this checkout with what is installed: nothing is fetched."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(into)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=True,
    )
    (wheel,) = into.glob("*.whl")
    return wheel


def files_below(folder: Path) -> set[Path]:
    """List the files of `folder` that people wrote."""
    return {file for file in folder.rglob("*") if file.is_file() and not _is_litter(file)}


def _is_litter(file: Path) -> bool:
    return file.suffix == ".pyc" or any(part.startswith(".") for part in file.relative_to(ROOT).parts)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    with ZipFile(build_wheel(tmp_path_factory.mktemp("wheel"))) as wheel:
        return set(wheel.namelist())


def test_the_wheel_holds_every_file_of_the_package(shipped: set[str]) -> None:
    written = {str(file.relative_to(ROOT)) for file in files_below(ROOT / "gastown")}
    assert any(name.endswith(".sql") for name in written)
    assert written <= shipped


@pytest.mark.parametrize("kind", assets.KINDS)
def test_the_wheel_holds_every_role_prompt_and_formula(shipped: set[str], kind: str) -> None:
    written = {f"gastown/_data/{file.relative_to(ROOT)}" for file in files_below(ROOT / kind)}
    assert written <= shipped


def test_the_wheel_holds_the_license_and_no_tests(shipped: set[str]) -> None:
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in shipped)
    assert {name.partition("/")[0].partition("-")[0] for name in shipped} == {"gastown"}
    assert not [name for name in shipped if "test" in name]


@pytest.mark.parametrize("kind", assets.KINDS)
def test_a_checkout_reads_its_own_assets(kind: str) -> None:
    home = ROOT / "gastown" if kind in assets.OURS else ROOT
    assert assets.names(kind)
    for name in assets.names(kind):
        assert assets.path(kind, name) == home / kind / name
        assert assets.read(kind, name) == (home / kind / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["nobody.toml", "../pyproject.toml", "", "."])
def test_a_missing_asset_is_not_found_and_the_hint_lists_what_there_is(name: str) -> None:
    with pytest.raises(NotFound) as caught:
        assets.path("roles", name)
    assert caught.value.hint == f"there are: {', '.join(assets.names('roles')) or 'none'}"


def test_an_unknown_kind_of_asset_is_not_found() -> None:
    with pytest.raises(NotFound, match="no such kind"):
        assets.read("tests", "conftest.py")
