"""What the official test kit does with accounts, one after the other in one database, and the answers it asks for."""

import pytest

from service.application.regulators import regulator_named
from tests.make_regulators import NUMBER, national
from tests.web.test_fhir_regulators import MAIL, NATIONAL, SAS, a_practitioner, post, put

U, V, W, R = (f"{letter * 8}-01a3-6180-b098-73283ce4e5b1" for letter in "abcd")
NEW, MODIFIED = "3456780581/11242344", "sebastien.loridon.modif@test.com"
CREATED, DONE, REFUSED = range(201, 202), range(200, 400), range(400, 600)


def a_national(value, mail=MAIL, **different):
    return a_practitioner(NATIONAL, value, mail=mail, **different)


def steps(typeid):
    yield None, a_national(NUMBER), CREATED
    yield None, a_practitioner(SAS, U, mail=U + MAIL), CREATED
    yield None, a_practitioner(SAS, V, mail=V + MAIL), CREATED
    yield None, a_practitioner(SAS, V, mail=V + MAIL), REFUSED
    yield (NATIONAL, NUMBER), a_national(NUMBER, active=False), DONE
    yield (NATIONAL, NUMBER), a_national(NUMBER), DONE
    yield (NATIONAL, NUMBER), a_national(NUMBER, MODIFIED), DONE
    yield (NATIONAL, NUMBER), a_national(NEW, MODIFIED), DONE
    yield *typeid, DONE
    yield (NATIONAL, NEW), a_national(NEW, MODIFIED, name=[{"family": "Loridon-modif", "given": ["Sébastien"]}]), DONE
    yield (NATIONAL, NEW), a_national(NEW, MODIFIED, given="Sébastien-modif"), DONE
    yield (NATIONAL, W), a_national(W, W + MAIL), range(200, 202)
    yield (NATIONAL, NUMBER), a_national(NUMBER, active=False), DONE
    yield None, a_practitioner(SAS, R, mail=f"{R}.{MAIL}"), CREATED
    yield (SAS, R), a_national(NUMBER, f"{R}.{MAIL}"), DONE


@pytest.mark.parametrize(
    "typeid",
    [
        ((SAS, U), a_national(NUMBER, U + MAIL)),
        ((NATIONAL, U), a_practitioner(SAS, NUMBER, mail=U + MAIL)),
    ],
    ids=["as the kit describes it", "as the kit does it"],
)
async def test_the_whole_of_the_kit_passes(client, database, typeid):
    for number, (named, body, expected) in enumerate(steps(typeid)):
        answer = await (post(client, body) if named is None else put(client, named[0], named[1], body))
        assert answer.status_code in expected, f"step {number}: {answer.text}"
    assert (await regulator_named(database, national(NUMBER))).account.emails == (f"{R}.{MAIL}",)
