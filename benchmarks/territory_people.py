"""The people of a generated territory: who they are, when they are open or away, what they did before."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random

from benchmarks.territory_map import Document, Ground, with_key

FIRST_DAY = date(2026, 11, 30)
"""Monday of 2026-W49: the first week that benchmarks solve."""
LONGEST_PERIOD = timedelta(weeks=26)
CHRISTMAS = date(2026, 12, 21)
_PARTS = {"morning": ("08:00", "12:30"), "afternoon": ("12:30", "18:00"), "evening": ("18:00", "20:00")}
_SATURDAY = ("08:00", "12:00")
_CLOSED_SHARE = 0.28
_LEVELS, _LEVEL_WEIGHTS = ("preferred", "available", "avoid"), (20, 60, 20)
_GIVEN = ("Aline", "Bruno", "Chloé", "Denis", "Élise", "Farid", "Gaëlle", "Hugo", "Inès", "Joël", "Katia", "Loïc")
_FAMILY = ("Morvan", "Lemée", "Gérault", "Benaïssa", "Houdin", "Roë", "Chaumont", "Tessier", "Rousseau", "Le Gall")


def practitioners(random: Random, ground: Ground, count: int, *, cross_sector: float) -> list[Document]:
    """Dealt to the sectors in turn. A `cross_sector` share of them also works in the sector that comes next."""
    people = []
    for index in range(count):
        sector = ground.sectors[index % len(ground.sectors)]
        person = _practitioner(random, index, home=random.choice(ground.fixed_in[sector]))
        if len(ground.sectors) > 1 and random.random() < cross_sector:
            following = ground.sectors[(index + 1) % len(ground.sectors)]
            person["may_work_at"] = [random.choice(ground.fixed_in[following])["id"]]
        people.append(person)
    return people


def _practitioner(random: Random, index: int, *, home: Document) -> Document:
    sessions = random.choices((1, 2, 3), (40, 40, 20))[0]
    person = {
        "id": f"gp-{index + 1:03}",
        "given_name": random.choice(_GIVEN),
        "family_name": random.choice(_FAMILY),
        "rpps": with_key(f"998{index + 1:07}"),
        "specialty": "SM54",
        "status": random.choices(("self_employed", "salaried", "locum", "retired_active"), (75, 15, 6, 4))[0],
        "home_practice": home["id"],
        "pledge": {"minutes": random.choice((60, 120, 120, 240)), "per": "week", "audiences": ["snp", "cpts"]},
        "max_sessions_per_week": sessions,
        "min_sessions_per_week": 1 if sessions > 1 and random.random() < 0.1 else 0,
        "max_travel_km": random.choice((12, 15, 20)),
        "capacity_uplift": 2 if random.random() < 0.05 else 0,
    }
    if random.random() < 0.03:
        person["from"] = str(FIRST_DAY + timedelta(weeks=random.randrange(1, 8)))
    return person


def availability_rules(random: Random, people: list[Document]) -> list[Document]:
    """28 % of half-days closed; of the rest 20 % preferred, 60 % available, 20 % to be avoided."""
    spans = [(weekday, span) for weekday in ("MON", "TUE", "WED", "THU", "FRI") for span in _PARTS.values()]
    return [
        {
            "practitioner": person["id"],
            "weekday": weekday,
            "start": start,
            "end": end,
            "level": random.choices(_LEVELS, _LEVEL_WEIGHTS)[0],
            "from": "2026-09-01",
            "until": None,
        }
        for person in people
        for weekday, (start, end) in [*spans, ("SAT", _SATURDAY)]
        if random.random() > _CLOSED_SHARE
    ]


def absences(random: Random, people: list[Document]) -> list[Document]:
    """About a week in twelve for everybody, and 40 % away in one of the two weeks of Christmas."""
    return [
        {"practitioner": person["id"], "from": str(first), "until": str(first + timedelta(days=days - 1))}
        for person in people
        for first, days in _leaves(random)
    ]


def _leaves(random: Random) -> Iterator[tuple[date, int]]:
    if random.random() < 0.4:
        yield CHRISTMAS + timedelta(weeks=random.randrange(2)), 7
    for week in range(LONGEST_PERIOD // timedelta(weeks=1)):
        if random.random() < 1 / 12:
            yield FIRST_DAY + timedelta(weeks=week, days=random.randrange(5)), random.choice((1, 2, 5))


def exceptions(random: Random, people: list[Document]) -> list[Document]:
    """A day in forty people closes a half-day, or opens one."""
    found = []
    for person in people:
        for day in range(0, LONGEST_PERIOD.days, 7):
            if random.random() < 1 / 8:
                start, end = random.choice(list(_PARTS.values()))
                on = FIRST_DAY + timedelta(days=day + random.randrange(5))
                kind = random.choice(("closed", "extra"))
                row = {"practitioner": person["id"], "date": str(on), "start": start, "end": end, "kind": kind}
                found.append(row)
    return found


def duties(random: Random, people: list[Document]) -> list[Document]:
    """One person in ten has a night of out-of-hours duty every other week, until midnight."""
    on_call = [person for person in people if random.random() < 0.1]
    nights = [
        (person, datetime.combine(FIRST_DAY + timedelta(days=day + random.randrange(5)), time(20)))
        for person in on_call
        for day in range(0, LONGEST_PERIOD.days, 14)
    ]
    return [
        {
            "practitioner": person["id"],
            "start": night.isoformat(timespec="minutes"),
            "end": (night + timedelta(hours=4)).isoformat(timespec="minutes"),
        }
        for person, night in nights
    ]


def burden_history(random: Random, people: list[Document]) -> list[Document]:
    """Whole quarters of an hour, more or less than the fair share in equal measure."""
    spreads = {"ordinary": 4, "evening": 4, "saturday": 3, "eve_of_holiday": 1}
    return [
        {"practitioner": person["id"], "burden_class": burden_class, "minutes": 15 * round(random.gauss(0, quarters))}
        for person in people
        for burden_class, quarters in spreads.items()
    ]
