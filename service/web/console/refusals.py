"""What a page says when it cannot do what was asked: in words, with a way on."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from service.domain.account_errors import RegulatorDisabled, SignInRefused, TermsNotAccepted
from service.domain.errors import NotFound, TourderoleError, Unauthenticated, Unavailable
from service.web.console.french import refused_in_words, sign_in_in_words
from service.web.console.pages import page
from service.web.console.visitors import NotOurForm
from service.web.counting import REFUSALS
from service.web.problems import code_of, status_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    title: str
    words: str
    status: int
    way_on: str | None = None
    """What the link says that leads to the practitioner's places."""


_NO_SUCH_PAGE = Told(
    title="Cette page n’existe pas",
    words="L’adresse est incomplète, ou ce qu’elle désigne n’est plus là. Revenez à la plateforme SAS, et ouvrez de "
    "nouveau l’agenda du professionnel.",
    status=404,
)
_TOLD: dict[type[TourderoleError], Told] = {
    Unauthenticated: Told(
        title="Votre session est terminée",
        words="Elle se ferme après 45 minutes sans activité, et dès que la plateforme SAS ferme votre compte. Rien "
        "n’a été fait depuis : connectez-vous de nouveau en ouvrant l’agenda du professionnel depuis la plateforme "
        "SAS.",
        status=403,
    ),
    RegulatorDisabled: Told(
        title="Votre compte n’est pas actif ici",
        words="Aucun compte de régulateur actif ne correspond à votre identité. Les comptes sont ouverts et fermés par "
        "la plateforme SAS : adressez-vous au gestionnaire de votre structure.",
        status=403,
    ),
    TermsNotAccepted: Told(
        title="Les conditions d’utilisation restent à accepter",
        words="Ouvrez l’agenda du professionnel : elles vous y sont présentées.",
        status=403,
        way_on="Ouvrir l’agenda",
    ),
    NotOurForm: Told(
        title="Ce formulaire n’est plus valable",
        words="Il a été ouvert avant votre dernière connexion. Rien n’a été fait.",
        status=403,
        way_on="Revenir à l’agenda",
    ),
    Unavailable: Told(
        title="Une partie du service ne répond pas",
        words="Réessayez dans un instant. Si cela dure, appelez directement le professionnel.",
        status=503,
        way_on="Réessayer",
    ),
}


class PageRoute(APIRoute):
    """A route that answers with a page, be it a refusal."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handling(request: Request) -> Response:
            try:
                return await handle(request)
            except TourderoleError as error:
                return refusal_page(request, error)
            except RequestValidationError:
                return _page(request, _NO_SUCH_PAGE)

        return handling


def refusal_page(request: Request, error: TourderoleError) -> Response:
    REFUSALS.labels(code_of(error)).inc()
    return _page(request, told_of(error))


def page_of_framework(request: Request, status: int) -> Response:
    """What no route has seen: an address that is not there, a form that cannot be read."""
    return _page(request, replace(_NO_SUCH_PAGE, status=status))


def internal_page(request: Request) -> Response:
    """The answer to a fault of ours, which the log tells under the same id."""
    id = request.state.request_id
    words = f"Le service a rencontré une erreur. Réessayez ; si elle revient, signalez-la avec ce numéro : {id}."
    told = Told(title="Une erreur est survenue", words=words, status=500)
    return _page(request, told)


def told_of(error: TourderoleError) -> Told:
    if isinstance(error, SignInRefused):
        words = f"{sign_in_in_words(error.facts['reason'])} Revenez à la plateforme SAS et recommencez."
        return Told(title="La connexion n’a pas abouti", words=words, status=403)
    if isinstance(error, NotFound):
        return _practitioner_unknown() if error.facts["kind"] == "practitioner" else _NO_SUCH_PAGE
    for kind, told in _TOLD.items():
        if isinstance(error, kind):
            return told
    return Told(
        title="Cela n’a pas pu être fait",
        words=refused_in_words(error),
        status=status_of(type(error)),
        way_on="Revenir à l’agenda",
    )


def _practitioner_unknown() -> Told:
    return Told(
        title="Ce professionnel n’est pas connu ici",
        words="Aucun territoire de ce service ne connaît ce numéro RPPS : ce professionnel n’y propose pas de places. "
        "Revenez à la plateforme SAS pour en chercher un autre, ou pour trouver son téléphone.",
        status=404,
    )


def _page(request: Request, told: Told) -> Response:
    rpps = request.path_params.get("rpps")
    way_on = (told.way_on, f"/rdv/{rpps}") if told.way_on and rpps else None
    return page(request, "message", status=told.status, title=told.title, words=told.words, way_on=way_on)
