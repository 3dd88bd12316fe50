#include "projections/event_index.h"

#include <algorithm>
#include <type_traits>
#include <variant>

#include "base/check.h"
#include "events/catalogue.h"

namespace daybook::projections {
namespace {

// A list as it is kept here and written: about. And values that are remembered from block to block.
constexpr std::size_t kListBytes = 192;
constexpr std::size_t kValuesMax = 16 * 1024;

std::uint64_t block_of_key(std::string_view key) {
  return Scan(key.substr(key.size() - 8)).u64();
}

}  // namespace

Status EventIndex::load(const Reader& store) {
  store_ = &store;
  return {};
}

void EventIndex::close_lists() {
  for (List& list : lists_) {
    if (list.slot != nullptr) {
      *list.slot = 0;
      list.slot = nullptr;
    }
  }
  for (Facet* facet : {&definitions_, &components_, &actors_}) {
    if (facet->values.size() > kValuesMax) {
      facet->values.clear();
    }
  }
}

void EventIndex::add(std::uint32_t& slot, const Key& key, Seq seq) {
  if (slot == 0) {
    List list;
    list.key = key.view();
    for (int shift = 56; shift >= 0; shift -= 8) {
      list.key.push_back(static_cast<char>(block_ >> shift));
    }
    list.slot = &slot;
    bytes_ += kListBytes;
    lists_.push_back(std::move(list));
    slot = static_cast<std::uint32_t>(lists_.size());
  }
  const std::uint64_t place = seq.value % event_keys::kBlockEvents;
  std::string& places = lists_[slot - 1].places;
  places.push_back(static_cast<char>(place >> 8));
  places.push_back(static_cast<char>(place));
  bytes_ += 4;
}

void EventIndex::add(Facet& facet, std::string_view value, std::uint16_t type, Seq seq) {
  auto found = facet.values.find(value);
  if (found == facet.values.end()) {
    found = facet.values.emplace(std::string(value), Slots{}).first;
  }
  std::uint32_t& slot = found->second[type];
  if (slot == 0) {
    add(slot, event_keys::of_value(facet.name, value, type), seq);
  } else {
    add(slot, Key(facet.name), seq);
  }
}

Status EventIndex::apply(const events::Recorded& recorded) {
  const Seq seq = recorded.meta.seq;
  const std::uint16_t type = events::entry_of(recorded.event).type;
  DAYBOOK_CHECK(type < kTypes, "every type of event has its place in the index");
  if (event_keys::block_of(seq) != block_) {
    close_lists();
    block_ = event_keys::block_of(seq);
  }
  add(types_[type], event_keys::of_type(type), seq);
  add(actors_, recorded.meta.actor, type, seq);
  std::visit(
      [&](const auto& e) {
        if constexpr (requires { e.definition; }) {
          add(definitions_, e.definition, type, seq);
        }
        if constexpr (requires { e.component; }) {
          add(components_, e.component, type, seq);
        }
        if constexpr (std::is_same_v<std::decay_t<decltype(e)>, events::LogTrimmed>) {
          trim(e.through);
        }
      },
      recorded.event);
  if (recorded.meta.batch_index == 0) {
    std::string place;
    const std::uint64_t era = seq.value >> event_keys::kEraBits;
    const std::uint64_t at = seq.value & ((std::uint64_t{1} << event_keys::kEraBits) - 1);
    for (int shift = 24; shift >= 0; shift -= 8) {
      place.push_back(static_cast<char>(at >> shift));
    }
    place.push_back(static_cast<char>(recorded.meta.batch_count >> 8));
    place.push_back(static_cast<char>(recorded.meta.batch_count));
    requests_.emplace_back(
        event_keys::era(era).u64(event_keys::request_half(recorded.meta.command)).view(), place);
    bytes_ += kListBytes;
  }
  return {};
}

// Whole blocks go, and whole eras of requests: what is left of them is no more than one.
void EventIndex::trim(Seq through) {
  trimmed_ = std::max(trimmed_, through);
  const std::uint64_t block = event_keys::block_of(next(trimmed_));
  for (List& list : lists_) {
    if (list.slot == nullptr && block_of_key(list.key) < block) {
      list.places.clear();
    }
  }
  const std::uint64_t era = next(trimmed_).value >> event_keys::kEraBits;
  std::erase_if(requests_,
                [&](const auto& request) { return Scan(request.first.substr(1)).u32() < era; });
}

// The ranges of one facet that hold only blocks which are gone: a seek for each list, not a step
// for each block.
Status EventIndex::find_gone(std::string_view facet) {
  const std::uint64_t block = event_keys::block_of(next(trimmed_));
  const auto walker = store_->walk(facet, key_after(facet));
  walker->seek(facet);
  while (walker->valid()) {
    const std::string first(walker->key());
    const std::string prefix = first.substr(0, first.size() - 8);
    std::string end = prefix;
    Put(end).u64(block);
    if (first < end) {
      gone_.emplace_back(first, end);
    }
    walker->seek(key_after(prefix));
  }
  return walker->status();
}

Status EventIndex::prepare() {
  if (trimmed_ == Seq{}) {
    return {};
  }
  for (const char facet : {event_keys::kByType, event_keys::kByDefinition, event_keys::kByComponent,
                           event_keys::kByActor}) {
    DAYBOOK_TRY(find_gone(std::string_view(&facet, 1)));
  }
  const std::uint64_t era = next(trimmed_).value >> event_keys::kEraBits;
  if (era > 0) {
    gone_.emplace_back(event_keys::era(0).view(), event_keys::era(era).view());
  }
  return {};
}

void EventIndex::write(Batch& batch) {
  for (const auto& [from, to] : gone_) {
    batch.erase_range(from, to);
  }
  if (trimmed_ != Seq{}) {
    std::string value;
    Put(value).varint(event_keys::block_of(next(trimmed_)) << event_keys::kBlockBits);
    batch.put(event_keys::first().view(), value);
  }
  for (const List& list : lists_) {
    if (!list.places.empty()) {
      batch.append(list.key, list.places);
    }
  }
  for (const auto& [key, place] : requests_) {
    batch.append(key, place);
  }
}

void EventIndex::written() {
  close_lists();
  lists_.clear();
  requests_.clear();
  gone_.clear();
  trimmed_ = {};
  bytes_ = 0;
}

}  // namespace daybook::projections
