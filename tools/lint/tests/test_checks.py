"""Each check finds a planted violation, and nothing in a clean tree."""

import shutil
import tempfile
import unittest
from pathlib import Path

from checks import (banned, docs, format as format_check, headers, invariants, layers, nameless, pure,
                    sizes, tidy, tracked, words)
from tree import Tree


class CheckTest(unittest.TestCase):
    def assert_found(self, check, texts, *expected):
        """`expected` is (path, line, part of the text) of every problem, in any order."""
        problems = sorted(check.check(Tree.of(texts)))
        self.assertEqual([(p.path, p.line) for p in problems], sorted(e[:2] for e in expected),
                         problems)
        for _, _, part in expected:
            self.assertTrue(any(part in p.text for p in problems), (part, problems))

    def assert_clean(self, check, texts):
        self.assert_found(check, texts)


class Layers(CheckTest):
    def test_upward_include(self):
        self.assert_found(layers, {"log/a.cc": '#include <x>\n#include "scheduler/state.h"\n'},
                          ("log/a.cc", 2, "log/ may not include scheduler/"))

    def test_dispatch_internals_are_closed_to_api(self):
        self.assert_found(layers, {"api/a.cc": '#include "dispatch/pool/lease.h"\n'
                                               '#include "dispatch/d.h"\n'},
                          ("api/a.cc", 1, "directly in dispatch/"))

    def test_include_without_folder(self):
        self.assert_found(layers, {"log/a.cc": '#include "b.h"\n#include "events_generated.h"\n'},
                          ("log/a.cc", 1, "from the top"))

    def test_downward_and_third_party_includes(self):
        self.assert_clean(layers, {
            "log/a.cc": '#include "events/e.h"\n#include "log/b.h"\n#include <rocksdb/db.h>\n',
            "tests/log/t.cc": '#include "log/b.h"\n#include "tests/support/s.h"\n',
            "base/a.h": '// #include "log/b.h"\n'})

    def test_link_line(self):
        lists = "log/CMakeLists.txt"
        good = "daybook_library(log SOURCES a.cc DEPS base events PRIVATE X::y)"
        bad = "# the log\ndaybook_library(log\n  DEPS base api\n  PRIVATE X::y)"
        self.assert_clean(layers, {lists: good})
        self.assert_found(layers, {lists: bad},
                          (lists, 2, "names api"), (lists, 2, "lacks events"))


class Headers(CheckTest):
    def test_hidden_library_behind_a_header_that_others_see(self):
        self.assert_found(headers, {"log/log.h": '#include "log/inner.h"\n',
                                    "log/inner.h": "\n#include <rocksdb/db.h>\n",
                                    "replay/r.cc": '#include "log/log.h"\n'},
                          ("log/inner.h", 2, "rocksdb/db.h"))

    def test_private_header(self):
        self.assert_clean(headers, {
            "log/log.h": "#include <vector>\n",
            "log/inner.h": "#include <rocksdb/db.h>\n",
            "log/log.cc": '#include "log/inner.h"\n#include "log/log.h"\n',
            "tests/log/t.cc": '#include "log/inner.h"\n',
            "replay/r.cc": '#include "log/log.h"\n#include <rocksdb/db.h>\n'})


class Sizes(CheckTest):
    LONG = "x" * 101 + "\n"

    def test_every_limit(self):
        self.assert_found(sizes, {
            "log/a.h": "\n" * 251, "log/a.cc": "\n" * 601, "tests/a.cc": "\n" * 901,
            "log/b.cc": "void f() {\n" + "\n" * 69 + "}\n", "log/c.cc": self.LONG,
            "log/d.h": "void f(int a, int b, int c, int d, int e, int f, int g);\n"},
            ("log/a.h", 251, "251 lines"), ("log/a.cc", 601, "601 lines"),
            ("tests/a.cc", 901, "901 lines"), ("log/b.cc", 1, "f has 71 lines"),
            ("log/c.cc", 1, "101 columns"), ("log/d.h", 1, "7 parameters"))

    def test_at_the_limits(self):
        self.assert_clean(sizes, {
            "log/a.h": "\n" * 250, "log/a.cc": "\n" * 600, "tests/a.cc": "\n" * 900,
            "log/b.cc": "void f() {\n" + "\n" * 68 + "}\n" + "é" * 100 + "\n// https://" + self.LONG,
            "log/d.h": "void f(A<1, 2> a, int b, int c, int d, int e, int f);\n"})

    def test_ratchet_excuses_up_to_its_size(self):
        listed = '{"log/c.cc": {"column": 101}}'
        self.assert_clean(sizes, {sizes.RATCHET: listed, "log/c.cc": self.LONG})
        self.assert_found(sizes, {sizes.RATCHET: listed, "log/c.cc": "x" + self.LONG},
                          ("log/c.cc", 1, "102 columns"))

    def test_ratchet_must_be_lowered(self):
        listed = '{"log/c.cc": {"column": 120}, "log/gone.cc": {"lines": 700}}'
        texts = {sizes.RATCHET: listed, "log/c.cc": self.LONG}
        self.assert_found(sizes, texts,
                          (sizes.RATCHET, 1, "log/c.cc"), (sizes.RATCHET, 1, "log/gone.cc"))
        self.assertEqual(sizes.lowered(Tree.of(texts)), {"log/c.cc": {"column": 101}})

    def test_ratchet_never_rises(self):
        texts = {sizes.RATCHET: '{"log/c.cc": {"column": 101}}',
                 "log/c.cc": "x" + self.LONG, "log/new.cc": self.LONG}
        self.assertEqual(sizes.lowered(Tree.of(texts)), {"log/c.cc": {"column": 101}})


