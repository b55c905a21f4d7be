"""What the rest of a territory holds, for judging what one row of it refers to."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from zoneinfo import ZoneInfo

from service.domain.calendar import Weekday
from service.domain.directory import Commune, Practice, PracticeKind, Territory
from service.domain.faults import Fault
from service.domain.policy import SnpWindow
from service.domain.rosters import SessionTemplate
from service.domain.territory_file import TerritoryFile

StopWeekdays = Mapping[str, frozenset[Weekday]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The ids of each list, and the facts that rows elsewhere depend on. None: unknown, so nothing is judged by it."""

    practices: Collection[str] | None = None
    practitioners: Collection[str] | None = None
    templates: Collection[str] | None = None
    communes: Collection[str] | None = None
    sectors: Collection[str] | None = None
    commune_of_postal_code: Mapping[str, str] | None = None
    """Postal code → what to say of it: `Craon is 53084`."""
    stop_weekdays: StopWeekdays | None = None
    """Mobile unit → weekdays on which it stands somewhere."""
    template_weekdays: Mapping[str, Weekday] | None = None
    window: SnpWindow | None = None
    zone: ZoneInfo | None = None

    @staticmethod
    def of(file: TerritoryFile) -> "Known":
        """What a row is judged by that is to join this territory."""
        return Known(
            practices={practice.id for practice in file.practices},
            practitioners={practitioner.id for practitioner in file.practitioners},
            templates={template.id for template in file.session_templates},
            communes={commune.insee for commune in file.communes},
            sectors={commune.sector for commune in file.communes},
            commune_of_postal_code=postal_codes(file.communes),
            stop_weekdays=stop_weekdays(file.practices),
            template_weekdays=template_weekdays(file.session_templates),
            window=window_of(file.territory),
            zone=file.territory.zone,
        )

    def commune_unknown(self, insee: str) -> Fault:
        """The fault of naming a commune that the territory does not have; the hint sees through a postal code."""
        meant = (self.commune_of_postal_code or {}).get(insee)
        hint = f"postal code? {meant}" if meant else None
        message = f"no commune {insee} in this territory"
        return Fault(path="", code="commune.unknown", message=message, hint=hint)


def postal_codes(communes: Iterable[Commune]) -> dict[str, str]:
    """What each postal code stands for, its largest commune when it serves several: `Craon is 53084`."""
    by_size = sorted(communes, key=lambda commune: commune.population)
    return {commune.postal_code: f"{commune.name} is {commune.insee}" for commune in by_size}


def stop_weekdays(practices: Iterable[Practice]) -> dict[str, frozenset[Weekday]]:
    return {
        practice.id: frozenset(stop.weekday for stop in practice.stops)
        for practice in practices
        if practice.kind is PracticeKind.MOBILE_UNIT
    }


def template_weekdays(templates: Iterable[SessionTemplate]) -> dict[str, Weekday]:
    return {template.id: template.weekday for template in templates}


def window_of(territory: Territory) -> SnpWindow:
    """The hours of unscheduled care with the end of Saturday filled in."""
    window = territory.policy.snp_window
    saturday_end: time = window.saturday_end or territory.pdsa_saturday_start
    return SnpWindow(start=window.start, end=window.end, saturday_end=saturday_end)
