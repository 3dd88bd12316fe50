#include "scheduler/unique_keys.h"

#include <string>

#include "base/sha256.h"

namespace daybook::scheduler {

UniqueKeys::Id UniqueKeys::id_of(std::string_view definition, std::string_view key) {
  std::string text(definition);
  text += '\0';  // no definition's id holds one
  text += key;
  const Hash hash = sha256(text);
  Id out;
  for (std::size_t i = 0; i < 8; ++i) {
    out.high = out.high << 8 | hash[i];
    out.low = out.low << 8 | hash[8 + i];
  }
  return out;
}

bool UniqueKeys::insert(Id id, Seq job) {
  return !held_.contains(job) && holders_.emplace(id, job).second && held_.emplace(job, id).second;
}

void UniqueKeys::erase(Seq job) {
  if (const auto found = held_.find(job); found != held_.end()) {
    holders_.erase(found->second);
    held_.erase(found);
  }
}

std::optional<Seq> UniqueKeys::holder(Id id) const {
  const auto found = holders_.find(id);
  return found == holders_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<UniqueKeys::Id> UniqueKeys::held_by(Seq job) const {
  const auto found = held_.find(job);
  return found == held_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace daybook::scheduler
