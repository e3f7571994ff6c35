"""What one hand does for one agent: looks again, and acts only if it would still be decided so."""

import logging

from gastown.domain.actions import (
    Action,
    FinishDone,
    RecordEnd,
    ReportSilence,
    RingDoorbell,
    StartSession,
    StopSession,
)
from gastown.domain.decide.supervision import supervise
from gastown.domain.supervised import RestartPolicy
from gastown.operations.sessions.doorbell import ring_doorbell, ring_for_mail
from gastown.operations.sessions.ensure import ensure
from gastown.operations.sessions.report import report_silence
from gastown.operations.sessions.stop import stop
from gastown.operations.sessions.trace import record_end
from gastown.operations.work.done import finish_done
from gastown.town import Town
from gastown.views.supervised import observe_agent
from gastown.world.locks import lock

Deed = StartSession | RingDoorbell | StopSession | RecordEnd | FinishDone | ReportSilence

log = logging.getLogger("gastown.supervisor")


def carry_out(town: Town, deed: Deed) -> bool:
    """Do it, if the agent is still found as it was when this was decided; True when something was changed.

    Raises Busy when somebody else works on the agent, and whatever the deed itself raises.
    """
    if not _still_wanted(town, deed):
        log.info("%s: not done any more, it was found otherwise", deed.agent)
        return True
    match deed:
        case StartSession(agent, because):
            ensured = ensure(town, agent, because=because)
            return ensured is not None and ensured.started
        case RingDoorbell(agent, session, incarnation, because, mail=True):
            return ring_for_mail(town, agent, session, incarnation, because=because)
        case RingDoorbell(agent, session, incarnation, because, told):
            return ring_doorbell(town, agent, session, incarnation, because=because, told=told)
        case ReportSilence(agent, incarnation, because):
            return report_silence(town, agent, incarnation, because=because)
        case StopSession(agent, session, because):
            return stop(town, agent, session, because=because)
        case RecordEnd(agent, incarnation, because, unwants):
            with lock(town.places.lock(agent), what=agent):
                return record_end(town, agent, incarnation, because, unwant=unwants)
        case FinishDone(agent, generation):
            with lock(town.places.lock(agent), what=agent):
                return not finish_done(town, generation).already


def _still_wanted(town: Town, deed: Deed) -> bool:
    agent = observe_agent(town, deed.agent)
    return agent is not None and _same(supervise(agent, RestartPolicy(), town.clock.now()), deed)


def _same(decided: Action, deed: Deed) -> bool:
    """Whether both are one deed on one session; how it is explained may have changed."""
    match decided, deed:
        case StopSession(session=one), StopSession(session=other):
            return (one.id, one.pane_pid) == (other.id, other.pane_pid)
        case RingDoorbell() as one, RingDoorbell() as other:
            return (one.incarnation, one.told, one.mail) == (other.incarnation, other.told, other.mail)
        case ReportSilence(incarnation=one), ReportSilence(incarnation=other):
            return one == other
        case RecordEnd(incarnation=one, unwants=first), RecordEnd(incarnation=other, unwants=second):
            return (one, first) == (other, second)
        case FinishDone(generation=one), FinishDone(generation=other):
            return one == other
        case StartSession(), StartSession():
            return True
        case _:
            return False
