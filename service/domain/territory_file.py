"""A whole territory as one value: what a territory file says, checked."""

from dataclasses import dataclass
from datetime import date

from service.domain.availability import Absence, AvailabilityException, AvailabilityRule, Duty
from service.domain.directory import Commune, Practice, PracticeId, Practitioner, PractitionerId, Territory
from service.domain.rosters import BurdenClass, SessionTemplate, TemplateId


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """An assignment that must stand. Without `practice` any lawful host will do."""

    template: TemplateId
    on: date
    practitioner: PractitionerId
    practice: PracticeId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Burden:
    """Minutes done before the first week solved, relative to the fair share: positive = did more."""

    practitioner: PractitionerId
    burden_class: BurdenClass
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TerritoryFile:
    """`tourderole/territory@1`. Every reference between the lists resolves and ids are unique per list."""

    territory: Territory
    communes: tuple[Commune, ...]
    practices: tuple[Practice, ...]
    practitioners: tuple[Practitioner, ...]
    session_templates: tuple[SessionTemplate, ...]
    availability_rules: tuple[AvailabilityRule, ...] = ()
    absences: tuple[Absence, ...] = ()
    availability_exceptions: tuple[AvailabilityException, ...] = ()
    duties: tuple[Duty, ...] = ()
    pins: tuple[Pin, ...] = ()
    burden_history: tuple[Burden, ...] = ()
