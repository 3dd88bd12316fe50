// Every example of docs/reactor-language.md does what is written beside it.
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "components/reactor/builtins.h"
#include "tests/reactor/case.h"

namespace daybook::reactor {
namespace {

std::vector<std::string> document() {
  std::ifstream in(DAYBOOK_REACTOR_DOCUMENT);
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);) {
    out.push_back(line);
  }
  return out;
}

Case with_answers(Case c) {
  for (const char* set : {"orders", "lines", "channels"}) {
    c.rows[set] = "[]";
  }
  return c;
}

// Lines that begin with `// =`, `// effect`, `// error` and `// fault` are what is expected.
Case program_of(const std::vector<std::string>& lines, std::size_t begin, std::size_t end) {
  Case out;
  std::vector<std::string> effects;
  for (std::size_t i = begin; i < end; ++i) {
    const std::string& line = lines[i];
    if (line.starts_with("// = ")) {
      out.result = line.substr(5);
    } else if (line.starts_with("// effect ")) {
      effects.push_back(line.substr(10));
    } else if (line.starts_with("// error ")) {
      out.diagnostics.push_back(line.substr(9));
    } else if (line.starts_with("// fault ")) {
      out.fault = line.substr(9);
    }
    out.code += line + "\n";
  }
  out.effects = std::move(effects);
  return with_answers(std::move(out));
}

// The last two cells of a row, when both are code and nothing else; a bar in it is written \|.
std::vector<std::string> example_of(const std::string& row) {
  std::vector<std::string> cells(1);
  for (std::size_t i = 1; i < row.size(); ++i) {
    if (row[i] == '|' && row[i - 1] != '\\') {
      cells.emplace_back();
    } else if (row[i] != '\\' || i + 1 == row.size() || row[i + 1] != '|') {
      cells.back() += row[i];
    }
  }
  cells.pop_back();
  std::vector<std::string> out;
  for (const std::string& cell : cells) {
    const bool code = cell.size() > 4 && cell.starts_with(" `") && cell.ends_with("` ");
    out.push_back(code ? cell.substr(2, cell.size() - 4) : "");
  }
  return out;
}

TEST(ReactorDocument, ProgramsDoWhatIsWrittenBelowThem) {
  const std::vector<std::string> lines = document();
  std::size_t programs = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i] != "```reactor") {
      continue;
    }
    const std::size_t begin = i + 1;
    while (lines[++i] != "```") {
    }
    ++programs;
    const std::string problems = problems_of(program_of(lines, begin, i));
    EXPECT_TRUE(problems.empty()) << "line " << begin << "\n" << problems;
  }
  EXPECT_GE(programs, 15U);
}

TEST(ReactorDocument, RowsOfTablesGiveWhatTheySay) {
  const std::vector<std::string> lines = document();
  std::size_t rows = 0;
  bool examples = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!lines[i].starts_with("|")) {
      examples = false;
      continue;
    }
    examples = examples || lines[i].ends_with("| example | gives |");
    const std::vector<std::string> cells = example_of(lines[i]);
    if (!examples || cells.size() < 2 || cells.back().empty()) {
      continue;
    }
    Case c;
    c.code = "from " + cells[cells.size() - 2] + "\n";
    c.result = cells.back();
    const std::string problems = problems_of(with_answers(std::move(c)));
    EXPECT_TRUE(problems.empty()) << "line " << i + 1 << "\n" << problems;
    ++rows;
  }
  EXPECT_GE(rows, 60U);
}

TEST(ReactorDocument, EveryFunctionAndFilterIsThere) {
  std::string all;
  for (const std::string& line : document()) {
    all += line + "\n";
  }
  for (const BuiltinEntry& entry : builtins()) {
    const std::string name(entry.name);
    const bool there = all.find("`" + name + "`") != std::string::npos ||
                       all.find("`" + name + " ") != std::string::npos ||
                       all.find("`" + name + "(") != std::string::npos;
    EXPECT_TRUE(there) << name;
  }
}

}  // namespace
}  // namespace daybook::reactor
