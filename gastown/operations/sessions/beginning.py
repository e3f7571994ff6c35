"""How a session begins: with which conversation, and with which first words."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gastown.domain.assignments import Assignment, Incarnation
from gastown.domain.decide.conversation import Afresh, NewSession, PastSession, Resume, choose_conversation
from gastown.domain.roles import Role
from gastown.domain.runtime import Features, Runtime
from gastown.domain.supervised import RestartPolicy
from gastown.ledger import agents, conversations, incarnations
from gastown.town import Town

MEMORY = 20
"""How many former sessions are looked at."""

GO_ON = "Your session was cut off and goes on. Go on with the work on your hook."
READ_MAIL = "Your session was cut off and goes on. There is mail for you. Run: gt mail inbox"


@dataclass(frozen=True, slots=True)
class Beginning:
    """The conversation of a new session: a fresh id, or that of one that goes on; and why."""

    conversation: str
    resumed: bool
    because: str


def choose_beginning(
    town: Town,
    address: str,
    assignment: Assignment | None,
    *,
    role: Role,
    runtime: Runtime,
    environment: Mapping[str, str],
    afresh: bool,
) -> Beginning:
    """Decide whether the agent's last conversation goes on; `afresh`: somebody wished that it does not."""
    if afresh:
        return Beginning(str(uuid.uuid4()), resumed=False, because="it was restarted by hand")
    new = NewSession(
        runtime=runtime.name, generation=assignment.generation if assignment else None, role_resumes=role.resumes,
        cli_resumes=runtime.features.resumes, cli_primes=runtime.features.primes,
    )  # fmt: skip
    past = _past(town, address, environment) if role.resumes else ()
    match choose_conversation(new, past, patience=RestartPolicy().patience, now=town.clock.now()):
        case Resume(conversation, because):
            return Beginning(conversation, resumed=True, because=because)
        case Afresh(because):
            return Beginning(str(uuid.uuid4()), resumed=False, because=because)


def first_words(
    role: Role, features: Features, *, has_work: bool, has_mail: bool, resumed: bool, goes_on: bool
) -> str:
    """What is said to it at its start; empty where its start callback tells it enough, and it is to wait.

    `goes_on`: its predecessor had itself replaced, and left it something to go on with.
    """
    if resumed:
        return GO_ON if has_work else READ_MAIL if has_mail else ""
    return role.first_words if has_work or has_mail or goes_on or not features.primes else ""


def _past(town: Town, address: str, environment: Mapping[str, str]) -> tuple[PastSession, ...]:
    """The agent's newest sessions, oldest first."""
    last = {told.incarnation: told for told in conversations.of_agent(town.ledger, address)}
    ended = {one.generation: one.ended_at for one in agents.assignments_of_agent(town.ledger, address)}
    found: list[PastSession] = []
    for one in incarnations.of_agent(town.ledger, address)[-MEMORY:]:
        told = last.get(one.id)
        conversation = told.id if told else one.conversation
        file = Path(told.transcript) if told and told.transcript else None
        over = ended.get(one.generation) if one.generation is not None else None
        had_no_work = over is not None and (one.ended_at is None or over <= one.ended_at)
        found.append(
            PastSession(
                conversation=conversation,
                transcript=_is_kept(town, one, conversation, file, environment),
                runtime=one.runtime,
                generation=None if had_no_work else one.generation,
                resumed=one.resumed,
                primed=one.primed_at is not None,
                began_at=one.began_at,
                ended_at=one.ended_at,
                why=one.why or "",
                failure=one.failure or "",
                handoff=one.handoff_at is not None,
            )
        )
    return tuple(found)


def _is_kept(
    town: Town, one: Incarnation, conversation: str, file: Path | None, environment: Mapping[str, str]
) -> bool:
    if file is not None:
        return file.is_file()
    if not one.runtime:
        return False
    return town.runtime(one.runtime).transcript(conversation, environment) is not None
