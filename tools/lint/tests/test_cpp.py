import unittest

from cpp import functions, includes, strip


class Strip(unittest.TestCase):
    def test_comments_and_strings_become_blanks_of_the_same_shape(self):
        text = 'int a; // b\n/* c\n */ f("d\\"//", \'"\', R"x(e)" // )x"); int n = 1\'000;\n'
        code = strip(text)
        self.assertEqual([len(line) for line in code.split("\n")],
                         [len(line) for line in text.split("\n")])
        self.assertEqual(code.split(),
                         ["int", "a;", "f(", ",", ",", ");", "int", "n", "=", "1'000;"])

    def test_comments_alone_can_be_kept(self):
        self.assertEqual(strip('int a; // (I4)\nf("// no");\n', "comments").split(), ["//", "(I4)"])

    def test_includes_in_comments_and_strings_do_not_count(self):
        text = ('#include "a/b.h"\n// #include "c/d.h"\n/*\n#include <e>\n*/\n'
                '#  include <f/g>  // "*/"\n')
        self.assertEqual(list(includes(text)), [(1, "a/b.h", True), (6, "f/g", False)])


class Functions(unittest.TestCase):
    def named(self, text):
        return [(f.name, f.line, f.lines, f.parameters) for f in functions(text)]

    def test_a_function_spans_its_head_to_its_closing_brace(self):
        text = "namespace a {\n\nint f(int x,\n      int y) {\n  if (x) { y++; }\n}\n}\n"
        self.assertEqual(self.named(text), [("f", 3, 4, 2)])

    def test_members_are_found_and_classes_are_not_functions(self):
        text = ("template <typename T, int N>\nclass A final : public B<void(int)> {\n public:\n"
                "  explicit A(int x) : B(x), a_{1}, b_{{}} {\n    run();\n  }\n"
                "  ~A() override { }\n  void g(std::map<int, int> m = {}) const noexcept;\n"
                "  bool operator()(int i) const { return i; }\n  A& operator=(const A&) = delete;\n"
                " private:\n  std::function<void(int, int)> f_{nullptr};\n  int a_ = 0;\n};\n")
        self.assertEqual(self.named(text), [("A", 4, 3, 1), ("~A", 7, 1, 0), ("g", 8, 0, 1),
                                            ("operator()", 9, 1, 1), ("operator=", 10, 0, 1)])

    def test_definitions_out_of_class(self):
        text = ('Result<std::pair<A, B>> Log::read(Seq from, Span<A, B> to) const {\n}\n'
                "bool A::operator==(const A& other) const {\n}\n"
                "A::A(int x) noexcept : x_{x}, y_{f(x)} {\n}\n"
                "auto f(int x) -> Result<int> {\n}\n"
                "template <typename T>\n  requires Small<T>\nvoid g(T t) requires(sizeof(t) < 8) {\n}\n"
                "TEST(LogRecovery, TornTail) {\n}\n")
        self.assertEqual([(name, p) for name, _, _, p in self.named(text)],
                         [("Log::read", 2), ("A::operator==", 1), ("A::A", 1), ("f", 1), ("g", 1),
                          ("TEST", 0)])

    def test_data_macros_and_lambdas_inside_are_not_functions(self):
        text = ("#define F(x) \\\n  void x() {\nconstexpr Row kRows[] = {\n  {1, f(2)},\n};\n"
                "using F = std::function<void(int, int)>;\nenum class E : int { kA };\n"
                "const auto kRun = run([](int x) { return x; });\n"
                "void f() {\n  g([](int a) {\n    return a;\n  });\n}\nvoid h() LOCKS(mutex_) { }\n")
        self.assertEqual(self.named(text), [("f", 9, 5, 0), ("h", 14, 1, 0)])


if __name__ == "__main__":
    unittest.main()