class Pure(CheckTest):
    def test_outside_world_in_a_pure_folder(self):
        self.assert_found(pure, {"scheduler/commands/a.cc": "#include <chrono>\nint x = rand();\n",
                                 "components/reactor/r.h": "std::mutex m;\n"},
                          ("scheduler/commands/a.cc", 1, "<chrono>"),
                          ("scheduler/commands/a.cc", 2, "rand"),
                          ("components/reactor/r.h", 1, "std::mutex"))

    def test_comments_and_impure_files(self):
        self.assert_clean(pure, {"scheduler/evolve.cc": "// no <chrono> here\nint operand(int);\n",
                                 "scheduler/sequencer.cc": "#include <chrono>\n"})


class Banned(CheckTest):
    def test_every_rule(self):
        self.assert_found(banned, {
            "log/a.h": "#include <iostream>\nusing namespace std;\nassert (x);\n// TODO: b\n"
                       "int x;  // NOLINT\n",
            "tests/t.cc": "std::this_thread::sleep_for(x);\n"},
            ("log/a.h", 1, "<iostream>"), ("log/a.h", 2, "using namespace"),
            ("log/a.h", 3, "DAYBOOK_CHECK"), ("log/a.h", 4, "#n"), ("log/a.h", 5, "name the check"),
            ("tests/t.cc", 1, "FakeClock"))

    def test_allowed_neighbours(self):
        self.assert_clean(banned, {
            "log/a.h": "static_assert(true);\nusing namespace std::string_literals;\n// TODO(#7): b\n"
                       'f("assert(x) TODO");\nint x;  // NOLINT(bugprone-x): why\n',
            "log/a.cc": "#include <iostream>\nstd::this_thread::sleep_for(x);\n"})


class Docs(CheckTest):
    def test_paths_that_do_not_exist(self):
        self.assert_found(docs, {"README.md": "See `log/gone.h`,\nor [that](docs/gone.md).\n",
                                 "docs/a.md": "`tests/*_test.cc` `log/{a,gone}.h`\n", "log/a.h": ""},
                          ("README.md", 1, "log/gone.h"), ("README.md", 2, "docs/gone.md"),
                          ("docs/a.md", 1, "tests/*_test.cc"), ("docs/a.md", 1, "log/gone.h"))

    def test_paths_that_do(self):
        self.assert_clean(docs, {
            "docs/a.md": "`log/`, `log/a.h:12`, `log/*.h`, `log/<name>.h`, `x --file log/a.h`\n"
                         "[b](b.md#c) [w](https://w)\n"
                         "```\n`log/gone.h`\n```\n`GET /log/gone` and `build/x`\n",
            "docs/b.md": "", "log/a.h": ""})


class Invariants(CheckTest):
    def test_undefined(self):
        self.assert_found(invariants, {invariants.DEFINITIONS: "- **I1** dense\n",
                                       "log/a.cc": "// dense (I1)\n// whole (I3)\nint I9;\n"},
                          ("log/a.cc", 2, "I3"))

    def test_defined_or_no_definitions_yet(self):
        self.assert_clean(invariants, {invariants.DEFINITIONS: "| I1 | dense |\nI17 readable\n",
                                       "log/a.cc": "// (I1, I17)\n"})
        self.assert_clean(invariants, {"log/a.cc": "// (I3)\n"})


