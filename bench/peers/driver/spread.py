"""Median, lowest and highest of what the rounds gave, and of the ratios within each round."""

from statistics import median


def spread(values):
    values = list(values)
    return {"median": median(values), "lowest": min(values), "highest": max(values)}


def by_round(runs, figure, peer, number):
    """{round: value} of one number; rounds in which it failed are absent."""
    return {run.round: run.numbers[number] for run in runs
            if run.figure == figure and run.peer == peer and number in run.numbers}


def ratios(runs, figure, peer, number, base="daybook"):
    """{round: the peer's value over that of `base` in the same round}."""
    below = by_round(runs, figure, base, number)
    return {r: value / below[r] for r, value in by_round(runs, figure, peer, number).items()
            if below.get(r)}
