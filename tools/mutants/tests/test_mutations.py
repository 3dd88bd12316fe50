import unittest

import mutations


def changes(body, kind=None):
    """The (before, after) of every mutation in a function with this body."""
    text = "namespace a {\nint f() {\n" + body + "\n}\n}\n"
    return [(m.before, m.after) for m in mutations.of("log/a.cc", text)
            if kind is None or m.kind == kind]


class Operators(unittest.TestCase):
    def test_each_comparison_moves_its_border_or_is_turned(self):
        for old, new in (("<", "<="), ("<=", "<"), (">", ">="), (">=", ">"), ("==", "!="),
                         ("!=", "==")):
            self.assertEqual(changes(f"  x = a {old} b;", "comparison"),
                             [(f"x = a {old} b;", f"x = a {new} b;")])

    def test_brackets_of_templates_references_and_pointers_are_none(self):
        self.assertEqual(changes("  std::vector<int> a;\n  int* const b = &c;\n  f<int>(*b);\n"
                                 "  auto&& d = e->f;\n  const auto [x, y] = std::pair<A, B>{};"), [])

    def test_one_that_ends_its_line_counts(self):
        self.assertEqual(changes("  x = a &&\n      b;", "boolean"), [("x = a &&", "x = a ||")])

    def test_texts_are_not_taken_from_each_other(self):
        self.assertEqual(changes('  x = "a" + b + \'c\' + d;\n  x += "e";', "arithmetic"), [])
        self.assertEqual(changes("  x = a + b;", "arithmetic"), [("x = a + b;", "x = a - b;")])


class Places(unittest.TestCase):
    def test_comments_texts_and_directives_are_left_alone(self):
        self.assertEqual(changes('#define X(a) (a + 1 == 2)\n  // a < b && true\n'
                                 '  const char* x = "1 < 2";\n  char y = \'1\'; /* ! 3 */'), [])

    def test_what_checks_the_program_or_tells_a_person_is_left_alone(self):
        self.assertEqual(changes("  static_assert(sizeof(int) == 4);\n"
                                 '  DAYBOOK_CHECK(a < b && f(1), "text");\n'
                                 "  if (parts_.logger && n > 0) {\n"
                                 '    parts_.logger->info("{}", n + 1);\n  }\n'
                                 "  out.reserve(n * 2);"), [])

    def test_outside_of_functions_is_left_alone(self):
        text = "constexpr int kMax = 4;\nstruct A {\n  bool b = true;\n  int f() { return 1; }\n};\n"
        self.assertEqual([m.before for m in mutations.of("log/a.h", text)], ["int f() { return 1; }"])

    def test_line_and_text_are_those_of_the_place(self):
        text = "int f() {\n  return a\n         < b;\n}\n"
        (m,) = mutations.of("log/a.cc", text)
        self.assertEqual((m.line, m.before, m.after), (3, "< b;", "<= b;"))
        self.assertEqual(m.applied(text), text.replace("<", "<="))


class Others(unittest.TestCase):
    def test_constants_are_off_by_one(self):
        self.assertEqual(changes("  x(0, 1'000U, 0xff, a1, 1.5, 010);", "constant"),
                         [("x(0, 1'000U, 0xff, a1, 1.5, 010);", after) for after in (
                             "x(1, 1'000U, 0xff, a1, 1.5, 010);", "x(0, 1001U, 0xff, a1, 1.5, 010);",
                             "x(0, 1'000U, 0x100, a1, 1.5, 010);")])

    def test_truth_negation_and_extremes_are_turned(self):
        self.assertEqual(changes("  x = !a;", "negation"), [("x = !a;", "x = a;")])
        self.assertEqual(changes("  x = true;", "truth"), [("x = true;", "x = false;")])
        self.assertEqual(changes("  x = std::min<int>(a, std::numeric_limits<int>::max());", "extreme"),
                         [("x = std::min<int>(a, std::numeric_limits<int>::max());",
                           "x = std::max<int>(a, std::numeric_limits<int>::max());")])

    def test_a_condition_is_turned_unless_its_one_operator_is(self):
        self.assertEqual(changes("  if (const int a = f(); g(a)) {\n  }", "condition"),
                         [("if (const int a = f(); g(a)) {", "if (const int a = f(); !(g(a))) {")])
        self.assertEqual(changes("  if (!a) {\n  }\n  if (a == b) {\n  }\n  if (auto* a = f()) {\n  }",
                                 "condition"), [])

    def test_a_statement_is_dropped_whole_and_a_declaration_never(self):
        self.assertEqual(changes("  int a = f();\n  A b(c);\n  g(a,\n    [] { return 0; });\n  ++a;\n"
                                 "  if (a) {\n    continue;\n  }\n  DAYBOOK_ASSIGN(const int d, f());\n"
                                 "  return a;", "statement"),
                         [("g(a, [] { return 0; });", ";"), ("++a;", ";"), ("continue;", ";")])
