"""Consent, absence, audience, validity, pledge and reach: just allowed, and just forbidden."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from service.domain.directory import Audience
from service.domain.policy import Policy
from service.domain.rosters import Modality
from service.domain.solving import Problem, Rule
from tests.edge import allowed, forbidden
from tests.make import (
    W49,
    a_pledge,
    a_practice,
    a_practitioner,
    a_problem,
    a_template,
    an_absence,
    an_exception,
    open_time,
    seat,
)

MONDAY = W49.monday
ONE_DAY = timedelta(days=1)


def _open(*hours: str) -> Problem:
    return a_problem(rules=[open_time(hours=span) for span in hours])


def _closing(hours: str) -> Problem:
    return a_problem(availability_exceptions=(an_exception("closed", MONDAY, hours),))


CONSENT = (
    allowed("open exactly then", _open("10:00-12:00")),
    forbidden("open a minute late", Rule.CONSENT, _open("10:01-12:00")),
    forbidden("open a minute short", Rule.CONSENT, _open("10:00-11:59")),
    allowed("two rules that touch", _open("08:00-11:00", "11:00-13:00")),
    forbidden("a minute between two rules", Rule.CONSENT, _open("08:00-11:00", "11:01-13:00")),
    forbidden("open on another day", Rule.CONSENT, a_problem(rules=[open_time(weekday="TUE")])),
    allowed("closed until it begins", _closing("08:00-10:00")),
    forbidden("closed a minute into it", Rule.CONSENT, _closing("08:00-10:01")),
    allowed(
        "opened for the day",
        a_problem(rules=(), availability_exceptions=(an_exception("extra", MONDAY, "10:00-12:00"),)),
    ),
    allowed("a rule that begins that day", a_problem(rules=[open_time(from_on=MONDAY)])),
    forbidden(
        "a rule that ended the day before", Rule.CONSENT, a_problem(rules=[open_time(until_on=MONDAY - ONE_DAY)])
    ),
)

ABSENCE = (
    allowed("back that day", a_problem(absences=(an_absence(MONDAY - ONE_DAY, MONDAY - ONE_DAY),))),
    forbidden("away for the last day", Rule.ABSENCE, a_problem(absences=(an_absence(MONDAY - ONE_DAY, MONDAY),))),
    forbidden("away from that day on", Rule.ABSENCE, a_problem(absences=(an_absence(MONDAY, None),))),
    allowed("leaves the day after", a_problem(absences=(an_absence(MONDAY + ONE_DAY, None),))),
    allowed("somebody else is away", a_problem(absences=(an_absence(MONDAY, None, "gp-2"),))),
)


def _audiences(pledged: Sequence[Audience], asked: Sequence[Audience]) -> Problem:
    return a_problem(
        a_template(audiences=frozenset(asked)), practitioners=[a_practitioner(pledge=a_pledge(120, *pledged))]
    )


AUDIENCE = (
    allowed("one in common", _audiences([Audience.SNP, Audience.PUBLIC], [Audience.SNP, Audience.CPTS])),
    forbidden("none in common", Rule.AUDIENCE, _audiences([Audience.PUBLIC], [Audience.SNP, Audience.CPTS])),
)

VALIDITY = (
    allowed("comes that day", a_problem(practitioners=[a_practitioner(from_on=MONDAY)])),
    forbidden(
        "comes the day after", Rule.VALIDITY, a_problem(practitioners=[a_practitioner(from_on=MONDAY + ONE_DAY)])
    ),
    allowed("leaves after that day", a_problem(practitioners=[a_practitioner(until_on=MONDAY)])),
    forbidden(
        "left the day before", Rule.VALIDITY, a_problem(practitioners=[a_practitioner(until_on=MONDAY - ONE_DAY)])
    ),
)

PLEDGE = (
    allowed("a pledge of a minute", a_problem(practitioners=[a_practitioner(pledge=a_pledge(1))])),
    forbidden("no pledge", Rule.PLEDGE, a_problem(practitioners=[a_practitioner(pledge=None)])),
)


def _far(road_km: float, policy: Policy | None = None, **changes: Any) -> Problem:
    modality = changes.pop("modality", Modality.IN_PERSON)
    return a_problem(
        a_template(hosts=["far"], modality=modality),
        practitioners=[replace(a_practitioner(), **changes)],
        practices=[a_practice(), a_practice("far", road_km=road_km)],
        policy=policy,
    )


FAR = seat(practice="far")
REACH = (
    allowed("just near enough", _far(29.9, max_travel_km=30), FAR),
    forbidden("just too far", Rule.REACH, _far(30.1, max_travel_km=30), FAR),
    allowed("the policy's distance", _far(19.9), FAR),
    forbidden("beyond the policy's distance", Rule.REACH, _far(20.1), FAR),
    allowed("a policy that goes farther", _far(39.9, Policy(max_travel_km=40)), FAR),
    allowed("agrees to work there", _far(99, may_work_at=("far",)), FAR),
    allowed("at home, whatever the distance", _far(99, home_practice="far", max_travel_km=0), FAR),
    allowed("a teleconsultation", _far(99, modality=Modality.TELE), FAR),
    forbidden("a home visit", Rule.REACH, _far(99, modality=Modality.HOME_VISIT), FAR),
)

EDGES = (*CONSENT, *ABSENCE, *AUDIENCE, *VALIDITY, *PLEDGE, *REACH)
