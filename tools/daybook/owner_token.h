// The token that may do everything: made by a server that asks for tokens and has none such, and
// left in a file that its operator reads.
#pragma once

#include <filesystem>

#include "access/token_table.h"
#include "access/token_text.h"

#include "base/entropy.h"
#include "base/result.h"
#include "scheduler/sequencer.h"

namespace daybook::cli {

class OwnerToken {
 public:
  // Nothing is made when a token of the table may do everything at `now` (wall time). Else its file
  // is written before anything of it is in the log; kIo when it cannot be.
  static Result<OwnerToken> prepare(const access::TokenTable& table, Micros now,
                                    const std::filesystem::path& directory, Entropy& entropy);

  // Creates the token; on failure the file is removed.
  Status create(scheduler::Sequencer& sequencer, CommandId request);
  // Where it stands; empty: none was made.
  const std::filesystem::path& file() const { return file_; }

 private:
  std::filesystem::path file_;
  std::string id_;
  Hash hash_{};
};

}  // namespace daybook::cli
