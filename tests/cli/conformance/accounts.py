"""The accounts of an agenda, as the guide and the official kit want them, or with one thing wrong."""

from dataclasses import dataclass, field
from typing import Any

NATIONAL, PLATFORM = "urn:oid:1.2.250.1.71.4.2.1", "urn:oid:1.2.250.1.213.3.6"
TYPES = {NATIONAL: "IDNPS", PLATFORM: "INTRN"}
Body = dict[str, Any]


@dataclass(kw_only=True)
class Accounts:
    """By the server's own id. What is in `forgets` is not looked after."""

    forgets: str = ""
    known: dict[str, Body] = field(default_factory=dict)

    def create(self, body: Body) -> tuple[int, str]:
        if self._is_malformed(body):
            return 400, ""
        if self.forgets != "uniqueness" and self._in_use(body):
            return 422, ""
        return 201, self._keep(str(len(self.known) + 1), body)

    def update(self, body: Body, wanted: str) -> tuple[int, str]:
        """By the identifier's value: its system may be wrong, as the kit once sends it."""
        if self._is_malformed(body):
            return 400, ""
        value = wanted.partition("|")[2]
        matching = [id for id, each in self.known.items() if value in self._values(each)]
        if self.forgets == "unknown" and not matching:
            return 404, ""
        if (
            matching
            and self.forgets == "typeid"
            and not wanted.startswith(self.known[matching[-1]]["identifier"][0]["system"])
        ):
            return 404, ""
        if self.forgets == "reattribution" and matching and self._belongs_to_another(body, matching[-1]):
            return 422, ""
        return (200 if matching else 201), self._keep(matching[-1] if matching else str(len(self.known) + 1), body)

    def live(self) -> list[Body]:
        return [each for each in self.known.values() if each["active"]]

    def _keep(self, id: str, body: Body) -> str:
        self.known[id] = body
        if self.forgets == "ids":
            return f"http://agenda.test/fhir/Practitioner/{body['id']}"
        return "" if self.forgets == "location" else f"http://agenda.test/fhir/Practitioner/{id}"

    def _is_malformed(self, body: Body) -> bool:
        needed = [name for name in ("identifier", "name", "telecom", "active") if name != self.forgets]
        if any(name not in body for name in needed):
            return True
        if not all(part.get("family", "x") for part in body.get("name", [])):
            return True
        mails = all(each["system"] == "email" and each["value"] for each in body.get("telecom", []))
        return not mails or not all(
            each["type"]["coding"][0]["code"] == TYPES[each["system"]] for each in body.get("identifier", [])
        )

    def _values(self, body: Body) -> set[str]:
        return {each["value"] for each in body.get("identifier", [])}

    def _in_use(self, body: Body) -> bool:
        mails = {each["value"] for each in body.get("telecom", [])}
        return any(
            self._values(body) & self._values(each) or mails & {mail["value"] for mail in each.get("telecom", [])}
            for each in self.live()
        )

    def _belongs_to_another(self, body: Body, id: str) -> bool:
        return any(self._values(body) & self._values(each) for other, each in self.known.items() if other != id)
