import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gastown.domain.identity import Address, parse_address, polecat
from gastown.domain.roles import Scope
from gastown.domain.targets import AnyOf, Kind, Known, Named, Target, parse_target, role_words
from gastown.errors import GastownError, Invalid, NotFound

TOAST = polecat("web", "Toast")
ANN, BOB = Address("crew", "web", "ann"), Address("crew", "api", "bob")
REX, BELLO = Address("dog", None, "rex"), Address("dog", None, "bello")
IN_TOWN = {
    "mayor": Kind(Scope.TOWN, many=False),
    "deacon": Kind(Scope.TOWN, many=False),
    "dog": Kind(Scope.TOWN, many=True, names=("rex", "bello")),
}
IN_RIG = {
    "witness": Kind(Scope.RIG, many=False),
    "refinery": Kind(Scope.RIG, many=False),
    "polecat": Kind(Scope.RIG, many=True),
    "crew": Kind(Scope.RIG, many=True),
}
KNOWN = Known(
    rigs={"web": "we", "api": "ap"},
    agents=(
        *("web/polecats/Toast", "api/polecats/Shadow", "web/polecats/Rust", "api/polecats/Rust"),
        *("web/crew/ann", "api/crew/bob", "deacon/dogs/rex"),
    ),
    removed=frozenset({"web/polecats/Ash", "web/crew/eve"}),
    kinds={
        None: IN_TOWN,
        "web": {**IN_TOWN, **IN_RIG, "reviewer": Kind(Scope.RIG, many=True, names=("Iris",))},
        "api": {**IN_TOWN, **IN_RIG},
    },
)


def target(text: str | None, bead_rig: str | None = "web") -> Target:
    """Where work for a bead of that rig goes, in a town with two rigs."""
    return parse_target(text, bead_rig=bead_rig, known=KNOWN)


def one(role: str, rig: str | None = None) -> Named:
    """The only agent of a role."""
    return Named(Address(role, rig, role))


FORMS: dict[str, tuple[str | None, str | None, Target]] = {
    "nothing: the bead's rig": (None, "web", AnyOf("web")),
    "an empty word: the bead's rig": ("", "api", AnyOf("api")),
    "a rig": ("api", "api", AnyOf("api")),
    "a rig, for a bead of none": ("api", None, AnyOf("api")),
    "a full address": ("web/polecats/Toast", "web", Named(TOAST)),
    "a full address, for a bead of no rig": ("web/polecats/Toast", None, Named(TOAST)),
    "a full address of somebody new": ("web/polecats/Nova", "web", Named(polecat("web", "Nova"))),
    "as people say it": ("web/Toast", "web", Named(TOAST)),
    "as people say somebody new": ("web/Nova", "web", Named(polecat("web", "Nova"))),
    "polecat and a name": ("polecat/Toast", "web", Named(TOAST)),
    "polecats and a name": ("polecats/Toast", "web", Named(TOAST)),
    "polecat and a new name": ("polecat/Nova", "api", Named(polecat("api", "Nova"))),
    "polecat and a name, for a bead of no rig": ("polecat/Toast", None, Named(TOAST)),
    "a name": ("Toast", "web", Named(TOAST)),
    "a new name": ("Nova", "api", Named(polecat("api", "Nova"))),
    "a name that only another rig knows": ("Shadow", "web", Named(polecat("web", "Shadow"))),
    "a name, for a bead of no rig": ("Shadow", None, Named(polecat("api", "Shadow"))),
    "a known name in other case": ("toast", "web", Named(TOAST)),
    "a known address in other case": ("web/polecats/TOAST", None, Named(TOAST)),
    "a known name in other case, for a bead of no rig": ("shadow", None, Named(polecat("api", "Shadow"))),
    "a polecat that was removed: it comes back": ("Ash", "web", Named(polecat("web", "Ash"))),
    "a polecat that was removed, in other case": ("web/polecats/ash", None, Named(polecat("web", "Ash"))),
    "a polecat's session": ("we-Toast", None, Named(TOAST)),
    "crew, in full": ("web/crew/ann", "web", Named(ANN)),
    "crew, in full and in other case": ("web/crew/Ann", None, Named(ANN)),
    "crew, in short": ("crew/ann", "web", Named(ANN)),
    "crew, in short, for a bead of no rig": ("crew/bob", None, Named(BOB)),
    "crew, as people say it": ("web/ann", "api", Named(ANN)),
    "crew, by its name": ("ann", "web", Named(ANN)),
    "crew, by its name, for a bead of no rig": ("bob", None, Named(BOB)),
    "crew of another rig is not meant by its name": ("bob", "web", Named(polecat("web", "bob"))),
    "crew, by its session": ("we-crew-ann", "api", Named(ANN)),
    "the mayor": ("mayor", "web", one("mayor")),
    "the mayor, by its session": ("hq-mayor", "web", one("mayor")),
    "the deacon": ("deacon", None, one("deacon")),
    "a rig's refinery": ("web/refinery", "web", one("refinery", "web")),
    "a rig's witness": ("web/witness", "api", one("witness", "web")),
    "a witness, by its session": ("ap-witness", "web", one("witness", "api")),
    "the refinery of the bead's rig": ("refinery", "web", one("refinery", "web")),
    "a dog, in full": ("deacon/dogs/rex", "web", Named(REX)),
    "a dog, in short": ("dog/rex", "web", Named(REX)),
    "a dog, by its name": ("rex", "web", Named(REX)),
    "a dog, by its session": ("hq-dog-rex", None, Named(REX)),
    "a dog that has a name for use": ("dog/bello", None, Named(BELLO)),
    "an agent of a role that a rig added": ("web/reviewers/Iris", None, Named(Address("reviewer", "web", "Iris"))),
}  # fmt: skip


