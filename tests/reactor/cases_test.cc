// Every case of tests/reactor/cases is a test of its own.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <set>

#include <gtest/gtest.h>

#include "tests/reactor/case.h"

namespace daybook::reactor {
namespace {

struct NamedCase {
  std::string name;  // of the file and of the case, as gtest wants it
  std::string place;
  std::string text;  // read by its test alone: every test is a process, and some texts grow to MBs
};

void PrintTo(const NamedCase& c, std::ostream* out) {
  *out << c.place;
}

std::string identifier(std::string_view text) {
  std::string out;
  bool upper = true;
  for (const char c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) {
      upper = true;
      continue;
    }
    out += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = false;
  }
  return out;
}

std::vector<NamedCase> cases_of(const std::filesystem::path& file) {
  std::vector<NamedCase> out;
  std::ifstream in(file);
  std::size_t number = 1;
  for (std::string line; std::getline(in, line); ++number) {
    if (line.starts_with("=== ")) {
      out.push_back({identifier(file.stem().string()) + "_" + identifier(line.substr(4)),
                     file.filename().string() + ":" + std::to_string(number),
                     {}});
    }
    if (!out.empty()) {
      out.back().text += line + "\n";
    }
  }
  return out;
}

std::vector<NamedCase> all_cases() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(DAYBOOK_REACTOR_CASES)) {
    if (entry.path().extension() == ".case") {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  std::vector<NamedCase> out;
  for (const auto& file : files) {
    for (NamedCase& c : cases_of(file)) {
      out.push_back(std::move(c));
    }
  }
  return out;
}

class ReactorCase : public testing::TestWithParam<NamedCase> {};

TEST_P(ReactorCase, ComesOutAsWritten) {
  const std::vector<Case> cases = read_cases(GetParam().text);
  ASSERT_EQ(cases.size(), 1U);
  const std::string problems = problems_of(cases.front());
  if (!problems.empty()) {
    FAIL() << "tests/reactor/cases/" << GetParam().place << "\n" << problems;
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, ReactorCase, testing::ValuesIn(all_cases()),
                         [](const auto& c) { return c.param.name; });

TEST(ReactorCases, NamesAreUsedOnce) {
  std::set<std::string> names;
  for (const NamedCase& c : all_cases()) {
    EXPECT_TRUE(names.insert(c.name).second) << c.place;
  }
  EXPECT_GE(names.size(), 150U);
}

TEST(ReactorCases, AnExpectationThatDoesNotComeIsAProblem) {
  const char* wrong[] = {
      "=== a\n--- code\nfrom 1\n--- result\n2\n",
      "=== a\n--- code\nfrom 1\n--- fault\nSTEP_LIMIT 1:1\n",
      "=== a\n--- code\nfrom 1\n--- effects\n{}\n",
      "=== a\n--- code\nfrom x\n--- result\n2\n",
      "=== a\n--- code\nfrom x\n--- diagnostics\nUNKNOWN_NAME 1:5\n",
      "=== a\n--- code\nfrom 1 / 0\n--- result\n2\n",
      "=== a\n--- result\n2\n",
      "=== a\n--- cod\nfrom 1\n",
  };
  for (const char* text : wrong) {
    const std::vector<Case> cases = read_cases(text);
    ASSERT_EQ(cases.size(), 1U);
    EXPECT_NE(problems_of(cases.front()), "") << text;
  }
}

}  // namespace
}  // namespace daybook::reactor
