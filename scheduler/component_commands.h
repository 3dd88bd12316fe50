// Components, and what can be asked of them.
#pragma once

#include <string>
#include <vector>

#include "base/ids.h"
#include "events/types.h"

namespace daybook::scheduler {

// A component as it stood when an attempt started: immutable, shared.
struct Component {
  std::string id;
  events::Runtime runtime = events::Runtime::kExec;
  std::string spec;  // JSON text
  Hash spec_hash{};
  std::vector<std::string> imports{};  // components whose modules its code imports
  // Which parameters it takes (contract_check.h), and the TextsKey of what that was derived from.
  // Empty: nothing was derived.
  std::string contract{};
  Hash contract_of{};
};

struct PutComponent {
  Component component;
  std::string display_name;
  std::string description;
  std::string component_version;
};

struct DeleteComponent {
  std::string component;
};

// What stored components take and import, as derived anew. What is not of their texts as they stand
// is passed over.
struct StateContracts {
  struct Item {
    std::string component;
    std::string contract;
    Hash contract_of{};
    std::vector<std::string> imports{};
  };
  std::vector<Item> items;
};

}  // namespace daybook::scheduler
