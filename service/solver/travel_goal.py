"""Travel as a goal: kilometres of road between home practices and hosts, there and back."""

from collections.abc import Iterator
from math import isfinite

from service.domain.directory import PracticeId
from service.domain.rosters import SessionKey
from service.solver.admission import Candidate
from service.solver.penalties import Penalty, Terms
from service.solver.variables import Works


def travel(works: Works) -> Penalty:
    """Σ_p,s,h 2 × km[p, h] × goes[p, s, h], where goes is holds[p, s] at the one host that is left to a session.

    Else, for every candidate: Σ_h goes[p, s, h] = holds[p, s]; for every host h: Σ_p goes[p, s, h] = seats_at[s, h] and
    goes[p, s, h] <= takes[s, h].
    """
    terms = Terms()
    for key, those in works.of_session.items():
        open_hosts = [host for host, takes in works.takes[key].items() if any(works.program.high[v] for v in takes)]
        asked = [one for one in those if works.program.high[works.hold(one)]]
        if len({round(km, 6) for one in asked for _, km in _ways(works, one, open_hosts)}) > 1 < len(open_hosts):
            _add_choices(works, key, asked, open_hosts, terms)
            continue
        for one in asked:
            ways = [km for _, km in _ways(works, one, open_hosts)]
            terms.add(works.hold(one), ways[0] if ways else 0)
    seats = sum(session.template.seats for session in works.problem.sessions)
    return terms.rounded_penalty(at_once=seats)


def _ways(works: Works, one: Candidate, hosts: list[PracticeId]) -> Iterator[tuple[PracticeId, float]]:
    """The hosts that the candidate may go to, and how far it is there and back; nothing where a place is missing."""
    for host in hosts:
        if host in one.hosts:
            km = works.problem.home_km(one.practitioner, host, one.session.on)
            yield host, 2 * km if isfinite(km) else 0.0


def _add_choices(works: Works, key: SessionKey, those: list[Candidate], hosts: list[PracticeId], terms: Terms) -> None:
    program = works.program
    arrivals: dict[PracticeId, list[int]] = {host: [] for host in hosts}
    for one in those:
        goes = []
        for host, km in _ways(works, one, hosts):
            way = program.variable(whole=False)
            goes.append(way)
            arrivals[host].append(way)
            terms.add(way, km)
            if works.problem.session_at[key].template.seats > 1:
                program.row([way, works.takes[key][host][0]], [1.0, -1.0], high=0)
        program.row([*goes, works.hold(one)], [1.0] * len(goes) + [-1.0], low=0, high=0)
    for host, ways in arrivals.items():
        seats = works.seats_at[key][host]
        program.row([*ways, *seats], [1.0] * len(ways) + [-1.0] * len(seats), low=0, high=0)
