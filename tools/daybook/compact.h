// Moving the oldest part of a stopped server's log into an archive file.
#pragma once

#include <string>

#include "tools/daybook/cli.h"

namespace daybook::cli {

struct CompactOptions {
  std::string data_dir;
  std::string through;  // a sequence number or a time
  std::string archive;  // new file
  bool accept_clock_jump = false;
};

// The order that makes a crash harmless: what would be refused is refused before anything is
// written; the archive is written and read back; the trim is recorded in the log; views and a
// snapshot beyond the part are durable (I16); and only then the part goes. Repeating it finishes
// what was interrupted.
Status compact(const Session& session, const CompactOptions& options);

}  // namespace daybook::cli