@pytest.mark.parametrize("text, bead_rig, meant", FORMS.values(), ids=FORMS)
def test_a_target_is_understood(text: str | None, bead_rig: str | None, meant: Target) -> None:
    assert target(text, bead_rig) == meant


BAD_TARGETS: dict[str, tuple[str | None, str | None, str]] = {
    "nothing, for a bead of no rig": (None, None, "a target is needed"),
    "an unknown rig": ("nope/polecats/Toast", "web", "there is no rig 'nope'"),
    "an unknown rig, in short": ("nope/Toast", "web", "there is no rig 'nope'"),
    "an unknown rig's refinery": ("nope/refinery", "web", "there is no rig 'nope'"),
    "a witness, for a bead of no rig": ("witness", None, "which rig's witness?"),
    "a name that two rigs know, for a bead of none": ("Rust", None, "which rig's Rust?"),
    "a name that nobody knows, for a bead of no rig": ("polecat/Nova", None, "which rig's Nova?"),
    "too many parts": ("web/polecats/Toast/extra", "web", "is no target here"),
    "an unknown group": ("web/cats/Toast", "web", "web has no 'cats'"),
    "a role of the town, in a rig": ("web/dogs/rex", "web", "web has no 'dogs'"),
    "a role of rigs, in the town": ("deacon/crew/ann", "web", "deacon has no 'crew'"),
    "a role that another rig added": ("api/reviewers/Iris", "web", "api has no 'reviewers'"),
    "an empty name": ("web/", "web", "cannot name a polecat"),
    "an empty rig": ("/Toast", "web", "there is no rig ''"),
    "a way out of the folder": ("web/polecats/..", "web", "cannot name a polecat"),
    "a way out among crew": ("web/crew/..", "web", "cannot name an agent of the role crew"),
    "a hidden way out": ("..", "web", "cannot name a polecat"),
    "an option": ("--force", "web", "cannot name a polecat"),
    "blanks": ("To ast", "web", "cannot name a polecat"),
    "a line end behind a good name": ("Toast\n", "web", "cannot name a polecat"),
    "what tmux reads as a window": ("Toast:1", "web", "cannot name a polecat"),
    "no ASCII": ("Tоast", "web", "cannot name a polecat"),  # noqa: RUF001 - a Cyrillic o
    "the human": ("overseer", "web", "cannot name a polecat"),
    "a role": ("web/polecats/refinery", "web", "cannot name a polecat"),
    "a role in other case": ("Crew", "web", "cannot name a polecat"),
    "33 letters": ("T" * 33, "web", "cannot name a polecat"),
    "a polecat with the name of crew": ("web/polecats/Ann", "web", "web/crew/ann is called ann already"),
}


@pytest.mark.parametrize("text, bead_rig, why", BAD_TARGETS.values(), ids=BAD_TARGETS)
def test_a_target_that_cannot_be_understood_is_refused_with_the_known_forms(
    text: str | None, bead_rig: str | None, why: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        target(text, bead_rig)
    assert why in refusal.value.message
    assert refusal.value.hint


MISSING: dict[str, tuple[str, str, str]] = {
    "crew that nobody added": ("crew/joe", "there is no web/crew/joe", "gt crew add joe --rig web"),
    "crew that left": ("web/crew/eve", "web/crew/eve was removed", "gt crew add eve --rig web"),
    "crew that left, in other case": ("crew/Eve", "web/crew/eve was removed", "gt crew add eve --rig web"),
    "a dog of another name": ("dog/fido", "there is no deacon/dogs/fido", "its names are rex, bello"),
}


@pytest.mark.parametrize("text, why, hint", MISSING.values(), ids=MISSING)
def test_whom_somebody_has_to_add_first_is_not_found(text: str, why: str, hint: str) -> None:
    with pytest.raises(NotFound) as failure:
        target(text)
    assert (failure.value.message, failure.value.hint) == (why, hint)


def test_a_name_that_two_agents_of_a_rig_bear_is_refused_with_both() -> None:
    both = Known(KNOWN.rigs, ("web/polecats/ann", "web/crew/ann"), kinds=KNOWN.kinds)
    with pytest.raises(Invalid, match=r"'ann' could be web/polecats/ann or web/crew/ann"):
        parse_target("ann", bead_rig="web", known=both)
    assert parse_target("crew/ann", bead_rig="web", known=both) == Named(ANN)


def test_where_one_rig_alone_has_such_a_role_it_needs_no_name() -> None:
    known = Known({"web": "we"}, kinds=KNOWN.kinds)
    assert parse_target("witness", bead_rig=None, known=known) == one("witness", "web")


def test_only_roles_that_the_text_speaks_of_have_to_be_known() -> None:
    assert role_words("web/dogs/rex") == {"polecat", "web", "dogs", "dog", "rex"}
    assert "mayor" in role_words("hq-mayor")


words = st.sampled_from([
    *("web", "api", "polecats", "polecat", "crew", "ann", "dogs", "Toast", "mayor", "deacon"),
    *("", "..", "é", "a b", "x\n"),
])  # fmt: skip


@given(st.lists(words, max_size=4).map("/".join), st.sampled_from(["web", None]))
def test_any_text_is_a_target_with_a_safe_name_or_no_target(text: str, bead_rig: str | None) -> None:
    try:
        meant = target(text, bead_rig)
    except GastownError:
        return
    match meant:
        case Named(address):
            assert address.rig in {*KNOWN.rigs, None}
            assert set(address.name) <= {*string.ascii_letters, *string.digits, "_", "-"}
            assert parse_address(str(address)) == address
        case AnyOf(rig):
            assert rig in KNOWN.rigs
