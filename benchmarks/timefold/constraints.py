"""The rules between seats and the goals, as Timefold's constraints."""

from timefold.solver.score import (
    BendableScore,
    Constraint,
    ConstraintCollectors,
    ConstraintFactory,
    Joiners,
    constraint_provider,
)

from benchmarks.timefold.model import (
    COVERAGE,
    LEVELS,
    ROTATION,
    SUM,
    TRAVEL,
    WISHES,
    WORST,
    WORST_UNLOVED,
    Apart,
    Journey,
    Practitioner,
    Seat,
    Use,
)

HARD = BendableScore((1,), (0,) * LEVELS)


def soft(level: int) -> BendableScore:
    return BendableScore((0,), tuple(int(level == each) for each in range(LEVELS)))


def unevenness(hosts: int, held: list[int]) -> int:
    """Σ over hosts of |held there - held in all ÷ hosts|, in hundredths, half up. Hosts with none are not listed."""
    total = sum(held)
    penalty = (hosts - len(held)) * ((200 * total + hosts) // (2 * hosts))
    for there in held:
        penalty = penalty + (200 * abs(there * hosts - total) + hosts) // (2 * hosts)
    return penalty


@constraint_provider
def rules_and_goals(factory: ConstraintFactory) -> list[Constraint]:
    return [*rules_of_counts(factory), *rules_of_pairs(factory), *rules_of_places(factory), *goals(factory)]


def goals(factory: ConstraintFactory) -> list[Constraint]:
    return [*fairness(factory), *seats(factory), *rotation(factory)]


def rules_of_counts(factory: ConstraintFactory) -> list[Constraint]:
    return [
        factory.for_each(Seat)
        .group_by(lambda seat: seat.practitioner, lambda seat: seat.half_day, ConstraintCollectors.count())
        .filter(lambda practitioner, half_day, count: count > 1)
        .penalize(HARD, lambda practitioner, half_day, count: count - 1)
        .as_constraint("one per half-day"),
        factory.for_each(Seat)
        .group_by(lambda seat: seat.practitioner, lambda seat: seat.day, ConstraintCollectors.count())
        .filter(lambda practitioner, day, count: count > practitioner.max_per_day)
        .penalize(HARD, lambda practitioner, day, count: count - practitioner.max_per_day)
        .as_constraint("maximum per day"),
        factory.for_each(Seat)
        .group_by(lambda seat: seat.practitioner, lambda seat: seat.week, ConstraintCollectors.count())
        .filter(lambda practitioner, week, count: count > practitioner.max_per_week)
        .penalize(HARD, lambda practitioner, week, count: count - practitioner.max_per_week)
        .as_constraint("maximum per week"),
    ]


def rules_of_pairs(factory: ConstraintFactory) -> list[Constraint]:
    return [
        factory.for_each(Apart)
        .join(Seat, Joiners.equal(lambda apart: apart.first, lambda seat: seat.session))
        .join(
            Seat,
            Joiners.equal(lambda apart, seat: apart.second, lambda seat: seat.session),
            Joiners.equal(lambda apart, seat: seat.who(), lambda seat: seat.who()),
        )
        .penalize(HARD)
        .as_constraint("never both"),
        factory.for_each(Journey)
        .join(
            Seat,
            Joiners.equal(lambda journey: journey.first, lambda seat: seat.session),
            Joiners.equal(lambda journey: journey.here, lambda seat: seat.where()),
        )
        .join(
            Seat,
            Joiners.equal(lambda journey, seat: journey.second, lambda seat: seat.session),
            Joiners.equal(lambda journey, seat: journey.there, lambda seat: seat.where()),
            Joiners.equal(lambda journey, seat: seat.who(), lambda seat: seat.who()),
        )
        .penalize(HARD)
        .as_constraint("never both, so far apart"),
    ]


def rules_of_places(factory: ConstraintFactory) -> list[Constraint]:
    return [
        factory.for_each(Seat)
        .filter(lambda seat: seat.way() not in seat.travel_of)
        .penalize(HARD)
        .as_constraint("reach"),
        factory.for_each(Seat)
        .filter(lambda seat: seat.is_shared and len(seat.hosts) > 1)
        .group_by(lambda seat: seat.session, ConstraintCollectors.count_distinct(lambda seat: seat.where()))
        .filter(lambda session, hosts: hosts > 1)
        .penalize(HARD, lambda session, hosts: hosts - 1)
        .as_constraint("one host per session"),
        factory.for_each(Use)
        .join(
            Seat,
            Joiners.equal(lambda use: use.session, lambda seat: seat.session),
            Joiners.equal(lambda use: use.host, lambda seat: seat.where()),
        )
        .group_by(lambda use, seat: use.instant, lambda use, seat: use.rooms, ConstraintCollectors.count_bi())
        .filter(lambda instant, rooms, count: count > rooms)
        .penalize(HARD, lambda instant, rooms, count: count - rooms)
        .as_constraint("rooms"),
    ]


def fairness(factory: ConstraintFactory) -> list[Constraint]:
    everything = (
        factory.for_each(Seat)
        .group_by(lambda seat: seat.practitioner, ConstraintCollectors.sum(lambda seat: seat.minutes))
        .complement(Practitioner, lambda practitioner: 0)
        .filter(lambda practitioner, minutes: practitioner.has_share)
        .map(lambda practitioner, minutes: practitioner.before + minutes)
    )
    unloved = (
        factory.for_each(Seat)
        .filter(lambda seat: seat.is_unloved)
        .group_by(lambda seat: seat.practitioner, ConstraintCollectors.sum(lambda seat: seat.minutes))
        .complement(Practitioner, lambda practitioner: 0)
        .filter(lambda practitioner, minutes: practitioner.has_share)
        .map(lambda practitioner, minutes: practitioner.before_unloved + minutes)
    )
    return [
        everything.group_by(ConstraintCollectors.max())
        .impact(soft(WORST), lambda worst: -worst)
        .as_constraint("fairness_worst"),
        unloved.group_by(ConstraintCollectors.max())
        .impact(soft(WORST_UNLOVED), lambda worst: -worst)
        .as_constraint("fairness_worst_unloved"),
        everything.penalize(soft(SUM), lambda balance: abs(balance)).as_constraint("fairness_sum, all"),
        unloved.penalize(soft(SUM), lambda balance: abs(balance)).as_constraint("fairness_sum, unloved"),
    ]


def seats(factory: ConstraintFactory) -> list[Constraint]:
    return [
        factory.for_each_including_unassigned(Seat)
        .filter(lambda seat: seat.practitioner is None)
        .penalize(soft(COVERAGE), lambda seat: seat.priority)
        .as_constraint("coverage"),
        factory.for_each(Seat).penalize(soft(WISHES), lambda seat: seat.wish_of[seat.who()]).as_constraint("wishes"),
        factory.for_each(Seat)
        .filter(lambda seat: seat.practitioner.min_per_week > 0)
        .group_by(lambda seat: seat.practitioner, lambda seat: seat.week, ConstraintCollectors.count())
        .reward(soft(WISHES), lambda practitioner, week, count: 3 * min(count, practitioner.min_per_week))
        .as_constraint("wishes, weekly minimum"),
        factory.for_each(Seat)
        .penalize(soft(TRAVEL), lambda seat: seat.travel_of.get(seat.way(), 0))
        .as_constraint("travel"),
    ]


def rotation(factory: ConstraintFactory) -> list[Constraint]:
    return [
        factory.for_each(Seat)
        .filter(lambda seat: seat.hosts_in_turn > 1)
        .group_by(
            lambda seat: seat.group,
            lambda seat: seat.hosts_in_turn,
            lambda seat: seat.where(),
            ConstraintCollectors.count_distinct(lambda seat: seat.session),
        )
        .group_by(
            lambda group, hosts, host, held: group,
            lambda group, hosts, host, held: hosts,
            ConstraintCollectors.to_list(lambda group, hosts, host, held: held),
        )
        .penalize(soft(ROTATION), lambda group, hosts, held: unevenness(hosts, held))
        .as_constraint("rotation"),
    ]
