import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gastown.domain.identity import (
    POLECAT_NAMES,
    RESERVED_PREFIXES,
    Address,
    check_polecat_name,
    check_prefix,
    check_rig_name,
    parse_address,
    polecat,
    propose_prefix,
    session_name,
)
from gastown.errors import Invalid

TOAST = polecat("web", "Toast")


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


@pytest.mark.parametrize("text", ["", "Toast", "web/Toast", "web/polecats/", "Web/polecats/Toast", "a/b/c"])
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
