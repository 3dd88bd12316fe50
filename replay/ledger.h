// What a client wrote down about its requests, outside the server's reach. A text, one entry per
// line:
//
//   ack <seq> <hash>                  the server acknowledged the event `seq` with that chain hash
//   (a receipt) refused <requestId>               the server definitely refused: nothing of it may
//   stand in the log unknown <requestId> [<commands>]  no answer, or OUTCOME_UNKNOWN: at most so
//   many batches of it (1), each whole # …                               a comment; blank lines are
//   passed over
#pragma once

#include <cstdint>
#include <istream>
#include <map>

#include "base/ids.h"
#include "base/result.h"

namespace daybook::replay {

struct Ledger {
  std::map<Seq, Hash> acknowledged;
  // Request → how many batches of it may stand in the log: none for a refused one.
  std::map<CommandId, std::uint32_t> refused;
  std::map<CommandId, std::uint32_t> unknown;

  // Reads the text; an error names the line. Two different hashes for one seq are an error here
  // already.
  static Result<Ledger> read(std::istream& in);
};

}  // namespace daybook::replay
