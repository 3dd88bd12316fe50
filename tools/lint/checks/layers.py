"""A folder includes, and links, only what its line of the layer table allows."""

import re

from cpp import includes
from tree import FOLDERS, Problem

ALL = set(FOLDERS)
MAY_INCLUDE = {
    "base": set(),
    "access": {"base"},
    "events": {"base"},
    "log": {"base", "events"},
    "scheduler": {"base", "access", "events", "log"},
    "components": {"base"},
    "projections": {"base", "access", "events", "log"},
    "graph": {"base", "access", "events", "projections"},
    "dispatch": {"base", "access", "events", "log", "components", "scheduler", "projections", "graph"},
    "replay": {"base", "events", "log", "components", "scheduler", "projections"},
    "api": {"base", "access", "events", "log", "components", "scheduler", "projections", "graph",
            "dispatch", "replay"},
    "tools": ALL,
    "bench": ALL,
    "tests": ALL,
}
_LIBRARY = re.compile(r"daybook_library\(\s*(\w+)([^)]*)\)")


def check(tree):
    for path in tree.code:
        for line, included, quoted in includes(tree.text(path)):
            problem = quoted and _include_problem(path.split("/")[0], included)
            if problem:
                yield Problem(path, line, problem)
    for folder in MAY_INCLUDE:
        yield from _links(tree, folder)


def _include_problem(folder, included):
    parts = included.split("/")
    if len(parts) == 1:
        return None if included.endswith("_generated.h") else \
            f'name "{included}" by its path from the top of the tree'
    if parts[0] == folder or parts[0] not in ALL:
        return None
    if parts[0] not in MAY_INCLUDE[folder]:
        return f"{folder}/ may not include {parts[0]}/: move the need, not the boundary"
    if folder == "api" and parts[0] == "dispatch" and len(parts) > 2:
        return "api/ may include only the headers that stand directly in dispatch/"
    return None


def _links(tree, folder):
    path = f"{folder}/CMakeLists.txt"
    text = re.sub(r"#[^\n]*", "", tree.text(path))
    for match in _LIBRARY.finditer(text):
        if match[1] != folder:
            continue
        listed = set(re.split("SOURCES|PRIVATE", match[2].partition("DEPS")[2])[0].split())
        line = text.count("\n", 0, match.start()) + 1
        # The library of a subfolder is the folder's own.
        own = {p.split("/")[1] for p in tree.paths if p.startswith(f"{folder}/") and
               p.count("/") > 1}
        for extra in sorted(listed - MAY_INCLUDE[folder] - own):
            yield Problem(path, line, f"DEPS names {extra}, which {folder}/ may not use: remove it")
        for lacking in sorted(MAY_INCLUDE[folder] - listed):
            yield Problem(path, line, f"DEPS lacks {lacking}, in {folder}/'s line of the table: add")
