#include "log/event_reader.h"

#include <algorithm>
#include <string>

#include "base/limits/write_path.h"
#include "log/tail.h"

namespace daybook::log {
namespace {

bool holds(const Chunk& chunk, Seq seq) {
  return !chunk.empty() && chunk.first() <= seq && seq <= chunk.last();
}

}  // namespace

Result<const events::Recorded*> EventReader::at(Seq seq) {
  if (!held_ || !holds(*held_, seq)) {
    held_ = log_.tail().find(seq);
  }
  if (held_) {
    return &held_->from(seq).front();
  }
  const auto found = std::find_if(read_.begin(), read_.end(),
                                  [&](const auto& chunk) { return holds(*chunk, seq); });
  if (found != read_.end()) {
    return &(*found)->from(seq).front();
  }
  DAYBOOK_ASSIGN(const auto cursor, log_.read(seq));
  auto chunk = std::make_unique<Chunk>(kStretchEventsMax, kStretchBytesMax);
  const Status filled = chunk->fill(*cursor, Seq{seq.value + kStretchEventsMax - 1});
  ++stretches_read_;
  if (!holds(*chunk, seq)) {
    return filled ? fail(Code::kNotFound, "NO_EVENT",
                         "the log does not reach event " + std::to_string(seq.value))
                  : fail(filled.error());
  }
  if (read_.size() == kStretchesKept) {
    read_.pop_back();
  }
  read_.push_front(std::move(chunk));
  return &read_.front()->from(seq).front();
}

}  // namespace daybook::log
