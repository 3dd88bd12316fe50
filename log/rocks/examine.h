// Finds out what a data directory holds, without changing it: the input of the recovery table.
// Private to log/.
#pragma once

#include <string>

#include "log/recovery.h"
#include "log/rocks/store.h"

namespace daybook::log {

struct Examined {
  Findings findings;
  std::string detail;  // what was seen, where: sequence numbers and files
  LogId id{};
  bool has_id = false;  // false: creation stopped before the store had one
  AnchorRead anchor;
  TrimPoint trim;
  Head head;  // the log's end
  Micros time;
  std::unique_ptr<Store> store;  // open to look at, when it could be
};

// Fails only when files cannot be read at all: "FILE_DENIED", "FILE_ERROR".
Result<Examined> examine(const std::filesystem::path& data, const RocksLogOptions& options);

// The error of a row that refuses.
Error refusal(const Row& row, const std::filesystem::path& data, const Examined& examined);

}  // namespace daybook::log
