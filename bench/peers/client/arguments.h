// The command line of peers_load: `--name value` pairs.
#pragma once

#include <string>

#include "bench/peers/client/figures.h"

namespace daybook::peers {

struct Arguments {
  std::string figure;     // prepare, create, cycle, pickup, first, fsync
  std::string directory;  // of fsync
  FigureOptions run;
};

// Throws Failure, which names the argument.
Arguments parse_arguments(int count, const char* const* words);

}  // namespace daybook::peers
