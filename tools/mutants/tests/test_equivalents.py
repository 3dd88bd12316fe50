import unittest

import equivalents
import mutations

MUTANTS = mutations.of("log/a.cc", "void f() {\n  a = b < c;\n  g(x | y);\n}\n")
LINE = "log/a.cc  a = b < c;  ->  a = b <= c;  because b is never c\n"


class Parse(unittest.TestCase):
    def test_an_entry_names_a_mutation_by_its_lines(self):
        entries = equivalents.parse("# a comment\n\n" + LINE +
                                    "log/a.cc  g(x | y);  ->  ;  because of g -> h\n")
        self.assertEqual([(m.kind, entries[equivalents.of(m)]) for m in MUTANTS
                          if equivalents.of(m) in entries],
                         [("comparison", "b is never c"), ("statement", "of g -> h")])

    def test_one_without_a_reason_is_refused(self):
        for bad in ("log/a.cc  a  ->  b\n", "log/a.cc  a  ->  b  because \n", "log/a.cc a -> b\n"):
            with self.assertRaises(ValueError):
                equivalents.parse(bad)

    def test_one_that_stands_twice_is_refused(self):
        with self.assertRaises(ValueError):
            equivalents.parse(LINE + LINE)

    def test_one_that_no_source_holds_any_more_is_found(self):
        entries = equivalents.parse(LINE + "log/a.cc  gone  ->  ;  because it was slow\n")
        self.assertEqual(equivalents.unknown(entries, MUTANTS), [("log/a.cc", "gone", ";")])
