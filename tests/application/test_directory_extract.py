"""The directory's extract: what becomes of every line, and never a crash."""

import csv
import io
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.application.directory_extract import ExtractReport, Outcome, read_extract
from service.application.extract_columns import kind_of
from service.application.spreadsheets import neutralised
from service.application.territory_file.reading import read_territory_file
from service.application.territory_file.writing import write_territory_file
from service.domain.directory import PracticeId, PracticeKind, Practitioner, PractitionerStatus

REFERENCE = Path(__file__).parents[2] / "service/reference"
EXTRACT = (REFERENCE / "directory-extract.txt").read_bytes()
TERRITORY = read_territory_file((REFERENCE / "haut-anjou.json").read_bytes())
EMPTY = replace(TERRITORY, practices=(), practitioners=(), session_templates=(), availability_rules=(), absences=())
HEADER, *LINES = EXTRACT.decode().splitlines()
MORVAN, HUBERT = LINES[0].split("|"), LINES[6].split("|")


def extract_of(*lines: list[str]) -> bytes:
    return "\n".join([HEADER, *("|".join(cells) for cells in lines)]).encode()


def with_cells(cells: list[str], **changes: str) -> list[str]:
    """The line with other cells: `with_cells(MORVAN, Identifiant_PP="1")`."""
    by_header = dict(zip(HEADER.split("|"), cells, strict=True))
    for name, value in changes.items():
        header = next(header for header in by_header if header.replace(" ", "_").startswith(name))
        by_header[header] = value
    return list(by_header.values())


def outcomes(report: ExtractReport) -> list[tuple[int, Outcome, str]]:
    return [(line.line, line.outcome, line.code) for line in report.lines]


def test_the_sample_has_three_faults_a_second_place_and_a_nurse():
    report = read_extract(EXTRACT, TERRITORY)
    assert outcomes(report) == [
        *((line, Outcome.KNOWN, "practitioner.known") for line in range(2, 24)),
        (24, Outcome.FAULT, "rpps.check_digit"),
        (25, Outcome.FAULT, "rpps.length"),
        (26, Outcome.FAULT, "commune.unknown"),
        (27, Outcome.JOINED, "place.joined"),
        (28, Outcome.ADDED, "practitioner.added"),
        (29, Outcome.SKIPPED, "profession.not_physician"),
        (30, Outcome.ADDED, "practitioner.added"),
    ]
    assert [(fault.path, fault.code) for fault in report.faults] == [
        ("line 24", "rpps.check_digit"),
        ("line 25", "rpps.length"),
        ("line 26", "commune.unknown"),
    ]


def test_the_sample_names_24_lawful_people_at_places_that_the_territory_knows():
    report = read_extract(EXTRACT, TERRITORY)
    people: dict[str, Practitioner] = {person.id: person for person in report.practitioners}
    assert len(people) == 24
    assert people["gp-01"] == replace(TERRITORY.practitioners[0], may_work_at=(PracticeId("msp-tilleuls"),))
    assert people["rpps-99900000318"].home_practice == "msp-oudon"
    assert people["rpps-99900000318"].pledge is None
    assert set(report.practices) <= set(TERRITORY.practices)


def test_a_formula_is_kept_as_text_and_neutralised_in_an_export():
    *_, person = read_extract(EXTRACT, TERRITORY).practitioners
    assert person.given_name == '=HYPERLINK("http://x")'
    assert neutralised(person.given_name) == '\'=HYPERLINK("http://x")'


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1", " =1", "＝1"])
def test_whatever_a_spreadsheet_may_run_is_neutralised(cell):
    assert neutralised(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "Aline", "1-2", "'=1", "rue de l'Exemple"])
def test_other_cells_stay_as_they_are(cell):
    assert neutralised(cell) == cell


