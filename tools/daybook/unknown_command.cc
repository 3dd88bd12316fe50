#include "tools/daybook/unknown_command.h"

#include <algorithm>
#include <numeric>

#include <CLI/CLI.hpp>

namespace daybook::cli {
namespace {

constexpr std::size_t kNear = 2;  // letters that may be wrong

// Edits that make one word of the other: a letter more, less, changed, or two swapped (the optimal
// string alignment distance).
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before = std::exchange(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({changed, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
  }
  return row.back();
}

const CLI::App* command_named(const CLI::App& app, const std::string& name) {
  for (const CLI::App* command : app.get_subcommands({})) {
    if (command->get_name() == name) {
      return command;
    }
  }
  return nullptr;
}

// An option of the command or of one above it, given as "--name value".
bool takes_next_word(const CLI::App* app, const std::string& word) {
  if (word.find('=') != std::string::npos) {
    return false;
  }
  for (; app != nullptr; app = app->get_parent()) {
    if (const CLI::Option* option = app->get_option_no_throw(word)) {
      return option->get_items_expected_min() > 0;
    }
  }
  return false;
}

std::string describe(const CLI::App& app, const std::string& word) {
  std::string near;
  std::string all;
  std::size_t nearest = kNear;
  for (const CLI::App* command : app.get_subcommands({})) {
    const std::string& name = command->get_name();
    all += (all.empty() ? "" : ", ") + name;
    const std::size_t away = distance(word, name);
    if (away > std::min(nearest, name.size() / 2)) {
      continue;
    }
    near = away < nearest ? "" : near;
    nearest = away;
    near += (near.empty() ? "'" : " or '") + name + "'";
  }
  const std::string where = app.get_parent() == nullptr ? "" : " of '" + app.get_name() + "'";
  return "'" + word + "' is no command" + where +
         (near.empty() ? "; there are " + all : "; did you mean " + near + "?");
}

}  // namespace

std::optional<std::string> unknown_command(const CLI::App& tree,
                                           const std::vector<std::string>& arguments) {
  const CLI::App* app = &tree;
  for (std::size_t i = 0; i < arguments.size() && app->get_require_subcommand_min() > 0; ++i) {
    const std::string& word = arguments[i];
    if (word == "--" || word.empty()) {
      return std::nullopt;
    }
    if (word.front() == '-') {
      i += takes_next_word(app, word) ? 1U : 0U;
      continue;
    }
    const CLI::App* command = command_named(*app, word);
    if (command == nullptr) {
      return describe(*app, word);
    }
    app = command;
  }
  return std::nullopt;
}

}  // namespace daybook::cli
