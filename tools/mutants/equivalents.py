"""What equivalent.txt lists: mutations that change nothing that anybody could see, and why.

One a line, by content, so that the lines above it may change. Two blanks part what it says, for the
lines of a mutation have none in a row: `path  before  ->  after  because reason`.
"""

import re

_ENTRY = re.compile(r"(\S+)  (.+?)  ->  (.*?)  because (\S.*)")


def parse(text):
    """{(path, before, after): reason}; a line that is none is a ValueError."""
    entries = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line and not line.startswith("#"):
            entry = _ENTRY.fullmatch(line)
            if not entry:
                raise ValueError(f"line {number} is no `path  before  ->  after  because reason`")
            if entry.groups()[:3] in entries:
                raise ValueError(f"line {number} stands there twice")
            entries[entry.groups()[:3]] = entry[4]
    return entries


def of(mutation):
    """The key of a mutation."""
    return mutation.path, mutation.before, mutation.after


def unknown(entries, mutations):
    """The entries that are no mutation of today's sources: to be corrected or removed."""
    there = set(map(of, mutations))
    return [key for key in entries if key not in there]
