import unittest

import mutations
import sample


def drawn(text, seed=1):
    return [(m.before, m.after) for m in sample.ranked(mutations.of("log/a.cc", text), seed)]


BODY = "  a = b < c;\n  d = e + 7;\n  f(!g);\n"


class Ranked(unittest.TestCase):
    def test_all_are_there_and_a_seed_gives_the_same_order_again(self):
        text = "void h() {\n" + BODY + "}\n"
        self.assertEqual(drawn(text), drawn(text))
        self.assertEqual(sorted(drawn(text)), sorted(drawn(text, 2)))
        self.assertNotEqual(drawn(text), drawn(text, 2))

    def test_what_is_added_elsewhere_leaves_the_order_of_the_rest(self):
        more = drawn("void i() {\n  x = y;\n}\nvoid h() {\n" + BODY + "}\n")
        self.assertEqual([m for m in more if m[0] != "x = y;"], drawn("void h() {\n" + BODY + "}\n"))

    def test_equal_changes_of_equal_lines_are_all_there(self):
        self.assertEqual(len(drawn("void h() {\n  f();\n  f();\n}\n")), 2)
