// The world around runs that ask nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "components/outside.h"
#include "components/reactor/sets.h"

namespace daybook::components {

class NoOutside final : public Outside, private reactor::Sets {
 public:
  const reactor::Sets& sets() const override { return *this; }
  Result<std::string> ask(std::string_view, const AskTerms&) override {
    return fail(Code::kInternal, "NOT_ASKED", "nothing is asked here");
  }

 private:
  const reactor::SetType* find(std::string_view) const override { return nullptr; }
  std::vector<std::string> names() const override { return {}; }
};

}  // namespace daybook::components
