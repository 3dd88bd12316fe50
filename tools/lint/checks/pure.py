"""The state machine and the reactor language see no clock, thread, chance, file or network."""

import re

from cpp import line_of, strip
from tree import Problem

PURE = re.compile(r"scheduler/(?:state|decide|evolve)|scheduler/commands/|components/reactor/")
BANNED = re.compile(
    r"<(?:chrono|thread|mutex|atomic|random|filesystem|fstream)>"
    r"|std::(?:chrono|thread|mutex|atomic|random_device|filesystem)\b"
    r"|\b(?:system_clock|steady_clock|getenv|asio|rocksdb)\b|\bs?rand\s*\(")


def check(tree):
    for path in tree.code:
        if PURE.match(path):
            code = strip(tree.text(path))
            for match in BANNED.finditer(code):
                yield Problem(path, line_of(code, match.start()),
                              f"{match[0].strip('( ')} in a pure folder: let the caller pass it in")
