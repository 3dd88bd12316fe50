// Reading the keys of one generation of one projection; keys come and go without their prefix.
// Private to projections/: this is what the projections see of the storage engine.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

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

// Where projections keep what they store: RocksStore, or memory in a simulation. Changes are not
// durable before flush(), but what survives a crash is always a prefix of the batches written, each
// whole. Threads: write(), flush() and erase() may run beside readers; one writer per projection.
class Store {
 public:
  using ProjectionId = std::uint8_t;
  using Checkpoints = std::span<const std::pair<ProjectionId, Checkpoint>>;

  virtual ~Store() = default;

  // The checkpoint as written, or as it would be found after a crash now.
  virtual Result<std::optional<Checkpoint>> checkpoint(ProjectionId id) const = 0;
  virtual Result<std::optional<Checkpoint>> durable_checkpoint(ProjectionId id) const = 0;

  // Always the last written state of that generation.
  virtual std::unique_ptr<Reader> reader(Prefix prefix) const = 0;
  // The live generation of a projection at this moment.
  virtual Result<std::unique_ptr<View>> view(ProjectionId id) const = 0;
  // Two generations of one projection at one moment.
  virtual std::pair<std::unique_ptr<View>, std::unique_ptr<View>> views(Prefix first,
                                                                        Prefix second) const = 0;

  // One atomic write of a sorted batch in which no key stands twice.
  virtual Status write(const Batch& batch, Checkpoints checkpoints) = 0;
  // After a failed write: lets the store try again what it could not write. write() then says
  // whether it can.
  virtual void resume() = 0;
  // Makes everything written so far durable.
  virtual Status flush() = 0;
  // Erases one generation that no durable checkpoint names: it goes at once, or with the last view
  // of it.
  virtual Status erase(Prefix prefix) = 0;
  // Every generation of `id` but `keep`; what the checkpoint written last does not name.
  virtual Status erase_others(ProjectionId id, std::uint8_t keep) = 0;

  // A reader found damage that this open did not: the next open is to know. Any thread; does
  // nothing when it cannot.
  virtual void note_damage() const = 0;
  // Reads the whole store, and takes the note away when it is sound.
  virtual Status forget_damage() = 0;
};

}  // namespace daybook::projections