def test_csv_with_a_byte_order_mark_and_semicolons_says_the_same():
    table = io.StringIO()
    csv.writer(table, delimiter=";").writerows(line.split("|") for line in [HEADER, *LINES])
    assert read_extract(b"\xef\xbb\xbf" + table.getvalue().encode(), TERRITORY) == read_extract(EXTRACT, TERRITORY)


def test_an_empty_territory_gets_its_people_and_places_once():
    report = read_extract(EXTRACT, EMPTY)
    assert len(report.practitioners) == 24
    assert [practice.name for practice in report.practices].count("CABINET DU QUAI") == 1
    assert Counter(practice.kind for practice in report.practices) == {
        PracticeKind.HEALTH_HOUSE: 5,
        PracticeKind.PRACTICE: 4,
        PracticeKind.HEALTH_CENTRE: 1,
    }


def test_a_new_place_stands_at_the_centre_of_its_commune_with_all_that_the_extract_says():
    report = read_extract(extract_of(HUBERT), EMPTY)
    (place,), (person,) = report.practices, report.practitioners
    centre = next(commune.point for commune in EMPTY.communes if commune.insee == "53062")
    assert (place.id, place.point, place.finess, place.rooms) == ("finess-539900126", centre, "539900126", 1)
    assert (place.address_line, place.phone) == ("5 Rue DE L'EXEMPLE", "+33243900002")
    assert (person.home_practice, person.status) == (place.id, PractitionerStatus.SALARIED)


@pytest.mark.parametrize("file", [TERRITORY, EMPTY], ids=["reference", "empty"])
def test_the_territory_that_results_is_lawful_and_nothing_is_new_the_second_time(file):
    report = read_extract(EXTRACT, file)
    after = report.applied_to(file)
    assert read_territory_file(write_territory_file(after)) == after
    again = read_extract(EXTRACT, after)
    assert (again.practitioners, again.applied_to(after)) == (report.practitioners, after)
    assert not {Outcome.ADDED, Outcome.JOINED} & {line.outcome for line in again.lines}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"Numéro_FINESS_site": "539900118"}, "msp-tilleuls"),
        ({"Raison_sociale_site": "Autre", "Ancien_identifiant": "499900000151001"}, "cab-fresne"),
        ({"Raison_sociale_site": "Cabinet du frene", "Code_commune": "53077"}, "cab-fresne"),
        ({"Raison_sociale_site": "cabinet du quai", "Code_commune": "53014"}, "cab-quai"),
        ({"Raison_sociale_site": "MSP des Tilleuls", "Numéro_FINESS_site": "539900019"}, "finess-539900019"),
        ({"Raison_sociale_site": "Autre", "Numéro_SIRET_site": "732 829 320 00074"}, "siret-73282932000074"),
        ({"Raison_sociale_site": "Autre", "Identifiant_technique": "R10/7"}, "site-r107"),
        ({"Raison_sociale_site": "Autre", "Identifiant_technique": ""}, "site-autre-53062"),
    ],
)
def test_a_place_is_known_by_its_surest_sign_else_made_anew(changes, place):
    line = with_cells(MORVAN, **{"Identifiant_PP": "99900000318", "Ancien_identifiant": "", **changes})
    (person,) = read_extract(extract_of(line), TERRITORY).practitioners
    assert person.home_practice == place


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Code_catégorie": "E"}, "category.student"),
        ({"Code_savoir-faire": "SM04"}, "specialty.not_general_practice"),
        ({"Code_mode_exercice": "B"}, "status.not_rostered"),
        ({"Raison_sociale": "", "Identifiant_technique": "", "Ancien_identifiant": ""}, "place.missing"),
    ],
)
def test_a_line_that_is_not_for_us_is_passed_over(changes, code):
    assert outcomes(read_extract(extract_of(with_cells(MORVAN, **changes)), TERRITORY)) == [(2, Outcome.SKIPPED, code)]


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"Identifiant_PP": ""}, ["rpps.malformed"]),
        ({"Numéro_FINESS_site": "539900119"}, ["finess.check_digit"]),
        ({"Ancien_identifiant": "499900000012001"}, ["rpps_rank.check_digit"]),
        ({"Identifiant_PP": "1", "Code_commune": "53400"}, ["rpps.length", "commune.unknown"]),
        ({"Code_commune": "", "Raison_sociale": "Autre", "Ancien_identifiant": ""}, ["commune.missing"]),
        ({"Raison_sociale": "Autre", "Ancien_identifiant": "", "Téléphone_(": "0612"}, ["phone.malformed"]),
        ({"Nom_d'exercice": ""}, ["text.too_short"]),
        ({"Nom_d'exercice": "A\x00"}, ["text.control_character"]),
    ],
)
def test_a_line_with_faults_is_reported_with_each_and_brings_nothing(changes, codes):
    report = read_extract(extract_of(with_cells(MORVAN, **changes)), replace(TERRITORY, practitioners=()))
    assert outcomes(report) == [(2, Outcome.FAULT, code) for code in codes]
    assert (report.practitioners, report.practices) == ((), ())


