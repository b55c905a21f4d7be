"""Why everybody holds what he or she holds: what the next would cost, or why nobody else could have it."""

from collections.abc import Sequence

from service.domain.answers import Why
from service.domain.availability import Level
from service.domain.candidates import judged_for
from service.domain.errors import NotFound
from service.domain.handing_over import Handover, Tally
from service.domain.repairs import goal_changes
from service.domain.rosters import Assignment
from service.domain.solving import Problem
from service.domain.standing import Standing

Roster = Sequence[Assignment]


def why(problem: Problem, roster: Roster, assignment: Assignment) -> Why:
    """Of one assignment of the roster. Raises NotFound."""
    if assignment not in roster:
        raise NotFound("assignment", f"{assignment.template} on {assignment.on} of {assignment.practitioner}")
    return _why(Tally(problem, roster), Standing(problem, roster), assignment)


def whys(problem: Problem, roster: Roster) -> tuple[Why, ...]:
    """Of every assignment, in the roster's order. The sessions and people of the roster are all known."""
    tally, standing = Tally(problem, roster), Standing(problem, roster)
    return tuple(_why(tally, standing, assignment) for assignment in roster)


def _why(tally: Tally, standing: Standing, assignment: Assignment) -> Why:
    """The next is who costs least in the policy's order of goals, of those who could lawfully take it."""
    problem = tally.problem
    session = problem.session_at[assignment.key]
    with standing.without(assignment):
        judged = judged_for(problem, standing, session, instead_of=assignment)
    instead = [(tally.after(Handover(gone=assignment, come=seat)), seat) for seat in judged.able]
    values, cheapest = min(instead, key=lambda one: (*one[0].values(), one[1]), default=(tally.values, None))
    return Why(
        assignment=assignment,
        level=problem.level(assignment.practitioner, session) or Level.AVOID,
        next=cheapest,
        goals=tuple(change for change in goal_changes(tally.values, values) if change.cost),
        reasons=judged.reasons,
    )
