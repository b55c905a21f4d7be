"""A whole week of the reference territory, as it was solved once: 27 of 29 seats are held, t17 and t27 by nobody."""

from service.domain.solving import Problem
from tests.rosters import FILE, W49, held

PROBLEM = Problem.of(FILE, (W49,))
WHOLE_WEEK = (
    held("t01", "2026-11-30", "cab-quai", "gp-01"),
    held("t02", "2026-11-30", "cds-hautanjou", "gp-06"),
    held("t03", "2026-11-30", "msp-oudon", "gp-14"),
    held("t04", "2026-11-30", "cab-fresne", "gp-15"),
    held("t05", "2026-11-30", "msp-erve", "gp-20"),
    held("t06", "2026-12-01", "msp-tilleuls", "gp-21"),
    held("t07", "2026-12-01", "cds-hautanjou", "gp-02"),
    held("t08", "2026-12-01", "msp-ardoise", "gp-12"),
    held("t09", "2026-12-01", "msp-vicoin", "gp-05"),
    held("t10", "2026-12-01", "msp-erve", "gp-19"),
    held("t11", "2026-12-02", "cds-hautanjou", "gp-08"),
    held("t12", "2026-12-02", "cab-quai", "gp-09"),
    held("t13", "2026-12-02", "msp-oudon", "gp-17"),
    held("t14", "2026-12-02", "cab-fresne", "gp-10"),
    held("t15", "2026-12-02", "cab-grez", "gp-09"),
    held("t16", "2026-12-03", "cab-quai", "gp-04"),
    held("t18", "2026-12-03", "msp-ardoise", "gp-13"),
    held("t19", "2026-12-03", "msp-vicoin", "gp-01"),
    held("t20", "2026-12-03", "msp-erve", "gp-18"),
    held("t21", "2026-12-04", "msp-tilleuls", "gp-05"),
    held("t22", "2026-12-04", "cds-hautanjou", "gp-07"),
    held("t23", "2026-12-04", "msp-oudon", "gp-17"),
    held("t24", "2026-12-04", "cab-fresne", "gp-16"),
    held("t25", "2026-12-04", "msp-erve", "gp-21"),
    held("t26", "2026-12-01", "medicobus-1", "gp-11"),
    held("t28", "2026-12-05", "msp-tilleuls", "gp-03"),
    held("t29", "2026-12-05", "msp-oudon", "gp-13"),
)
