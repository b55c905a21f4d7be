"""What the SAS was told, over REST: refused ones are listed with the reason, and told again."""

from datetime import timedelta

from sqlalchemy import text

from service.application.bookings import book_place
from service.application.deliveries import relay_events
from tests.make_bookings import NOW, REGULATOR, naming, places, quarters
from tests.web.test_metrics import figures
from tests.worker.telling import a_regulator, booked_by

REFUSED = text("UPDATE sas_appointments SET state = 'refused', status = 422, refusal = 'because', attempts = 1")


async def some_wanted(database, count):
    """Bookings of the SAS that wait to be told, by id."""
    slots = await places(database, quarters(count + 1))
    bookings = await booked_by(database, await a_regulator(database), *slots[1:])
    await book_place(database, naming(slots[0]), caller=REGULATOR, now=NOW)
    await relay_events(database, now=NOW, sas=True)
    return sorted(str(each.id) for each in bookings)


async def listed(client, **query):
    answer = await client.get("/v1/sas-appointments", params=query)
    assert answer.status_code == 200
    return answer.json()


async def test_what_waits_is_listed_page_by_page(client, database):
    waiting = await some_wanted(database, 3)
    assert (await listed(client))["items"] == []
    page = await listed(client, state="pending", limit=2)
    rest = await listed(client, state="pending", limit=2, cursor=page["next_cursor"])
    assert [each["booking"] for each in page["items"] + rest["items"]] == waiting
    assert (rest["next_cursor"], page["items"][0]["next_attempt_at"]) == (None, "2026-11-23T13:05:00Z")


async def test_what_was_refused_is_told_again(client, database, clock):
    [booking] = await some_wanted(database, 1)
    async with database.transaction() as session:
        await session.execute(REFUSED)
    [refused] = (await listed(client))["items"]
    assert (refused["status"], refused["refusal"], refused["next_attempt_at"]) == (422, "because", None)
    again = (await client.post(f"/v1/sas-appointments/{booking}/replay")).json()
    assert (again["state"], again["refusal"], again["attempts"]) == ("pending", None, 0)
    assert (await listed(client))["items"] == []


async def test_what_the_sas_is_not_told_of_cannot_be_told_again(client, database):
    await some_wanted(database, 1)
    async with database.statement() as connection:
        other = await connection.scalar(text("SELECT id FROM bookings WHERE regulator_id IS NULL"))
    answer = await client.post(f"/v1/sas-appointments/{other}/replay")
    assert (answer.status_code, answer.json()["kind"]) == (404, "sas appointment")
    assert (await client.post("/v1/sas-appointments/x/replay")).status_code == 422
    assert (await client.get("/v1/sas-appointments?state=lost")).status_code == 422


async def test_what_waits_and_what_was_refused_is_measured(client, database, clock):
    assert await figures(client, "sas_appointments") == {("pending",): 0, ("refused",): 0}
    await some_wanted(database, 2)
    clock.now = NOW + timedelta(minutes=1)
    client._transport.app.state.looks = None
    assert await figures(client, "sas_appointments") == {("pending",): 2, ("refused",): 0}
    assert await figures(client, "sas_lag_seconds") == {(): 60}
