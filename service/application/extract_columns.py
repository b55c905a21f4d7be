"""The columns and codes of the national directory's text extract (`PS_LibreAcces_Personne_activite`) that we read."""

import re

from service.domain.directory import PracticeKind, PractitionerStatus

RPPS, FAMILY_NAME, GIVEN_NAME = "Identifiant PP", "Nom d'exercice", "Prénom d'exercice"
PROFESSION, CATEGORY = "Code profession", "Code catégorie professionnelle"
SPECIALTY, STATUS = "Code savoir-faire", "Code mode exercice"
FINESS, SIRET = "Numéro FINESS site", "Numéro SIRET site"
TECHNICAL_ID, FORMER_ID = "Identifiant technique de la structure", "Ancien identifiant de la structure"
PLACE_NAME, SIGN_NAME = "Raison sociale site", "Enseigne commerciale site"
COMMUNE, PHONE = "Code commune (coord. structure)", "Téléphone (coord. structure)"
ADDRESS = (
    "Numéro Voie (coord. structure)",
    "Indice répétition voie (coord. structure)",
    "Libellé type de voie (coord. structure)",
    "Libellé Voie (coord. structure)",
)
NAMES_OF_A_PLACE = (FINESS, SIRET, TECHNICAL_ID, FORMER_ID, PLACE_NAME, SIGN_NAME)
REQUIRED = (RPPS, FAMILY_NAME, GIVEN_NAME, PROFESSION, SPECIALTY, STATUS, PLACE_NAME, COMMUNE)

PHYSICIAN = "10"
STUDENT = "E"
GENERAL_PRACTICE = ("SM26", "SM53", "SM54")
"""Know-how of general practice: qualified in it, specialist of it, and the discipline itself."""

STATUS_OF = {"L": PractitionerStatus.SELF_EMPLOYED, "S": PractitionerStatus.SALARIED}
"""Mode of practice → status; volunteers (`B`) are not rostered."""

_KIND_OF = (
    (
        r"(msp|maison de (la )?sant[eé]|maison (pluri\S+ )?de sant[eé]|p[oô]le (de )?sant[eé])\b",
        PracticeKind.HEALTH_HOUSE,
    ),
    (r"(cds|centre (municipal |pluri\S+ )?de sant[eé])\b", PracticeKind.HEALTH_CENTRE),
    (r"sos m[eé]decins\b", PracticeKind.SOS_ASSOCIATION),
    (r"(ch|chr|chu|h[oô]pital|centre hospitalier)\b", PracticeKind.HOSPITAL_SITE),
)


def kind_of(name: str) -> PracticeKind:
    """How the name of a place begins tells its kind: the extract has no surer word for it."""
    return next((kind for begins, kind in _KIND_OF if re.match(begins, name, re.IGNORECASE)), PracticeKind.PRACTICE)
