// The unique keys that live jobs hold. A key belongs to a definition; it is known by 16 bytes of a
// hash of both. One owner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/ids.h"

namespace daybook::scheduler {

class UniqueKeys {
 public:
  struct Id {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    bool operator==(const Id&) const = default;
  };
  static Id id_of(std::string_view definition, std::string_view key);

  // False when another job holds it, or the job another.
  bool insert(Id id, Seq job);
  // What the job held, if anything, is free.
  void erase(Seq job);
  std::optional<Seq> holder(Id id) const;
  std::optional<Id> held_by(Seq job) const;
  std::size_t size() const { return holders_.size(); }
  std::size_t memory_bytes() const { return holders_.size() * 88; }

 private:
  struct IdHash {
    std::size_t operator()(const Id& id) const noexcept { return static_cast<std::size_t>(id.low); }
  };
  std::unordered_map<Id, Seq, IdHash> holders_;
  std::unordered_map<Seq, Id> held_;
};

}  // namespace daybook::scheduler
