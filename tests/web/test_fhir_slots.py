"""What the SAS platform is told is exact (INT_R01, INT_R04): on the reference territory, published."""

import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from service.domain.agendas import Site, agenda_id
from service.domain.directory import PracticeId, TerritoryId
from service.domain.geography import Point
from service.storage.tables.directory import PracticeRow, PractitionerRow, TerritoryRow
from tests.make_bookings import change_rows, publish
from tests.national import TYPES, all_of, answer_to, asking, empty_elements, references, starts
from tests.rosters import LAWFUL, W49

QUAI, CRAON, BUS, TILLEULS = "99900000011", "99900000102", "99900000110", "99900000029"
"""Who holds the four sessions: gp-01, gp-10, gp-11 on the bus, and gp-02 of the Quai at the Tilleuls."""
ALL = (QUAI, CRAON, BUS, TILLEULS)
SAS = "https://interop.esante.gouv.fr/ig/fhir/sas/StructureDefinition/sas-cpts-"
PROFILES = {
    "Slot": "http://sas.fr/fhir/StructureDefinition/FrSlotAgregateur",
    "Schedule": "http://sas.fr/fhir/StructureDefinition/FrScheduleAgregateur",
    "Practitioner": "http://sas.fr/fhir/StructureDefinition/FrPractitionerAgregateur",
    "PractitionerRole": "http://sas.fr/fhir/StructureDefinition/FrPractitionerRoleExerciceAgregateur",
    "HealthcareService": f"{SAS}healthcareservice-aggregator",
    "Organization": f"{SAS}organization-aggregator",
}
R314 = "https://mos.esante.gouv.fr/NOS/TRE_R314-TypeCreneau/FHIR/TRE-R314-TypeCreneau"
R66 = "https://mos.esante.gouv.fr/NOS/TRE_R66-CategorieEtablissement/FHIR/TRE-R66-CategorieEtablissement"
FR_V2_0203 = "http://interopsante.org/fhir/CodeSystem/fr-v2-0203"


@pytest.fixture
async def client(client, database):
    """The platform, when those sessions are published."""
    await publish(database, *LAWFUL, week=W49)
    return client


def only(bundle, kind):
    [resource] = all_of(bundle, kind)
    return resource


@pytest.mark.parametrize("cpts", [False, True])
async def test_a_bundle_is_whole_and_each_resource_in_it_once(client, cpts):
    bundle = await answer_to(client, asking(*ALL, cpts=cpts))
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    counts = {kind: kinds.count(kind) for kind in TYPES}
    of_cpts = {"HealthcareService": 1, "Organization": 1} if cpts else {"HealthcareService": 0, "Organization": 0}
    assert counts == {"Slot": 8 + 8 + 1 + 10, "Schedule": 4, "Practitioner": 4, "PractitionerRole": 4, **of_cpts}
    assert bundle["total"] == counts["Slot"]
    urls = [entry["fullUrl"] for entry in bundle["entry"]]
    assert len(set(urls)) == len(urls)
    assert list(empty_elements(bundle)) == []


@pytest.mark.parametrize("cpts", [False, True])
async def test_an_entry_says_where_it_is_why_it_is_there_and_its_one_profile(client, cpts):
    bundle = await answer_to(client, asking(*ALL, cpts=cpts))
    profiles = PROFILES | ({"Slot": f"{SAS}slot-aggregator"} if cpts else {})
    for entry in bundle["entry"]:
        resource = entry["resource"]
        kind, id = resource["resourceType"], resource["id"]
        assert re.fullmatch(r"[A-Za-z0-9.-]{1,64}", id)
        assert entry["fullUrl"] == f"http://test/fhir/{kind}/{id}"
        assert entry["search"] == {"mode": "match" if kind == "Slot" else "include"}
        assert resource["meta"]["profile"] == [profiles[kind]]


async def test_references_are_relative_and_lead_somewhere(client):
    bundle = await answer_to(client, asking(*ALL, cpts=True))
    told = {f"{each['resource']['resourceType']}/{each['resource']['id']}" for each in bundle["entry"]}
    contained = {f"#{role['contained'][0]['id']}" for role in all_of(bundle, "PractitionerRole")}
    assert set(references(bundle)) <= told | contained
    actors = {actor["reference"].split("/")[0] for each in all_of(bundle, "Schedule") for actor in each["actor"]}
    assert actors == {"Practitioner", "PractitionerRole"}


