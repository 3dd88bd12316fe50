"""The tree speaks of the product: of no machine, no package host, not of itself."""

import re

from tree import Problem

# Written so that they do not match themselves.
RULES = tuple((re.compile(what), why) for what, why in (
    (r"(?<![\w.}])/(?:work|home|Users)/", "a path of one machine: make it relative"),
    (r"\b(?:deb[.]debian|pypi|pythonhosted|npmjs|crates|proxy[.]golang)[.](?:org|io)\b",
     "a package registry: name the package only"),
    (r"(?i)\b(?:co-authored-b[y]|language mode[l]|ai-generate[d]|as an a[i]"
     r"|copilo[t]|chat ?gp[t]|claud[e])\b",
     "about how the text came to be: say what the product does"),
))


def check(tree):
    for path in tree.paths:
        for number, line in enumerate(tree.text(path).split("\n"), 1):
            for what, why in RULES:
                match = what.search(line)
                if match:
                    yield Problem(path, number, f"'{match[0]}' is {why}")
