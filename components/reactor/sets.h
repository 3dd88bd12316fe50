// The sets that a query can ask over, as the checker sees them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace daybook::reactor {

// The type of a field. Immutable.
struct FieldType {
  enum class Kind { kText, kNumber, kBool, kUuid, kInstant, kValue, kRecord, kList };
  Kind kind = Kind::kValue;
  bool optional = false;                                    // it may be nothing
  std::vector<std::pair<std::string, FieldType>> fields{};  // kRecord
  std::shared_ptr<const FieldType> element{};               // kList
};

struct SetType {
  std::vector<std::pair<std::string, FieldType>> fields;
  struct Edge {
    std::string set;
    bool many = false;  // a list of records, else one record or nothing
  };
  std::vector<std::pair<std::string, Edge>> navigations;
};

// Thread-safe.
class Sets {
 public:
  virtual ~Sets() = default;
  virtual const SetType* find(std::string_view name) const = 0;
  virtual std::vector<std::string> names() const = 0;
  // Whether a filter and an order (either may be empty) are right for a set that is there: the
  // first line of the message says why not.
  virtual Status check(std::string_view /*set*/, std::string_view /*filter*/,
                       std::string_view /*order_by*/) const {
    return {};
  }
  // True when sets that are not found may be there all the same: what they hold is then not known
  // before the run.
  virtual bool open() const { return false; }
};

// Where nobody can be asked what there is: every set may be there.
class OpenSets final : public Sets {
 public:
  const SetType* find(std::string_view) const override { return nullptr; }
  std::vector<std::string> names() const override { return {}; }
  bool open() const override { return true; }
};

}  // namespace daybook::reactor