@pytest.mark.parametrize("cpts", [False, True])
async def test_the_bundle_has_the_profile_of_its_flow_and_one_link(client, cpts):
    query = asking(QUAI, cpts=cpts) + "&_count=1000&x=%7e%2C+|"
    bundle = await answer_to(client, query)
    profile = f"{SAS}bundle-aggregator" if cpts else "http://sas.fr/fhir/StructureDefinition/BundleAgregateur"
    assert (bundle["type"], bundle["meta"]["profile"]) == ("searchset", [profile])
    assert bundle["link"] == [{"relation": "self", "url": f"http://test/fhir/Slot?{query}"}]


async def test_a_bookable_place(client):
    bundle = await answer_to(client, asking(QUAI, cpts=True))
    slot, schedule = all_of(bundle, "Slot")[0], only(bundle, "Schedule")
    service = {"reference": f"HealthcareService/{only(bundle, 'HealthcareService')['id']}"}
    url = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Slot.serviceType"
    specialty = "https://mos.esante.gouv.fr/NOS/TRE_R38-SpecialiteOrdinale/FHIR/TRE-R38-SpecialiteOrdinale"
    assert slot.pop("id")
    assert slot.pop("meta")["security"] == [{"system": R314, "code": "SNP"}, {"system": R314, "code": "CPTS"}]
    assert slot == {
        "resourceType": "Slot",
        "serviceType": [
            {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}]},
            {"extension": [{"url": url, "valueReference": service}], "coding": [{"system": R66, "code": "604"}]},
        ],
        "specialty": [{"coding": [{"system": specialty, "code": "SM54"}]}],
        "appointmentType": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0276", "code": "ROUTINE"}]},
        "schedule": {"reference": f"Schedule/{schedule['id']}"},
        "status": "free",
        "start": "2026-11-30T10:00:00.000+01:00",
        "end": "2026-11-30T10:15:00.000+01:00",
        "comment": f"http://test/rdv/{QUAI}?lieu={schedule['id']}",
    }


async def test_the_outside_is_sent_where_it_reaches_the_service(client, app):
    app.state.public_url = "https://regulation.example/cpts"
    query = asking(QUAI)
    bundle = await answer_to(client, query)
    assert bundle["link"][0]["url"] == f"https://regulation.example/cpts/fhir/Slot?{query}"
    assert all(entry["fullUrl"].startswith("https://regulation.example/cpts/fhir/") for entry in bundle["entry"])
    page = urlsplit(all_of(bundle, "Slot")[0]["comment"])
    assert (page.netloc, page.path) == ("regulation.example", f"/cpts/rdv/{QUAI}")
    assert parse_qsl(page.query) == [("lieu", only(bundle, "Schedule")["id"])]


async def test_a_session_at_a_colleagues_practice_bears_the_number_of_that_practice(client):
    bundle = await answer_to(client, asking(TILLEULS))
    role = only(bundle, "PractitionerRole")
    assert role["organization"]["identifier"] == {
        "type": {"coding": [{"system": FR_V2_0203, "code": "IDNST"}]},
        "system": "urn:oid:1.2.250.1.71.4.2.2",
        "value": "1539900118",
    }
    assert role["telecom"] == [{"system": "phone", "value": "+33243900001"}]
    assert role["practitioner"] == {"reference": f"Practitioner/{TILLEULS}"}


async def test_a_practice_of_ones_own_bears_the_rank_of_its_rpps(client):
    role = only(await answer_to(client, asking(QUAI)), "PractitionerRole")
    assert role["organization"]["identifier"]["value"] == f"4{QUAI}001"


async def test_a_practice_without_a_national_number_names_none(client, database):
    await change_rows(database, PracticeRow, rpps_rank=None)
    assert "organization" not in only(await answer_to(client, asking(QUAI)), "PractitionerRole")


async def test_a_place_of_consultation_is_contained(client):
    role = only(await answer_to(client, asking(QUAI)), "PractitionerRole")
    [place] = role["contained"]
    type_ = {"system": "http://interopsante.org/fhir/CodeSystem/fr-location-identifier-type", "code": "INTRN"}
    assert role["location"] == [{"reference": f"#{place['id']}"}]
    assert place == {
        "resourceType": "Location",
        "id": place["id"],
        "meta": {"profile": ["http://sas.fr/fhir/StructureDefinition/FrLocationAgregateur"]},
        "identifier": [{"type": {"coding": [type_]}, "system": "http://test/lieux", "value": place["id"]}],
        "name": "Cabinet du Quai",
        "address": {"line": ["3 rue de l'Exemple"], "city": "Château-Gontier-sur-Mayenne", "postalCode": "53200"},
        "position": place["position"],
    }


