"""The steps that the official kit takes with the accounts of regulators, in its order."""

from collections.abc import Callable, Iterator

from service.cli.conformance import expected
from service.cli.conformance.accounts import Accounts, Body, Identifier, Step, changed

Change = Callable[[Body], object]


def _without(name: str) -> Change:
    return lambda body: body.pop(name)


def _active(active: bool) -> Change:
    return lambda body: body.update(active=active)


MISSING = {f"without {name}": _without(name) for name in ("identifier", "name", "telecom", "active")}


def _type_of(body: Body, code: str) -> None:
    body["identifier"][0]["type"]["coding"][0]["code"] = code


WRONG: dict[str, Change] = {
    "with an empty family name": lambda body: body["name"][0].update(family=""),
    "with an empty e-mail": lambda body: body["telecom"][0].update(value=""),
    "with a phone": lambda body: body["telecom"][0].update(system="phone", value="+33243000001"),
    "with a national identifier that is INTRN": lambda body: _type_of(body, "INTRN"),
}


def account_steps(accounts: Accounts) -> Iterator[Step]:
    """Whatever happens in between, what was made is disabled at the end."""
    try:
        national = accounts.national()
        first = accounts.fresh(national)
        yield from _made(accounts, first)
        yield from _refused(accounts, national, first)
        yield from _changed(accounts, national, first)
        yield from _of_the_wrong_system(accounts)
        yield from _handed_on(accounts)
    finally:
        left = list(accounts.leave())
    yield from left


def _made(accounts: Accounts, first: Body) -> Iterator[Step]:
    yield accounts.post("a national account", "REG-9.1", first)
    yield accounts.post("a technical account", "REG-9.1", accounts.fresh(accounts.technical()))
    yield accounts.post("the national account again", "REG-9.2", first, "refused")
    other = accounts.fresh(accounts.national())
    other["telecom"] = first["telecom"]
    yield accounts.post("another with the same e-mail", "REG-9.2", other, "refused")


def _refused(accounts: Accounts, national: Identifier, first: Body) -> Iterator[Step]:
    for name, change in MISSING.items():
        yield accounts.post(name, "REG-9.3", changed(accounts.fresh(accounts.national()), change), "refused")
        yield accounts.put(name, "REG-9.3", national, changed(first, change), "refused")
        at = accounts.national()
        yield accounts.put(f"new, {name}", "REG-9.3", at, changed(accounts.fresh(at), change), "refused")
    for name, change in WRONG.items():
        yield accounts.post(name, "REG-9.4", changed(accounts.fresh(accounts.national()), change), "refused")
    technical = changed(accounts.fresh(accounts.technical()), lambda body: _type_of(body, "IDNPS"))
    yield accounts.post("with a technical identifier that is IDNPS", "REG-9.4", technical, "refused")


def _changed(accounts: Accounts, national: Identifier, first: Body) -> Iterator[Step]:
    body = changed(first, lambda each: each["telecom"][0].update(value=accounts.email()))
    yield accounts.put("another e-mail", "REG-9.5", national, body)
    body = changed(body, lambda each: each["name"][0].update(family="Contrôle"))
    yield accounts.put("another family name", "REG-9.5", national, body)
    body = changed(body, lambda each: each["name"][0].update(given=["Épreuve"]))
    yield accounts.put("another given name", "REG-9.5", national, body)
    for active in (False, True):
        body = changed(body, _active(active))
        yield accounts.put(f"active={active}", "REG-9.5", national, body)
    technical = accounts.technical()
    yield accounts.put("somebody unknown", "REG-9.5", technical, accounts.fresh(technical))
    named = accounts.fresh(accounts.national())
    yield accounts.put("from a technical to a national identifier", "REG-9.5", technical, named)
    absent = accounts.national()
    unknown = changed(accounts.fresh(absent), _active(False))
    yield accounts.put("somebody unknown, inactive", "REG-9.5", absent, unknown)


def _of_the_wrong_system(accounts: Accounts) -> Iterator[Step]:
    technical = accounts.technical()
    body = accounts.fresh(technical)
    yield accounts.post("a technical account", "REG-9.1", body)
    named = accounts.fresh((expected.PLATFORM, accounts.national()[1]))
    named["telecom"] = body["telecom"]
    yield accounts.put("by the UUID as if it were national", "REG-9.6", (expected.PERSONS, technical[1]), named)


def _handed_on(accounts: Accounts) -> Iterator[Step]:
    national, technical = accounts.national(), accounts.technical()
    first, second = accounts.fresh(national), accounts.fresh(technical)
    yield accounts.post("a national account", "REG-9.1", first)
    yield accounts.put("disable it", "REG-9.7", national, changed(first, _active(False)))
    yield accounts.post("a technical account", "REG-9.1", second)
    second["identifier"] = first["identifier"]
    yield accounts.put("give it the identifier of the disabled one", "REG-9.7", technical, second)
