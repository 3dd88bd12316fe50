// Archives of a log's oldest part, on the command line.
#pragma once

#include <string>

#include "log/archive.h"
#include "tools/daybook/cli.h"

namespace CLI {
class App;
}

namespace daybook::cli {

// `log compact`, `log restore-archive`.
void add_archive_commands(CLI::App& noun, Session& session);

void print_archive(const Session& session, const std::string& file, const log::ArchiveInfo& info);

}  // namespace daybook::cli
