#include "projections/component_heads.h"

#include <algorithm>
#include <utility>

namespace daybook::projections {
namespace {

// Some 300 bytes each.
constexpr std::size_t kComponentHeadsMax = 4'096;

}  // namespace

Result<ComponentHeads::Head> ComponentHeads::find(std::string_view id, std::uint64_t changes,
                                                  const Read& read) {
  std::string name(id);
  {
    const std::lock_guard lock(mutex_);
    forget(changes);
    if (const auto known = heads_.find(name); known != heads_.end() && changes_ == changes) {
      return known->second;
    }
  }
  DAYBOOK_ASSIGN(Head head, read());
  const std::lock_guard lock(mutex_);
  // A change that came meanwhile may be the one that was not seen.
  if (changes_ == changes && heads_.size() < kComponentHeadsMax) {
    heads_.insert_or_assign(std::move(name), head);
  }
  return head;
}

void ComponentHeads::forget(std::uint64_t changes) {
  if (changes_ < changes || heads_.size() >= kComponentHeadsMax) {
    changes_ = std::max(changes_, changes);
    heads_.clear();
  }
}

}  // namespace daybook::projections