def test_a_postal_code_in_the_place_of_a_commune_is_seen_through():
    report = read_extract(extract_of(with_cells(MORVAN, Code_commune="53400")), TERRITORY)
    assert [line.hint for line in report.lines] == ["postal code? Craon is 53084"]


@pytest.mark.parametrize(
    ("content", "line", "code"),
    [
        (b"", 1, "text.empty"),
        (b"\n\n", 1, "text.empty"),
        (b"a|b|c\n1|2|3", 1, "header.missing_column"),
        (b"\x00\x01", 1, "text.empty"),
        (HEADER.encode() + b"\nCh\xe2teau", 2, "text.encoding"),
        (HEADER.encode() + b"\n8|99900000011", 2, "row.too_short"),
        (HEADER.encode() + b"\n\n" + "|".join([*MORVAN, "more"]).encode(), 3, "row.too_long"),
        (HEADER.replace("|", ";").encode() + b'\n"' + b"x" * 200_000, 2, "row.malformed"),
    ],
)
def test_what_is_no_extract_is_a_fault_of_its_line(content, line, code):
    assert outcomes(read_extract(content, TERRITORY)) == [(line, Outcome.FAULT, code)]


def test_a_faulty_line_does_not_shift_the_numbers_of_those_after_it():
    table = HEADER.replace("|", ";") + '\n"two\nlines"\n' + ";".join(MORVAN)
    report = read_extract(table.encode(), TERRITORY)
    assert [(line.line, line.code) for line in report.lines] == [(2, "row.too_short"), (4, "practitioner.known")]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("MSP DU VICOIN", PracticeKind.HEALTH_HOUSE),
        ("Maison de santé pluriprofessionnelle", PracticeKind.HEALTH_HOUSE),
        ("CENTRE DE SANTE MUNICIPAL", PracticeKind.HEALTH_CENTRE),
        ("SOS MEDECINS LAVAL", PracticeKind.SOS_ASSOCIATION),
        ("CH du Haut-Anjou", PracticeKind.HOSPITAL_SITE),
        ("Chauvin et associés", PracticeKind.PRACTICE),
    ],
)
def test_the_name_of_a_place_tells_its_kind(name, kind):
    assert kind_of(name) is kind


@given(content=st.binary() | st.text().map(str.encode))
def test_any_content_is_reported_on(content):
    assert read_extract(content, TERRITORY).faults


@given(cells=st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=len(MORVAN), max_size=len(MORVAN)))
def test_any_cells_are_reported_on(cells):
    report = read_extract(extract_of(MORVAN, with_cells(MORVAN, **dict(zip(FUZZED, cells, strict=False)))), TERRITORY)
    assert report.lines[0].outcome is Outcome.KNOWN


FUZZED = (
    "Identifiant_PP",
    "Nom_d'exercice",
    "Raison_sociale_site",
    "Code_commune",
    "Numéro_FINESS_site",
    "Téléphone_(",
)
