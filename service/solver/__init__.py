"""Problem in, answer out: HiGHS at work."""
