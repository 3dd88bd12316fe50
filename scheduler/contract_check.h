// What decide asks about parameters: whether a component of that contract takes them. A function of
// its arguments; the language whose types they are is not known here (docs/adr/0013).
#pragma once

#include <string_view>

#include "base/result.h"

namespace daybook::scheduler {

class ContractCheck {
 public:
  virtual ~ContractCheck() = default;
  // Of a job; parameters: a JSON object text. kInvalid "INVALID_FIELD", whose field is
  // "parameters.<name>" or "parameters". What cannot be said is taken.
  virtual Status job(std::string_view contract, std::string_view parameters) = 0;
  // Of a component that a rule runs; its field may also be "componentId".
  virtual Status rule(std::string_view contract, std::string_view parameters) = 0;
};

}  // namespace daybook::scheduler
