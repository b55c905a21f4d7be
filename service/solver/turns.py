"""Practices that share a group of sessions host them in turn: sessions moved, by hand, to who hosted too few."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Set
from dataclasses import replace
from fractions import Fraction

from service.domain.directory import PracticeId
from service.domain.goals import host_groups
from service.domain.rosters import Assignment, SessionKey
from service.domain.standing import Standing
from service.solver.hands import STEPS, Hands, IsOver

Roster = tuple[Assignment, ...]


def take_turns(hands: Hands, is_over: IsOver) -> Roster:
    """The same people hold the same sessions; of each group, hosts come nearer to hosting as many as each other."""
    standing = Standing(hands.works.problem, hands.roster)
    fixed = {held.key for held, is_fixed in zip(hands.roster, hands.seats.is_fixed, strict=True) if is_fixed}
    for hosts, sessions in host_groups(hands.works.problem).items():
        held = [session.key for session in sessions if standing.of_session(session.key)]
        if len(hosts) > 1 and held and not is_over():
            movable = [key for key in held if key not in fixed]
            _even_out(hands, standing, movable, _hosted(standing, hosts, held))
    return standing.roster


def _hosted(standing: Standing, hosts: Set[PracticeId], held: list[SessionKey]) -> Counter[PracticeId]:
    counts = Counter(dict.fromkeys(sorted(hosts), 0))
    counts.update(standing.of_session(key)[0].practice for key in held)
    return counts


def _even_out(hands: Hands, standing: Standing, movable: list[SessionKey], counts: Counter[PracticeId]) -> None:
    share = Fraction(counts.total(), len(counts))
    of_host: Mapping[PracticeId, list[SessionKey]] = defaultdict(list)
    for key in movable:
        of_host[standing.of_session(key)[0].practice].append(key)
    for full in sorted(counts, key=lambda host: (-counts[host], host)):
        for key in of_host[full]:
            free = [host for host in counts if counts[host] < share]
            if counts[full] <= share or not free:
                break
            for host in sorted(free, key=lambda host: (counts[host], host)):
                if _move(hands, standing, key, host):
                    counts[full] -= 1
                    counts[host] += 1
                    break


def _move(hands: Hands, standing: Standing, key: SessionKey, host: PracticeId) -> bool:
    """All who hold it, or nobody."""
    before = standing.of_session(key)
    may = {one.practitioner.id: one.hosts for one in hands.works.of_session.get(key, ())}
    if not all(host in may.get(held.practitioner, ()) for held in before):
        return False
    for held in before:
        standing.remove(held)
    moved: list[Assignment] = []
    for held in before:
        hands.budget.spend(STEPS)
        there = replace(held, practice=host)
        if standing.clashes_of(there):
            break
        standing.add(there)
        moved.append(there)
    if len(moved) == len(before):
        return True
    for there in moved:
        standing.remove(there)
    for held in before:
        standing.add(held)
    return False
