// Checks the records of a store in segments, several at a time. Each record carries its chain hash,
// so a segment can be checked from the record before it without waiting for the segments before.
// Private to log/.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>

#include <rocksdb/db.h>

#include "log/rocks/cursor.h"
#include "log/rocks/store.h"
#include "log/verify.h"

namespace daybook::log {

class Segments {
 public:
  // Checks bounds.first to `last`, starting after the trim point. All must outlive the object.
  Segments(rocksdb::DB& db, const Bounds& bounds, const TrimPoint& trim, Seq last,
           const VerifyOptions& options);

  // Returns the problem with the lowest sequence number.
  std::optional<Problem> run();

 private:
  void work(bool report);
  std::optional<Problem> check(Seq from, Seq to);
  void found(Problem problem);
  bool beyond_problem(Seq seq) const;

  rocksdb::DB& db_;
  const Bounds& bounds_;
  const TrimPoint trim_;
  const Seq last_;
  const VerifyOptions& options_;
  std::atomic<std::uint64_t> next_segment_{0};
  std::atomic<std::uint64_t> done_{0};
  mutable std::mutex mutex_;
  std::optional<Problem> problem_;
};

}  // namespace daybook::log
