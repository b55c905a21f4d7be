"""What a process counts while it answers. Labels are bounded: route templates, known methods, codes and origins."""

from datetime import datetime

from prometheus_client import Counter, Histogram

from service.domain.bookings import Booking

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

REQUESTS = Counter("tourderole_http_requests", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "tourderole_http_seconds", "Seconds until the end of the answer was at hand", ["method", "route"], buckets=_SECONDS
)
REFUSALS = Counter("tourderole_refusals", "Requests refused, by the code of the problem", ["code"])
BOOKINGS = Counter("tourderole_bookings", "Bookings made over REST or on the booking page", ["origin"])


def count_booking(booking: Booking, now: datetime) -> Booking:
    """The same booking. One from before the request came is the answer to a repeated one: it is not counted again."""
    if booking.booked_at >= now:
        BOOKINGS.labels(booking.origin.value).inc()
    return booking
