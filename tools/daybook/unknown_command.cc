#include "tools/daybook/unknown_command.h"

#include <algorithm>

#include <CLI/CLI.hpp>

#include "base/edit_distance.h"

namespace daybook::cli {
namespace {

constexpr std::size_t kNear = 2;  // letters that may be wrong

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
    const std::size_t away = edit_distance(word, name);
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
