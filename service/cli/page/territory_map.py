"""The map of a territory: who lives how far from a session held, where sessions are held, who travels to hold them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from service.cli.page.map_labels import Box, Disc, Label, Name, kept_apart, placed_labels
from service.cli.page.projection import WIDTH, Projection, ScaleBar, Spot
from service.domain.directory import Commune, PracticeId
from service.domain.french import counted, number
from service.domain.geography import Point
from service.domain.goals import half_days_asked, road_minutes
from service.domain.rosters import Assignment, Modality, SessionKey
from service.domain.rounding import half_up
from service.domain.solving import Problem

LARGEST_RADIUS = 30.0
MARKER = 18.0
WIDEST_WAY = 7.0
WIDEST_ONCE = 1.4
CLASS_LIMITS = (10, 20, 30, 40)
"""Minutes at which a commune's colour changes; the same for every territory, so that two maps compare."""

Site = tuple[PracticeId, Point]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A commune; its area is as its population. `minutes`: on average, None where no session is asked for."""

    name: str
    population: int
    minutes: Fraction | None
    spot: Spot
    radius: float

    @property
    def colour(self) -> int:
        """The place of the minutes among CLASS_LIMITS."""
        return 0 if self.minutes is None else sum(self.minutes >= limit for limit in CLASS_LIMITS)

    @property
    def minutes_in_words(self) -> str:
        return "–" if self.minutes is None else f"{half_up(self.minutes)} min"

    @property
    def inhabitants(self) -> str:
        return number(self.population)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """A practice, or a stop of a mobile unit, and how many sessions are held there."""

    name: str
    sessions: int
    spot: Spot


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """From a home practice to a host, travelled `times`; its width is as the times."""

    title: str
    times: int
    width: float
    start: Spot
    end: Spot


@dataclass(frozen=True, slots=True, kw_only=True)
class TerritoryMap:
    width: float
    height: float
    dots: tuple[Dot, ...]
    markers: tuple[Marker, ...]
    ways: tuple[Way, ...]
    labels: tuple[Label, ...]
    scale_bar: ScaleBar


def territory_map(problem: Problem, roster: Sequence[Assignment]) -> TerritoryMap | None:
    """None where the territory has no commune to draw."""
    communes = problem.file.communes
    if not communes:
        return None
    held = sessions_at(problem, roster)
    travelled = travels(problem, roster)
    places = [point for _, point in held] + [point for site in travelled for point in (site[0][1], site[1][1])]
    projection = Projection.around([*(commune.point for commune in communes), *places])
    sites = sorted(held, key=lambda site: (site[0], site[1].lat, site[1].lon))
    dots = tuple(_dots(problem, roster, projection))
    small = [Disc(spot=dot.spot, radius=dot.radius) for dot in dots if dot.radius < MARKER]
    apart = kept_apart([projection.spot(point) for _, point in sites], MARKER + 2, clear_of=small)
    spots = dict(zip(sites, apart, strict=True))
    return TerritoryMap(
        width=WIDTH,
        height=projection.height,
        dots=dots,
        markers=tuple(Marker(name=_site_name(problem, s), sessions=held[s], spot=spots[s]) for s in sites),
        ways=tuple(_ways(problem, travelled, projection, spots)),
        labels=tuple(_labels(dots, tuple(spots.values()), projection)),
        scale_bar=projection.scale_bar,
    )


def sessions_at(problem: Problem, roster: Iterable[Assignment]) -> Counter[Site]:
    """How many sessions are held where; a session of several seats is one."""
    sites: set[tuple[SessionKey, Site]] = set()
    for assignment in roster:
        point = problem.point(assignment.practice, assignment.on)
        if point is not None:
            sites.add((assignment.key, (assignment.practice, point)))
    return Counter(site for _, site in sites)


def travels(problem: Problem, roster: Iterable[Assignment]) -> Counter[tuple[Site, Site]]:
    """How often somebody leaves the home practice to hold a session elsewhere, by both ends."""
    found: Counter[tuple[Site, Site]] = Counter()
    for assignment in roster:
        home = problem.practitioner_of[assignment.practitioner].home_practice
        here, there = problem.point(home, assignment.on), problem.point(assignment.practice, assignment.on)
        is_remote = problem.session_at[assignment.key].template.modality is Modality.TELE
        if here is not None and there is not None and home != assignment.practice and not is_remote:
            found[(home, here), (assignment.practice, there)] += 1
    return found


def _dots(problem: Problem, roster: Sequence[Assignment], projection: Projection) -> Iterator[Dot]:
    """The largest first, so that small ones are drawn upon them."""
    half_days = len(half_days_asked(problem))
    minutes = zip(problem.file.communes, road_minutes(problem, roster), strict=True)
    most = max(commune.population for commune in problem.file.communes) or 1
    for commune, total in sorted(minutes, key=lambda each: (-each[0].population, each[0].name)):
        yield Dot(
            name=commune.name,
            population=commune.population,
            minutes=total / half_days if half_days else None,
            spot=projection.spot(commune.point),
            radius=_radius(commune, most),
        )


def _radius(commune: Commune, most: int) -> float:
    return LARGEST_RADIUS * sqrt(commune.population / most)


def _ways(
    problem: Problem, travelled: Mapping[tuple[Site, Site], int], projection: Projection, spots: Mapping[Site, Spot]
) -> Iterator[Way]:
    """The most travelled first; each ends at its marker where there is one."""
    once = min(WIDEST_ONCE, WIDEST_WAY / max(travelled.values(), default=1))
    for (home, host), times in sorted(travelled.items(), key=lambda each: (-each[1], str(each[0]))):
        title = f"{_site_name(problem, home)} → {_site_name(problem, host)} : {counted(times, 'trajet', 'trajets')}"
        start, end = (spots.get(site) or projection.spot(site[1]) for site in (home, host))
        yield Way(title=title, times=times, width=times * once, start=start, end=end)


def _site_name(problem: Problem, site: Site) -> str:
    """A mobile unit is named with the commune where it stops."""
    practice = problem.practice_of[site[0]]
    stop = next((stop for stop in practice.stops if stop.point == site[1]), None)
    commune = next((c for c in problem.file.communes if stop and c.insee == stop.insee), None)
    return f"{practice.name}, {commune.name}" if commune else practice.name


def _labels(dots: Sequence[Dot], markers: Sequence[Spot], projection: Projection) -> list[Label]:
    """Names of the larger communes first; none upon a marker, a dot or another name, nor upon the scale bar."""
    bar = Box(left=0, top=projection.height - 40, right=projection.scale_bar.length + 40, bottom=projection.height)
    obstacles = [bar, *(Box.around(spot, MARKER / 2 + 1) for spot in markers)]
    obstacles += [Box.around(dot.spot, dot.radius * 0.85) for dot in dots]
    names = [Name(text=dot.name, spot=dot.spot, clear=max(dot.radius, 3)) for dot in dots]
    return placed_labels(names, obstacles, width=WIDTH, height=projection.height)
