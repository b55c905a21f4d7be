"""How long a receiver is waited for, where events may be sent, and which secrets sign."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat
from uuid import uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.domain.directory import TerritoryId
from service.domain.errors import Invalid
from service.domain.events import EventType
from service.domain.webhook_errors import SecretChanging
from service.domain.webhooks import (
    Attempt,
    Disabled,
    Retrying,
    Webhook,
    WebhookId,
    checked_url,
    is_public,
    new_secret,
)

NOW = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)
SCHEDULE = Retrying()
TWO_HOURS = timedelta(hours=2)

draws = st.lists(st.floats(0, 1, exclude_max=True), max_size=50)


def attempts(draws):
    """When a delivery is attempted, from 0 on, if nothing else delays it and the waits are drawn so, then longest."""
    at = timedelta()
    for number, draw in enumerate(chain(draws, repeat(0.999_999)), start=1):
        yield at
        at += SCHEDULE.wait(number, draw)


@given(draws)
@example([])
def test_a_receiver_that_is_down_for_two_hours_loses_nothing(draws):
    """However the waits are drawn, the delivery is not given up, and arrives half an hour later at most."""
    for at in attempts(draws):
        assert not SCHEDULE.is_over(NOW, NOW + at)
        if at >= TWO_HOURS:
            assert at <= TWO_HOURS + SCHEDULE.longest_wait
            return


@given(draws)
def test_a_delivery_is_given_up_after_three_days_and_not_before(draws):
    given_up = next(at for at in attempts(draws) if SCHEDULE.is_over(NOW, NOW + at))
    assert timedelta(days=3) <= given_up <= timedelta(days=3) + SCHEDULE.longest_wait


def test_waits_double_up_to_half_an_hour():
    longest = [SCHEDULE.wait(number, 1).total_seconds() for number in range(1, 12)]
    assert longest == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 1800, 1800]
    assert SCHEDULE.wait(10_000, 0.5) == timedelta(minutes=15)


def test_a_first_wait_as_long_as_the_longest_never_grows():
    slow = replace(SCHEDULE, first_wait=SCHEDULE.longest_wait)
    assert {slow.wait(times, 1) for times in (1, 50, 10_000)} == {SCHEDULE.longest_wait}
    assert slow.pause(10_000, 1) == SCHEDULE.longest_pause


@pytest.mark.parametrize(("failures", "seconds"), [(4, None), (5, 2.5), (6, 5), (11, 150), (10_000, 150)])
def test_a_receiver_is_left_alone_after_five_failures_in_a_row_for_five_minutes_at_most(failures, seconds):
    shortest = SCHEDULE.pause(failures, 0)
    assert (shortest and shortest.total_seconds()) == seconds
    if seconds:
        assert SCHEDULE.pause(failures, 1) == timedelta(seconds=2 * seconds)


@pytest.mark.parametrize(
    ("attempt", "is_success", "is_gone"),
    [
        (Attempt(status=199), False, False),
        (Attempt(status=200), True, False),
        (Attempt(status=299), True, False),
        (Attempt(status=300), False, False),
        (Attempt(status=410), False, True),
        (Attempt(), False, False),
    ],
)
def test_what_an_answer_means(attempt, is_success, is_gone):
    assert (attempt.is_success, attempt.is_gone) == (is_success, is_gone)


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.168.1.1",
        "0.0.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:8.8.8.8",
        "64:ff9b::a00:1",
        "2002:a00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "fc00::1",
        "fe80::1",
        "ff02::1",
    ],
)
def test_an_address_that_is_not_of_the_public_internet(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "172.32.0.1", "2606:4700::1111"])
def test_an_address_of_the_public_internet(address):
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.org/x", "url.not_https"),
        ("https://127.0.0.1/x", "url.not_public"),
        ("https://[::1]/x", "url.not_public"),
        ("https://localhost:8000", "url.not_public"),
        ("https://db.internal/x", "url.not_public"),
        ("ftp://example.org", "url.malformed"),
        ("https://", "url.malformed"),
        ("https://user:word@example.org/", "url.malformed"),
        ("https://example.org/#part", "url.malformed"),
        ("https://example.org:port/", "url.malformed"),
        ("https://exam ple.org/", "url.malformed"),
        ("https://exämple.org/", "url.malformed"),
        ("https://[::1/", "url.malformed"),
        ("https://localhost./", "url.not_public"),
        ("https://127.0.0.1./", "url.not_public"),
        ("https://2130706433/", "url.malformed"),
        ("https://0x7f.1/", "url.malformed"),
        ("https://0177.0.0.1/", "url.malformed"),
        ("https://example.org:0/", "url.malformed"),
        ("https://./", "url.malformed"),
        ("", "url.malformed"),
    ],
)
def test_where_events_are_not_sent(url, code):
    with pytest.raises(Invalid) as error:
        checked_url(url, private=False)
    assert [(fault.path, fault.code) for fault in error.value.faults] == [("url", code)]


@pytest.mark.parametrize("url", ["https://8.8.8.8/", "https://3com.example./x", "https://[2606:4700::1111]:8443/"])
def test_where_events_may_be_sent(url):
    assert checked_url(url, private=False) == url


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/x", "http://localhost", "https://10.0.0.7/"])
def test_in_a_laboratory_they_are_sent_to_private_networks_too(url):
    assert checked_url(url, private=True) == url


def a_webhook(**different):
    usual = Webhook(
        id=WebhookId(uuid4()),
        territory=TerritoryId("west"),
        url="https://example.org",
        event_types=frozenset(EventType),
        secret=new_secret(),
        created_at=NOW,
    )
    return replace(usual, **different)


@pytest.mark.parametrize(("hours", "good"), [(23.9, ["new", "old"]), (24, ["new"])])
def test_the_old_secret_signs_for_a_day_after_the_new_one_came(hours, good):
    rotated = a_webhook(secret="old").rotated("new", now=NOW)
    assert list(rotated.secrets(now=NOW + timedelta(hours=hours))) == good
    assert rotated.version == 2


def test_while_the_old_secret_signs_there_is_no_other_new_one():
    rotated = a_webhook(secret="old").rotated("new", now=NOW)
    with pytest.raises(SecretChanging) as error:
        rotated.rotated("newer", now=NOW + timedelta(hours=23.9))
    assert error.value.facts == {"until": (NOW + timedelta(hours=24)).isoformat()}
    assert rotated.rotated("newer", now=NOW + timedelta(hours=24)).old_secret == "new"


def test_to_enable_a_receiver_is_to_try_it_at_once():
    failing = a_webhook(disabled=Disabled.GONE, failures=7, paused_until=NOW)
    enabled = failing.changed(url=None, event_types=None, is_enabled=True)
    assert (enabled.disabled, enabled.failures, enabled.paused_until) == (None, 0, None)
    assert failing.changed(url="https://b.example", event_types=None, is_enabled=None).disabled is Disabled.GONE
    assert enabled.changed(url=None, event_types=None, is_enabled=False).disabled is Disabled.BY_OWNER


@pytest.mark.parametrize(
    ("status", "is_refusal"),
    [(None, False), (204, False), (307, True), (400, True), (429, False), (500, True), (503, False)],
)
def test_an_answer_refuses_an_event_unless_it_tells_of_the_receiver(status, is_refusal):
    assert Attempt(status=status).is_refusal is is_refusal


@pytest.mark.parametrize(
    ("status", "attempts", "failures", "counts"),
    [
        (422, 1, 0, True),
        (422, 2, 0, False),
        (422, 2, 4, False),
        (422, 2, 5, True),
        (503, 2, 0, True),
        (None, 2, 0, True),
    ],
)
def test_what_a_receiver_that_is_well_refuses_again_does_not_count_against_it(status, attempts, failures, counts):
    assert SCHEDULE.is_against_receiver(Attempt(status=status), attempts, failures) is counts
