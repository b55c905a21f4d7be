"""The ledger: what everybody did against his or her share in the weeks before, carried into the next solve."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from service.domain.calendar import IsoWeek
from service.domain.directory import Practitioner, PractitionerId
from service.domain.fairness import weekly_minutes
from service.domain.roster_content import RosterContent
from service.domain.rosters import BurdenClass
from service.domain.rounding import half_up
from service.domain.territory_file import Burden

LEDGER_WEEKS = 12


def ledger(practitioners: Sequence[Practitioner], past: RosterContent) -> tuple[Burden, ...]:
    """Everybody's balance per burden class over published weeks; a balance of nothing is left out. Whole minutes.

    balance_pc = Σ_w held_pcw - share_pw × asked_cw, rounded half up once, over the weeks w that have published
    sessions: `held` and `asked` count the minutes of seats of class c, and share_pw is p's pledged minutes over
    everybody's who is there the whole week (TERRITORY-FILE: fair share, week by week).
    """
    balance: dict[tuple[PractitionerId, BurdenClass], Fraction] = defaultdict(Fraction)
    for (week, burden_class), minutes in _asked(past).items():
        for practitioner, share in _shares(practitioners, week).items():
            balance[practitioner, burden_class] -= share * minutes
    session_at = past.session_at
    for assignment in past.assignments:
        session = session_at[assignment.key]
        balance[assignment.practitioner, session.burden_class] += session.minutes
    known = {practitioner.id for practitioner in practitioners}
    return tuple(
        Burden(practitioner=practitioner, burden_class=burden_class, minutes=half_up(minutes))
        for (practitioner, burden_class), minutes in sorted(balance.items())
        if practitioner in known and half_up(minutes) != 0
    )


def _asked(past: RosterContent) -> Mapping[tuple[IsoWeek, BurdenClass], int]:
    asked: Counter[tuple[IsoWeek, BurdenClass]] = Counter()
    for session in past.sessions.values():
        asked[session.week, session.burden_class] += session.template.seats * session.minutes
    return asked


def _shares(practitioners: Iterable[Practitioner], week: IsoWeek) -> Mapping[PractitionerId, Fraction]:
    pledged = {
        practitioner.id: weekly_minutes(practitioner.pledge)
        for practitioner in practitioners
        if practitioner.is_present(week.monday) and practitioner.is_present(week.sunday)
    }
    total = sum(pledged.values(), Fraction(0))
    return {id: minutes / total for id, minutes in pledged.items() if minutes > 0}
