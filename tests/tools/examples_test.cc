// The examples that --help shows: each is a line that the program understands, and those that need
// nothing but the files of this tree do what they say.
#include <algorithm>
#include <filesystem>
#include <sstream>

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>

#include "tests/tools/command_line.h"

namespace daybook::cli {
namespace {

constexpr std::string_view kBefore = "  daybook ";

void add_examples(const CLI::App& app, std::vector<std::string>& out) {
  std::istringstream lines(app.get_footer());
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(kBefore)) {
      out.push_back(line.substr(kBefore.size()));
    }
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    add_examples(*command, out);
  }
}

// As a shell reads it, with the quotes that the examples have, up to where its output goes.
std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> out(1);
  bool quoted = false;
  for (const char c : line.substr(0, line.find(" > "))) {
    if (c == '\'') {
      quoted = !quoted;
    } else if (c == ' ' && !quoted) {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

class Examples : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::current_path(std::filesystem::path(DAYBOOK_EXAMPLES).parent_path());
    add_examples(*tree_, lines_);
    ASSERT_GT(lines_.size(), 50U);
  }
  void TearDown() override { std::filesystem::current_path(before_); }

  const std::filesystem::path before_ = std::filesystem::current_path();
  std::istringstream in_;
  std::ostringstream out_;
  const Environment env_{.in = in_, .out = out_, .err = out_, .variable = {}};
  Session session_{env_};
  const std::unique_ptr<CLI::App> tree_ = make_tree(session_);
  std::vector<std::string> lines_;
};

TEST_F(Examples, EachIsUnderstood) {
  for (const std::string& line : lines_) {
    auto words = words_of(line);
    std::reverse(words.begin(), words.end());  // as CLI11 wants a vector
    try {
      tree_->parse(std::move(words));
    } catch (const CLI::ParseError& error) {
      ADD_FAILURE() << line << "\n" << error.what();
    }
  }
}

TEST_F(Examples, ThoseOfFilesThatAreHereRun) {
  std::size_t count = 0;
  for (const std::string& line : lines_) {
    if (line.find(" examples/") == std::string::npos) {
      continue;
    }
    const Ran ran = run_line(words_of(line));
    EXPECT_EQ(ran.code, 0) << line << "\n" << ran.out << ran.err;
    ++count;
  }
  EXPECT_GE(count, 3U);
}

}  // namespace
}  // namespace daybook::cli
