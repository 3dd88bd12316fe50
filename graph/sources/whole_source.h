// A source that is read as a whole, once for an answer; filter, order and limit are the runner's.
// Private to graph/.
#pragma once

#include <memory>
#include <vector>

#include "graph/config.h"

namespace daybook::graph::sources {

class WholeSource : public Set {
 public:
  using Set::Set;
  Result<std::unique_ptr<Rows>> open(const Ask& ask) const final;

 protected:
  // Rows that conform, at most kGraphScanMax + 1: what is beyond cannot be answered for.
  virtual Result<std::vector<Value>> read(const Ask& ask) const = 0;
};

}  // namespace daybook::graph::sources
