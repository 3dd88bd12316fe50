#include <CLI/CLI.hpp>

#include "tools/daybook/apply.h"
#include "tools/daybook/commands.h"

namespace daybook::cli {

namespace {

void add_apply(CLI::App& parent, Session& session, const std::string& prefix) {
  auto options = std::make_shared<ApplyOptions>();
  auto positional = std::make_shared<std::vector<std::string>>();
  auto& verb =
      add_verb(parent, "apply", "Make components, job definitions and rules what manifests say",
               {prefix + "apply h_manifest.yaml", prefix + "apply -f h_manifest.yaml --dry-run",
                prefix + "apply -f a.yaml -f b.yaml --prune --yes"});
  verb.add_option("file", *positional, "Manifest files, - for standard input");
  verb.add_option("-f,--file", options->files, "Manifest file; repeatable")
      ->allow_extra_args(false);
  verb.add_flag("--dry-run", options->dry_run, "Check everything and show what would change");
  verb.add_flag("--prune", options->prune, "Delete what the manifests do not name; asks first");
  verb.add_flag("--allow-outside", options->manifest.allow_outside,
                "codeFile may lead out of the manifest's directory");
  verb.callback([&session, options, positional] {
    options->files.insert(options->files.end(), positional->begin(), positional->end());
    if (options->files.empty()) {
      throw CLI::RequiredError("a manifest file");
    }
    session.action = [&session, options] { return apply(session, *options); };
  });
}

}  // namespace

void add_apply_commands(CLI::App& root, Session& session) {
  add_apply(root, session, "");
  auto& manage = add_noun(root, "manage", "The same under the page's name: h_ manage apply");
  add_apply(manage, session, "manage ");
}

}  // namespace daybook::cli
