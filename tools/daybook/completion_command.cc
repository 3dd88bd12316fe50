#include <ostream>

#include <CLI/CLI.hpp>

#include "tools/daybook/cli.h"
#include "tools/daybook/commands.h"
#include "tools/daybook/completion.h"

namespace daybook::cli {

namespace {

using Maker = std::string (*)(const CLI::App&, const std::string&);

void add_shell(CLI::App& noun, Session& session, const CLI::App& root, const std::string& shell,
               const std::string& how, Maker make) {
  auto& verb = add_verb(noun, shell, "Completion for " + shell, {how});
  verb.callback([&session, &root, make] {
    session.action = [&session, &root, make]() -> Status {
      session.env.out << make(root, session.program);
      return {};
    };
  });
}

}  // namespace

void add_completion_commands(CLI::App& root, Session& session) {
  auto& noun =
      add_noun(root, "completion", "Scripts that let a shell complete commands and options");
  add_shell(noun, session, root, "bash",
            "completion bash > ~/.local/share/bash-completion/completions/daybook",
            bash_completion);
  add_shell(noun, session, root, "zsh", "completion zsh > ~/.zfunc/_daybook", zsh_completion);
  add_shell(noun, session, root, "fish",
            "completion fish > ~/.config/fish/completions/daybook.fish", fish_completion);
}

}  // namespace daybook::cli
