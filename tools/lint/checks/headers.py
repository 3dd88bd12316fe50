"""RocksDB, Asio and FlatBuffers stay out of every header that another folder sees.

Tests and benchmarks may look into a folder's private headers.
"""

from cpp import includes
from tree import Problem

HIDDEN = ("rocksdb/", "boost/asio", "flatbuffers/")
MAY_LOOK = ("tests", "bench")


def check(tree):
    included = {path: list(includes(tree.text(path))) for path in tree.code}
    seen_from = {}  # header -> a file of another folder that sees it
    for path in tree.code:
        folder = path.split("/")[0]
        if folder not in MAY_LOOK:
            _mark(path, path, folder, included, seen_from)
    for header, outsider in sorted(seen_from.items()):
        for line, what, _ in included[header]:
            if what.startswith(HIDDEN) or what.endswith("_generated.h"):
                yield Problem(header, line, f"{outsider} sees this header: "
                                            f"move <{what}> to a .cc or a private header")


def _mark(outsider, path, folder, included, seen_from):
    for _, what, _ in included[path]:
        if what in included and what not in seen_from and not what.startswith(folder + "/"):
            seen_from[what] = outsider
            _mark(outsider, what, folder, included, seen_from)
