"""A published week as the routing simulator sees it: every place that can be booked, and how far each commune is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import cached_property
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import Case
from service.domain.bookings import Slot
from service.domain.calendar import instant_of
from service.domain.directory import Audience, Commune
from service.domain.geography import road_km, travel_minutes
from service.domain.keeping import Home
from service.domain.offering import all_slots
from service.domain.policy import Policy
from service.domain.roster_content import RosterContent
from service.domain.rosters import Modality, Mode, Session, SessionId
from service.domain.solving import Limits, Problem
from service.solver.solve import solve

Numbers = NDArray[np.float64]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]

TELE_EVERY = 8
"""Neither territory offers teleconsultations, so every eighth session is taken to be one."""
LIMITS = Limits(seconds=5, workers=1, seed=1, deterministic=True)


@dataclass(frozen=True, kw_only=True)
class Week:
    """Places in the order of their beginning. Minutes run from `midnight`, in which the Sunday before begins."""

    policy: Policy
    communes: Sequence[Commune]
    slots: Sequence[Slot]
    midnight: datetime

    @staticmethod
    def of(case: Case) -> "Week":
        """The roster that the solver finds, published, under the territory's policy."""
        problem = case.problem(1)
        midnight = instant_of(problem.weeks[0].monday - timedelta(days=1), time(0), problem.file.territory.zone)
        offered = [slot for slot in _slots(problem) if slot.mode is Mode.BOOKABLE and Audience.SNP in slot.audiences]
        return Week(
            policy=problem.policy,
            communes=problem.file.communes,
            slots=sorted(offered, key=lambda slot: (slot.time.start, slot.practice, slot.practitioner)),
            midnight=midnight,
        )

    @cached_property
    def starts(self) -> Numbers:
        """Minutes."""
        return np.array([(slot.time.start - self.midnight) / timedelta(minutes=1) for slot in self.slots])

    @cached_property
    def is_tele(self) -> Flags:
        return np.array([slot.modality is Modality.TELE for slot in self.slots])

    @cached_property
    def road_minutes(self) -> Numbers:
        """From each commune to each place; none to a teleconsultation."""
        travel = [[self._minutes(commune, slot) for slot in self.slots] for commune in self.communes]
        return np.array(travel)

    @cached_property
    def is_in_reach(self) -> Flags:
        """Of each commune, each place."""
        most = travel_minutes(self.policy.search.radius_km, speed_kmh=self.policy.speed_kmh)
        return self.road_minutes <= most

    @cached_property
    def homes(self) -> Sequence[Home]:
        """Of each commune's inhabitants."""
        return [Home(self.slots[0].territory, commune.sector) for commune in self.communes]

    def _minutes(self, commune: Commune, slot: Slot) -> float:
        if slot.modality is Modality.TELE:
            return 0
        km = road_km(commune.point, slot.point, detour_factor=self.policy.detour_factor)
        return travel_minutes(km, speed_kmh=self.policy.speed_kmh)


def _slots(problem: Problem) -> Sequence[Slot]:
    roster = solve(problem, LIMITS).assignments
    sessions = {SessionId(uuid4()): session for session in _some_by_tele(problem.sessions)}
    return list(all_slots(problem, RosterContent(sessions=sessions, assignments=tuple(roster or ()))))


def _some_by_tele(sessions: Sequence[Session]) -> Sequence[Session]:
    in_order = sorted(sessions, key=lambda session: (session.time.start, session.template.id))
    return [
        replace(each, template=replace(each.template, modality=Modality.TELE)) if number % TELE_EVERY == 0 else each
        for number, each in enumerate(in_order, start=1)
    ]
