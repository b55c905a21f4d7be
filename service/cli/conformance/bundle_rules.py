"""What holds of the bundle as a whole: its head, its entries, and how the resources in it hang together."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from urllib.parse import quote

from service.cli.conformance import expected
from service.cli.conformance.answers import Answer, Kind
from service.cli.conformance.findings import Fault, Rule, fault, missing, shown
from service.cli.conformance.reading import Node, split_url
from service.cli.conformance.shapes import Faults, OfAnswer, among, equal, times

SLICES = ("Slot", "Schedule", "Practitioner", "PractitionerRole", "HealthcareService", "Organization")
ALLOWED_IN_QUERY = "/?:@-._~!$&'()*+,;=%"
RELATIVE = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64}")


def of_bundle(check: Callable[[Node, Answer], Faults]) -> OfAnswer:
    def faults(answer: Answer) -> Faults:
        for bundle in answer.bundles:
            yield from check(bundle, answer)

    return faults


def total_given(bundle: Node, _: Answer) -> Iterator[Fault]:
    total = bundle.one("total")
    if total is None:
        yield missing(bundle, "total")
    elif type(total.value) is not int:
        yield fault(total)


def one_self_link(bundle: Node, answer: Answer) -> Iterator[Fault]:
    links = list(bundle.each("link"))
    if not links:
        yield missing(bundle, "link")
    elif links[0].text("relation") != "self":
        yield fault(links[0])
    if answer.asked.kind is Kind.CPTS and len(links) > 1:
        yield Fault(bundle.at("link"), f"{len(links)} of them")


def link_echoes(bundle: Node, answer: Answer) -> Iterator[Fault]:
    """Percent-encoding what no URI may hold is no change: some clients send `|` as it is."""
    sent, link = answer.asked.query, bundle.one("link")
    if sent is None or link is None:
        return
    url = link.text("url")
    written = split_url(url).query
    if split_url(url).scheme not in ("http", "https") or not url.isprintable():
        yield fault(link)
    elif written != sent and written != quote(sent, safe=ALLOWED_IN_QUERY):
        yield Fault(f"{link.where}.url", shown(written))


def entries_fit(bundle: Node, answer: Answer) -> Iterator[Fault]:
    count = len(list(bundle.each("entry")))
    if bundle.holds("entry") and not count:
        yield Fault(bundle.at("entry"), "an empty list")
    if answer.asked.kind is Kind.CPTS and 0 < count < 4:
        yield Fault(bundle.at("entry"), f"{count} of them")


def full_urls(bundle: Node, _: Answer) -> Iterator[Fault]:
    for entry in bundle.each("entry"):
        resource = entry.one("resource")
        url = entry.text("fullUrl")
        if resource is None:
            yield missing(entry, "resource")
        elif not re.match(r"https?://", url) or not url.endswith(f"/{resource.local}"):
            yield Fault(entry.at("fullUrl"), shown(url) if url else "nothing")


def search_modes(bundle: Node, _: Answer) -> Iterator[Fault]:
    for entry in bundle.each("entry"):
        mode = "match" if entry.text("resource", "resourceType") == "Slot" else "include"
        if entry.text("search", "mode") != mode:
            yield Fault(entry.at("search.mode"), entry.text("search", "mode") or "nothing")


def known_types(_: Node, answer: Answer) -> Iterator[Fault]:
    allowed = SLICES if answer.asked.kind is Kind.CPTS else SLICES[:4]
    for node in answer.resources:
        if node.type not in allowed:
            yield Fault(node.where, node.type or "no resourceType")


def once_each(bundle: Node, answer: Answer) -> Iterator[Fault]:
    urls = Counter(bundle.texts("entry", "fullUrl"))
    yield from (Fault("Bundle.entry.fullUrl", f"{url} {count} times") for url, count in urls.items() if count > 1)
    locals_ = Counter(node.local for node in answer.resources)
    yield from (Fault("Bundle.entry.resource", f"{name} {count} times") for name, count in locals_.items() if count > 1)


def total_counts_slots(bundle: Node, answer: Answer) -> Iterator[Fault]:
    total = bundle.one("total")
    if total is not None and total.value != len(answer.slots):
        yield Fault(total.where, f"{shown(total.value)}, with {len(answer.slots)} slots")


def slices_filled(_: Node, answer: Answer) -> Iterator[Fault]:
    if answer.asked.kind is Kind.CPTS and not answer.is_empty:
        for name in SLICES[:4]:
            if not answer.of(name):
                yield Fault("Bundle.entry", f"no {name}")


def services_of_organizations(_: Node, answer: Answer) -> Iterator[Fault]:
    services, organizations = len(answer.of("HealthcareService")), len(answer.of("Organization"))
    for_cpts = [node for node in answer.slots if "CPTS" in node.texts("meta", "security", "code")]
    if answer.asked.kind is Kind.CPTS and (services != organizations or (for_cpts and not services)):
        yield Fault("Bundle.entry", f"{services} HealthcareService and {organizations} Organization")


def a_role_for_each_schedule(_: Node, answer: Answer) -> Iterator[Fault]:
    schedules, roles = answer.of("Schedule"), answer.of("PractitionerRole")
    if len(schedules) != len(roles):
        yield Fault("Bundle.entry", f"{len(schedules)} Schedule and {len(roles)} PractitionerRole")
    used = Counter(text for node in schedules for text in node.texts("actor", "reference"))
    for node in roles:
        if used[node.local] > 1:
            yield Fault(node.where, f"{used[node.local]} Schedule for {node.local}")


def roles_of_their_practitioners(_: Node, answer: Answer) -> Iterator[Fault]:
    for schedule in answer.of("Schedule"):
        actors = schedule.texts("actor", "reference")
        people = [name for name in actors if name.startswith("Practitioner/")]
        for role in (answer.by_reference[name] for name in actors if name in answer.by_reference):
            practitioner = role.text("practitioner", "reference")
            if role.type == "PractitionerRole" and practitioner and people and practitioner not in people:
                yield Fault(role.at("practitioner"), f"{shown(practitioner)}, for {schedule.local} of {people[0]}")


def one_of_each_person(_: Node, answer: Answer) -> Iterator[Fault]:
    seen = Counter(text for node in answer.practitioners for text in set(node.texts("identifier", "value")))
    yield from (Fault("Bundle.entry", f"{count} Practitioner for {who}") for who, count in seen.items() if count > 1)


def references_resolve(_: Node, answer: Answer) -> Iterator[Fault]:
    referred = set()
    for node in answer.references:
        referred.add(node.value)
        if not node.value.startswith("#") and (
            not RELATIVE.fullmatch(node.value) or node.value not in answer.by_reference
        ):
            yield fault(node)
    for node in answer.resources:
        if node.type != "Slot" and node.local not in referred:
            yield Fault(node.where, f"{node.local}, to which nothing refers")


def empty_answer(bundle: Node, answer: Answer) -> Iterator[Fault]:
    if answer.is_empty:
        if bundle.one("total") is None or bundle.value["total"] != 0:
            yield Fault(bundle.at("total"), shown(bundle.value.get("total")))
        if bundle.texts("meta", "profile") != [expected.PS_BUNDLE]:
            yield Fault(bundle.at("meta.profile"), shown(bundle.texts("meta", "profile")))


RULES = (
    Rule(
        "BUN-1",
        "type is searchset",
        "P",
        among(lambda answer: answer.bundles, times("type", 1), equal("type", "searchset")),
    ),
    Rule("BUN-2", "total is given, as a number", "P N", of_bundle(total_given)),
    Rule("BUN-3", "the first link is self; to a CPTS request there is no other", "P K", of_bundle(one_self_link)),
    Rule("BUN-3b", "the self link is a URL whose query is the request's, as it was sent", "K", of_bundle(link_echoes)),
    Rule(
        "BUN-4",
        "entry is left out when there is none; of a CPTS answer there are 4 or more",
        "P",
        of_bundle(entries_fit),
    ),
    Rule("BUN-5", "fullUrl is absolute and ends in /Type/id", "P F", of_bundle(full_urls)),
    Rule("BUN-6", "search.mode is match for a Slot, include for all else", "N 1.2.0", of_bundle(search_modes)),
    Rule("BUN-7", "nothing but the resources that were asked for", "P", of_bundle(known_types)),
    Rule("BUN-8", "each resource once", "F bdl-7", of_bundle(once_each)),
    Rule("BUN-9", "total is the number of slots", "K", of_bundle(total_counts_slots)),
    Rule(
        "BUN-10",
        "a CPTS answer has a Slot, a Schedule, a Practitioner, a PractitionerRole",
        "P",
        of_bundle(slices_filled),
    ),
    Rule(
        "BUN-11",
        "as many HealthcareService as Organization, and some when a slot is of a CPTS",
        "N K",
        of_bundle(services_of_organizations),
    ),
    Rule(
        "BUN-12",
        "as many Schedule as PractitionerRole: one for each place of a practitioner",
        "N K",
        of_bundle(a_role_for_each_schedule),
    ),
    Rule(
        "BUN-12",
        "the role of a Schedule is one of the Schedule's practitioner",
        "N K",
        of_bundle(roles_of_their_practitioners),
    ),
    Rule("BUN-13", "one Practitioner for each national identifier", "K", of_bundle(one_of_each_person)),
    Rule(
        "BUN-14",
        "references are relative and resolve in the bundle; whatever is included is referred to",
        "P K",
        of_bundle(references_resolve),
    ),
    Rule("BUN-15", "an empty answer has total 0, no entry and the profile of PS", "N P", of_bundle(empty_answer)),
)