class Tracked(CheckTest):
    def test_orphans(self):
        self.assert_found(tracked, {"log/CMakeLists.txt": "SOURCES ba.cc # a.cc",
                                    "log/a.cc": "", "log/a.h": ""},
                          ("log/a.cc", 1, "no CMakeLists.txt"), ("log/a.h", 1, "nothing includes"))

    def test_named_here_above_or_in_a_loop(self):
        self.assert_clean(tracked, {
            "scheduler/CMakeLists.txt": "SOURCES a.cc commands/b.cc",
            "scheduler/a.cc": '#include "scheduler/a.h"',
            "scheduler/a.h": "", "scheduler/commands/b.cc": "",
            "bench/log.cmake": "${CMAKE_CURRENT_LIST_DIR}/log_bench.cc", "bench/log_bench.cc": "",
            "tests/CMakeLists.txt": "foreach(f x y)", "tests/x.cc": "", "tests/y.cc": ""})


class Words(CheckTest):
    def test_traces(self):
        planted = ["cd /" + "work/x", "see /" + "home/me", "https://pypi" + ".org/x",
                   "Co-authored-" + "by: x"]
        self.assert_found(words, {"a.md": "\n".join(planted)},
                          *(("a.md", n, " is ") for n in range(1, len(planted) + 1)))

    def test_neighbours(self):
        self.assert_clean(words, {"a.md": "workers/home/ network/work/ $ROOT/home/x\n"})


class Format(CheckTest):
    @unittest.skipUnless(shutil.which("clang-format"), "no clang-format here")
    def test_unformatted(self):
        with tempfile.TemporaryDirectory() as root:
            folder = Path(root, "log")
            folder.mkdir()
            (folder / "a.cc").write_text("int  a;\n", encoding="utf-8")
            (folder / "b.cc").write_text("int b;\n", encoding="utf-8")
            problems = list(format_check.check(Tree.load(root)))
        self.assertEqual([(p.path, p.line) for p in problems], [("log/a.cc", 1)])


class Nameless(CheckTest):
    CMAKE = "daybook_library(log\n  SOURCES a.cc sub/b.cc  # two\n  DEPS base)\n"

    def of(self, first, second):
        return {"log/CMakeLists.txt": self.CMAKE,
                "log/a.cc": "namespace log {\nnamespace {\n" + first + "}\n}\n",
                "log/sub/b.cc": "namespace log {\nnamespace {\n" + second + "}\n}\n"}

    def test_two_of_a_name(self):
        for one, other in (("struct A {\n};\n", "class A final : public B {\n};\n"),
                           ("constexpr int kA = 1;\n", "const std::string kA[] = {\n};\n"),
                           ("using A = int;\n", "using A = long;\n"),
                           ("int a(int x) {\n}\n", "int a(int y = 2) {\n}\n"),
                           ("int a() {\n}\n", "constexpr int a = 1;\n")):
            self.assert_found(nameless, self.of(one, other),
                              ("log/sub/b.cc", 3, "log/a.cc has its own"))

    def test_a_type_of_a_header_that_is_included(self):
        texts = self.of("struct A {\n};\n", "")
        texts["log/a.h"] = "namespace log {\nstruct A {\n};\n}\n"
        self.assert_clean(nameless, texts)
        texts["log/sub/b.cc"] = '#include "log/a.h"\n'
        self.assert_found(nameless, texts, ("log/a.cc", 3, "log/a.h has its own A"))

    def test_an_alias_that_the_batch_would_see(self):
        self.assert_found(nameless, self.of("}\nusing A = int;\nnamespace {\n", ""),
                          ("log/a.cc", 4, "the alias A"))

    def test_what_may_stand_twice(self):
        for one, other in (("struct A;\n", "struct A;\n"),
                           ("using A = int;\n", "using A = int;\n"),
                           ("int a(int x) {\n}\n", "int a(long x) {\n}\n"),
                           ("struct A {\n};\n", "}\nnamespace other {\nnamespace {\n"
                                                "struct A {\n};\n}\n}\nnamespace {\n")):
            self.assert_clean(nameless, self.of(one, other))

    def test_sources_of_other_targets(self):
        texts = self.of("struct A {\n};\n", "struct A {\n};\n")
        texts["log/CMakeLists.txt"] = self.CMAKE.replace(
            "sub/b.cc", "DEPS c)\ndaybook_test(t SOURCES sub/b.cc")
        self.assert_clean(nameless, texts)


class Tidy(CheckTest):
    def test_says_that_nothing_can_be_configured(self):
        with tempfile.TemporaryDirectory() as root:
            problems = list(tidy.check(Tree.load(root)))
        self.assertEqual([p.text for p in problems], ["`cmake --preset tidy` fails"])


if __name__ == "__main__":
    unittest.main()
