"""The ledger: what everybody did against his or her share in the weeks before, carried into the next solve."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from statistics import median

from service.domain.availability import Absence, by_practitioner
from service.domain.calendar import IsoWeek
from service.domain.directory import Practitioner, PractitionerId
from service.domain.fairness import weekly_minutes
from service.domain.roster_content import RosterContent
from service.domain.rosters import BurdenClass
from service.domain.rounding import half_up
from service.domain.territory_file import Burden

LEDGER_WEEKS = 12

Balances = Mapping[tuple[PractitionerId, BurdenClass], Fraction]


def ledger(
    practitioners: Sequence[Practitioner],
    past: RosterContent,
    *,
    absences: Sequence[Absence] = (),
    leave_weeks: int = 3,
) -> tuple[Burden, ...]:
    """Everybody's balance per burden class over published weeks; a balance of nothing is left out. Whole minutes.

    balance_pc = Σ_w held_pcw - share_pw × asked_cw, rounded half up once, over the weeks w that have published
    sessions: `held` and `asked` count the minutes of seats of class c, and share_pw is p's pledged minutes over
    everybody's who is there the whole week (TERRITORY-FILE: fair share, week by week).

    Who was not there yet at first, or away for `leave_weeks` whole weeks on end, starts at the group's median: of the
    balances that those who were there all along had reached by then. Source: user story C3.
    """
    of_week = {week: _balances(practitioners, past, week) for week in sorted({s.week for s in past.sessions.values()})}
    began = _beginnings(practitioners, tuple(of_week), absences, leave_weeks)
    all_along = [id for id, first in began.items() if first == 0]
    found = []
    for practitioner in sorted(began):
        for burden_class in sorted(BurdenClass):
            before, since = list(of_week.values())[: began[practitioner]], list(of_week.values())[began[practitioner] :]
            start = _median([_sum(before, id, burden_class) for id in all_along])
            minutes = half_up(start + _sum(since, practitioner, burden_class))
            if minutes:
                found.append(Burden(practitioner=practitioner, burden_class=burden_class, minutes=minutes))
    return tuple(found)


def _beginnings(
    practitioners: Sequence[Practitioner], weeks: Sequence[IsoWeek], absences: Sequence[Absence], leave_weeks: int
) -> Mapping[PractitionerId, int]:
    """The week from which each one's own balance counts, by its place: after the last leave, 0 where there was none."""
    absences_of = by_practitioner(absences)
    found = {}
    for practitioner in practitioners:
        first, away = 0, 0
        for index, week in enumerate(weeks):
            is_new = practitioner.from_on is not None and week.monday < practitioner.from_on
            days = (any(absence.covers(day) for absence in absences_of.get(practitioner.id, ())) for day in week.days())
            away = away + 1 if is_new or all(days) else 0
            if is_new or away >= leave_weeks:
                first = index + 1
        found[practitioner.id] = first
    return found


def _median(balances: Sequence[Fraction]) -> Fraction:
    """Nothing where there is nobody."""
    return Fraction(median(balances)) if balances else Fraction(0)


def _sum(weeks: Iterable[Balances], practitioner: PractitionerId, burden_class: BurdenClass) -> Fraction:
    return sum((week.get((practitioner, burden_class), Fraction(0)) for week in weeks), Fraction(0))


def _balances(practitioners: Iterable[Practitioner], past: RosterContent, week: IsoWeek) -> Balances:
    """Minutes held beyond the share in one week."""
    balance: dict[tuple[PractitionerId, BurdenClass], Fraction] = defaultdict(Fraction)
    shares = _shares(practitioners, week)
    asked: Counter[BurdenClass] = Counter()
    for session in past.sessions.values():
        if session.week == week:
            asked[session.burden_class] += session.template.seats * session.minutes
    for burden_class, minutes in asked.items():
        for practitioner, share in shares.items():
            balance[practitioner, burden_class] -= share * minutes
    session_at = past.session_at
    for assignment in past.assignments:
        session = session_at[assignment.key]
        if session.week == week:
            balance[assignment.practitioner, session.burden_class] += session.minutes
    return balance


def _shares(practitioners: Iterable[Practitioner], week: IsoWeek) -> Mapping[PractitionerId, Fraction]:
    pledged = {
        practitioner.id: weekly_minutes(practitioner.pledge)
        for practitioner in practitioners
        if practitioner.is_present(week.monday) and practitioner.is_present(week.sunday)
    }
    total = sum(pledged.values(), Fraction(0))
    return {id: minutes / total for id, minutes in pledged.items() if minutes > 0}
