// Reading the keys of one generation of one projection; keys come and go without their prefix.
// Private to projections/: this is what the projections see of the storage engine.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"
#include "projections/batch.h"

namespace daybook::projections {

// Walks keys in both directions within the range it was made for. One thread. A walk that ends must
// ask status().
class Walker {
 public:
  virtual ~Walker() = default;
  virtual void seek(std::string_view key) = 0;         // first key >= `key`
  virtual void seek_before(std::string_view key) = 0;  // last key < `key`
  virtual void next() = 0;
  virtual void previous() = 0;
  virtual bool valid() const = 0;
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
  virtual Status status() const = 0;
};

class Reader {
 public:
  virtual ~Reader() = default;
  // False when the key is not there.
  virtual Result<bool> get(std::string_view key, std::string& value) const = 0;
  // Over lower <= key < upper.
  virtual std::unique_ptr<Walker> walk(std::string_view lower, std::string_view upper) const = 0;
};

// A reader of one consistent moment.
class View : public Reader {
 public:
  virtual Seq as_of() const = 0;
  // The projection and generation that it reads.
  virtual Prefix prefix() const = 0;
};

// Calls visit(key, value) for every key that starts with `prefix`, until it returns false.
template <typename Visit>
Status each_key(const Reader& reader, std::string_view prefix, std::string_view after,
                Visit&& visit) {
  const auto walker = reader.walk(prefix, after);
  for (walker->seek(prefix); walker->valid(); walker->next()) {
    if (!visit(walker->key(), walker->value())) {
      return {};
    }
  }
  return walker->status();
}

// What says how far a projection has come; written in the same batch as its changes.
struct Checkpoint {
  Seq applied;
  Hash chain{};  // of record `applied`: which log this is
  std::uint32_t version = 0;
  std::uint8_t generation = 1;
};

}  // namespace daybook::projections