async def test_a_walk_in_session_of_a_mobile_unit_is_one_place_at_its_stop_of_that_day(client):
    bundle = await answer_to(client, asking(BUS))
    slot = only(bundle, "Slot")
    assert slot["appointmentType"]["coding"][0]["code"] == "WALKIN"
    assert (slot["start"], slot["meta"]["security"]) == (
        "2026-12-01T09:30:00.000+01:00",
        [{"system": R314, "code": "PUBLIC"}],
    )
    assert only(bundle, "PractitionerRole")["contained"][0]["address"] == {
        "line": ["Parking de la salle des fêtes"],
        "city": "Saint-Aignan-sur-Roë",
        "postalCode": "53390",
    }
    assert slot["comment"].startswith(f"http://test/rdv/{BUS}?lieu=")


async def test_a_practitioner_has_the_national_identifier_alone(client):
    assert only(await answer_to(client, asking(QUAI)), "Practitioner") == {
        "resourceType": "Practitioner",
        "id": QUAI,
        "meta": {"profile": [PROFILES["Practitioner"]]},
        "identifier": [
            {
                "type": {"coding": [{"system": FR_V2_0203, "code": "IDNPS"}]},
                "system": "urn:oid:1.2.250.1.71.4.2.1",
                "value": f"8{QUAI}",
            }
        ],
        "name": [{"family": "Morvan", "given": ["Aline"]}],
    }


async def test_a_cpts_is_an_organization_whose_identifier_satisfies_both_versions_of_the_guide(client):
    bundle = await answer_to(client, asking(QUAI, cpts=True))
    organization, service = only(bundle, "Organization"), only(bundle, "HealthcareService")
    assert service["providedBy"] == {"reference": f"Organization/{organization['id']}"}
    assert organization["name"] == "CPTS du Haut-Anjou mayennais (fictive)"
    assert organization["telecom"] == [{"system": "phone", "value": "+33243900099"}]
    [identifier] = organization["identifier"]
    assert (identifier["system"], identifier["value"]) == ("urn:oid:1.2.250.1.71.4.2.2", "1539900019")
    assert identifier["type"]["coding"] == [
        {"system": "http://interopsante.org/fhir/CodeSystem/fr-location-identifier-type", "code": "IDNST"},
        {"system": "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0203", "code": "IDNST"},
    ]


async def test_a_number_that_the_interface_cannot_say_is_left_out(client, database):
    await change_rows(database, TerritoryRow, phone="+687272727")
    assert "telecom" not in only(await answer_to(client, asking(QUAI, cpts=True)), "Organization")


async def test_a_know_how_that_is_no_code_is_left_out(client, database):
    await change_rows(database, PractitionerRow, specialty="médecine générale")
    bundle = await answer_to(client, asking(QUAI))
    assert "specialty" not in all_of(bundle, "Slot")[0]
    assert "specialty" not in only(bundle, "PractitionerRole")


async def test_without_the_includes_of_cpts_nothing_is_said_of_them(client):
    bundle = await answer_to(client, asking(QUAI))
    for slot in all_of(bundle, "Slot"):
        assert [each["code"] for each in slot["meta"]["security"]] == ["SNP"]
        assert len(slot["serviceType"]) == 1


async def test_an_agenda_keeps_its_id(client):
    first, again = [only(await answer_to(client, asking(QUAI)), "Schedule")["id"] for _ in range(2)]
    site = Site(
        territory=TerritoryId("cpts-haut-anjou-fictive"),
        practice=PracticeId("cab-quai"),
        name="",
        structure=None,
        phone="",
        address_line="",
        postal_code="",
        city="",
        point=Point(0, 0),
    )
    assert first == again == str(agenda_id(QUAI, site.id))


async def test_the_capability_statement_tells_of_the_search(client):
    [rest] = (await client.get("/fhir/metadata")).json()["rest"]
    [slot] = [each for each in rest["resource"] if each["type"] == "Slot"]
    assert slot["interaction"] == [{"code": "search-type"}]
    assert slot["searchInclude"] == [
        "Slot:schedule",
        "Schedule:actor",
        "Slot:service-type-reference",
        "HealthcareService:organization",
    ]
    assert "start" in [each["name"] for each in slot["searchParam"]]


async def test_places_come_in_the_order_of_time(client):
    told = starts(await answer_to(client, asking(*ALL)))
    assert told == sorted(told)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+01:00", each) for each in told)
