import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gastown.domain.identity import (
    POLECAT_NAMES,
    RESERVED_PREFIXES,
    Address,
    AnyOf,
    Named,
    NotYet,
    Target,
    check_polecat_name,
    check_prefix,
    check_rig_name,
    parse_address,
    parse_target,
    polecat,
    propose_prefix,
    session_name,
)
from gastown.errors import Invalid

RIGS = {"web": "we", "api": "ap"}
KNOWN = frozenset({"web/polecats/Toast", "api/polecats/Shadow", "web/polecats/Rust", "api/polecats/Rust"})
TOAST = polecat("web", "Toast")


def target(text: str | None, bead_rig: str | None = "web") -> Target:
    """Where work for a bead of that rig goes, in a town with two rigs and four polecats."""
    return parse_target(text, bead_rig=bead_rig, rigs=RIGS, polecats=KNOWN)


FORMS: dict[str, tuple[str | None, str | None, Target]] = {
    "nothing: the bead's rig": (None, "web", AnyOf("web")),
    "an empty word: the bead's rig": ("", "api", AnyOf("api")),
    "a rig": ("api", "api", AnyOf("api")),
    "a rig, for a bead of none": ("api", None, AnyOf("api")),
    "a full address": ("web/polecats/Toast", "web", Named(TOAST)),
    "a full address, for a bead of no rig": ("web/polecats/Toast", None, Named(TOAST)),
    "a full address of somebody new": ("web/polecats/Nova", "web", Named(polecat("web", "Nova"))),
    "as people say it": ("web/Toast", "web", Named(TOAST)),
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
    "crew, in full": ("web/crew/ann", "web", NotYet("crew")),
    "crew, in short": ("crew/ann", "web", NotYet("crew")),
    "the mayor": ("mayor", "web", NotYet("the mayor")),
    "the deacon": ("deacon", None, NotYet("the deacon")),
    "a rig's refinery": ("web/refinery", "web", NotYet("the refinery")),
    "a rig's witness": ("web/witness", "web", NotYet("the witness")),
    "a refinery": ("refinery", "web", NotYet("the refinery")),
}


@pytest.mark.parametrize("text, bead_rig, meant", FORMS.values(), ids=FORMS)
def test_a_target_is_understood(text: str | None, bead_rig: str | None, meant: Target) -> None:
    assert target(text, bead_rig) == meant


BAD_TARGETS: dict[str, tuple[str | None, str | None, str]] = {
    "nothing, for a bead of no rig": (None, None, "a target is needed"),
    "an unknown rig": ("nope/polecats/Toast", "web", "there is no rig 'nope'"),
    "an unknown rig, in short": ("nope/Toast", "web", "there is no rig 'nope'"),
    "an unknown rig's refinery": ("nope/refinery", "web", "there is no rig 'nope'"),
    "a name that two rigs know, for a bead of none": ("Rust", None, "which rig's Rust?"),
    "a name that nobody knows, for a bead of no rig": ("polecat/Nova", None, "which rig's Nova?"),
    "too many parts": ("web/polecats/Toast/extra", "web", "is no target here"),
    "an empty name": ("web/", "web", "cannot name a polecat"),
    "an empty rig": ("/Toast", "web", "there is no rig ''"),
    "a way out of the folder": ("web/polecats/..", "web", "cannot name a polecat"),
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
}


