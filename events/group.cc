#include "events/group.h"

#include <utility>

#include "base/check.h"
#include "events/catalogue.h"

namespace daybook::events {

GroupWriter::GroupWriter(Seq last, const Hash& chain, Epoch epoch)
    : last_(last), chain_(chain), epoch_(epoch) {
  group_.first = next(last);
}

void GroupWriter::add(const BatchInfo& info, std::span<const Event> events) {
  DAYBOOK_CHECK(!events.empty(), "a batch holds at least one event");
  Header header;
  header.time = info.time;
  header.epoch = static_cast<std::uint32_t>(epoch_.value);
  header.batch_count = static_cast<std::uint32_t>(events.size());
  header.command = info.command;
  header.cause = info.cause;
  for (const Event& event : events) {
    const CatalogueEntry& entry = entry_of(event);
    last_ = next(last_);
    header.seq = last_;
    header.type = entry.type;
    header.version = entry.version;
    const Bytes payload = encoder_.encode(event, info.actor);
    chain_ = append_record(group_.bytes, header, payload, chain_, digest_);
    ++header.batch_index;
    ++group_.count;
  }
}

Group GroupWriter::take(std::vector<std::uint8_t> reuse) {
  group_.chain = chain_;
  reuse.clear();
  Group out = std::exchange(group_, Group{next(last_), 0, {}, std::move(reuse)});
  return out;
}

}  // namespace daybook::events
