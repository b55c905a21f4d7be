"""What the domain refuses about accounts of regulators: leaves of the tree in `errors`."""

from service.domain.errors import Conflict, Forbidden, Invalid


class AccountRefused(Invalid):
    """What was sent can be read, and breaks rules of accounts."""

    code = "account_refused"
    title = "The account breaks a rule"


class RegulatorDisabled(Forbidden):
    code = "regulator_disabled"
    title = "This regulator has no active account: the SAS platform gives and takes them"


class SignInRefused(Forbidden):
    """`reason`: `state`, `issuer`, `provider`, `token`, `other_person` or `no_identifier`."""

    code = "sign_in_refused"
    title = "The sign-in cannot be trusted, or was given up: begin again"


class TermsNotAccepted(Forbidden):
    code = "terms_not_accepted"
    title = "The regulator has yet to accept the terms of use"


class RegulatorExists(Conflict):
    code = "regulator_exists"
    title = "An active account has that identifier already: a conditional PUT changes it"


class EmailTaken(Conflict):
    code = "email_taken"
    title = "An active account has that e-mail already"
