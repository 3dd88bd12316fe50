// A component without its text.
#pragma once

#include <string>
#include <vector>

#include "base/ids.h"
#include "events/types.h"

namespace daybook::projections {

struct ComponentHead {
  std::string component;
  events::Runtime runtime = events::Runtime::kExec;
  Hash spec_hash{};
  std::vector<std::string> imports;  // components whose modules it needs
};

}  // namespace daybook::projections