@pytest.mark.parametrize("text, bead_rig, why", BAD_TARGETS.values(), ids=BAD_TARGETS)
def test_a_target_that_cannot_be_understood_is_refused_with_the_known_forms(
    text: str | None, bead_rig: str | None, why: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        target(text, bead_rig)
    assert why in refusal.value.message
    assert refusal.value.hint


words = st.sampled_from(
    ["web", "api", "polecats", "polecat", "crew", "Toast", "mayor", "", "..", "é", "a b", "x\n"]
)


@given(st.lists(words, max_size=4).map("/".join), st.sampled_from(["web", None]))
def test_any_text_is_a_target_with_a_safe_name_or_invalid(text: str, bead_rig: str | None) -> None:
    try:
        meant = target(text, bead_rig)
    except Invalid:
        return
    match meant:
        case Named(address):
            assert address.rig in RIGS
            assert set(address.name) <= {*string.ascii_letters, *string.digits, "_", "-"}
            assert parse_address(str(address)) == address
        case AnyOf(rig):
            assert rig in RIGS
        case NotYet():
            pass


# addresses

ADDRESSES = {
    "mayor": Address("mayor", None, "mayor"),
    "deacon": Address("deacon", None, "deacon"),
    "overseer": Address("overseer", None, "overseer"),
    "web/polecats/Toast": TOAST,
    "web/crew/ann": Address("crew", "web", "ann"),
    "web/refinery": Address("refinery", "web", "refinery"),
    "web/witness": Address("witness", "web", "witness"),
}


@pytest.mark.parametrize("text, address", ADDRESSES.items(), ids=ADDRESSES)
def test_an_address_is_read_and_written_alike(text: str, address: Address) -> None:
    assert parse_address(text) == address
    assert str(address) == text


@pytest.mark.parametrize(
    "text", ["", "Toast", "web/Toast", "web/polecats/", "Web/polecats/Toast", "a/b/c"]
)
def test_anything_else_is_no_address(text: str) -> None:
    with pytest.raises(Invalid, match="no agent's address"):
        parse_address(text)


def test_people_say_rig_and_name() -> None:
    assert [address.short for address in ADDRESSES.values()] == [
        *("mayor", "deacon", "overseer", "web/Toast", "web/ann", "web/refinery", "web/witness")
    ]


# names


def test_every_shipped_polecat_name_may_be_borne_and_none_twice() -> None:
    assert [check_polecat_name(name) for name in POLECAT_NAMES] == list(POLECAT_NAMES)
    assert len({name.casefold() for name in POLECAT_NAMES}) == len(POLECAT_NAMES)


@pytest.mark.parametrize("name", ["web", "w", "my-site_2", "a" * 32])
def test_a_rig_may_bear_a_plain_name(name: str) -> None:
    assert check_rig_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *("", "Web", "2nd", "-x", "a b", "a/b", "..", "a.b", "web\n", "é", "a" * 33),
        *("polecat", "crew", "mayor", "refinery", "bin", "run", "logs", "roles", "overseer"),
    ],
)
def test_a_rig_may_not_bear_a_name_with_another_meaning(name: str) -> None:
    with pytest.raises(Invalid, match="cannot name a rig"):
        check_rig_name(name)


@pytest.mark.parametrize("prefix", ["", "We", "2x", "a-b", "toolonger", "we\n", *sorted(RESERVED_PREFIXES)])
def test_a_prefix_is_short_and_not_one_of_the_towns_own(prefix: str) -> None:
    with pytest.raises(Invalid, match="cannot be a prefix"):
        check_prefix(prefix)


def test_the_proposed_prefix_is_the_beginning_of_the_name() -> None:
    assert propose_prefix("web", frozenset()) == "we"
    assert propose_prefix("web", frozenset({"we"})) == "web"
    assert propose_prefix("web", frozenset({"we", "web"})) == "we2"
    assert propose_prefix("x", frozenset()) == "x2"
    assert propose_prefix("h-q", frozenset()) == "hq2"


@settings(max_examples=50)
@given(
    st.from_regex(r"[a-z][a-z0-9_-]{0,31}", fullmatch=True),
    st.sets(st.from_regex(r"[a-z]{1,3}", fullmatch=True)),
)
def test_a_proposed_prefix_is_good_and_free(name: str, taken: set[str]) -> None:
    prefix = propose_prefix(name, frozenset(taken))
    assert check_prefix(prefix) == prefix
    assert prefix not in taken


prefixes = st.sampled_from(["w", "we", "web", "we2", "w2e"])


@settings(max_examples=30)
@given(*[st.tuples(prefixes, st.sampled_from(POLECAT_NAMES))] * 2)
def test_two_agents_never_share_a_session_name(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert (session_name(*one) == session_name(*other)) == (one == other)
