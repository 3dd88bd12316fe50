// Types that the runtime itself names: what a query answers when it fails, what an HTTP call gives,
// what a rule is given. A record is of such a type because the runtime made it so.
#pragma once

#include <span>
#include <string_view>

#include "components/reactor/sets.h"

namespace daybook::reactor {

struct Nominal {
  std::string_view name;
  std::string_view also;  // a wider nominal type that it is too
  FieldType record;
};

std::span<const Nominal> nominals();
const Nominal* find_nominal(std::string_view name);
// What a rule's input may be: "OnJobCompleted", …. False for other nominal types.
bool is_hook(std::string_view name);

}  // namespace daybook::reactor
