"""A sample that stays: which mutations are drawn depends on the seed and on each mutation's own text."""

from collections import Counter
from hashlib import sha256


def ranked(mutations, seed):
    """Every mutation in the order in which a seed draws them.

    A change elsewhere neither adds to a sample nor takes from it; equal changes of equal lines are
    told apart by their order in the file.
    """
    seen, keyed = Counter(), []
    for mutation in mutations:
        what = (mutation.path, mutation.kind, mutation.before, mutation.after)
        seen[what] += 1
        draw = sha256("\0".join((str(seed), *what, str(seen[what]))).encode()).digest()
        keyed.append((draw, mutation))
    return [mutation for _, mutation in sorted(keyed)]
