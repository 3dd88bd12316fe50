#include "projections/event_query.h"

#include <algorithm>
#include <bitset>
#include <memory>
#include <string>

#include "base/limits/views.h"
#include "events/catalogue.h"
#include "projections/event_index.h"
#include "projections/history.h"

namespace daybook::projections::event_query {
namespace {

using Places = std::bitset<event_keys::kBlockEvents>;

// The blocks in which one of several lists has events: the types of one definition, say.
class Lists {
 public:
  Lists(const View& view, char facet) : walker_(view.walk(range(facet), key_after(range(facet)))) {}

  void add(const Key& prefix) { lists_.push_back({std::string(prefix.view()), {}, {}, false}); }

  // The first block from `block` on, or the last one up to it, that has any.
  Result<std::optional<std::uint64_t>> seek(std::uint64_t block, bool down) {
    std::optional<std::uint64_t> best;
    for (List& list : lists_) {
      if (!list.known || (list.block && (down ? *list.block > block : *list.block < block))) {
        DAYBOOK_TRY(look(list, block, down));
      }
      if (list.block && (!best || (down ? *list.block > *best : *list.block < *best))) {
        best = list.block;
      }
    }
    return best;
  }
  // Their events in a block that seek() gave.
  Status read(std::uint64_t block, Places& out) const {
    out.reset();
    for (const List& list : lists_) {
      if (list.block != block) {
        continue;
      }
      for (Scan scan(list.places); !scan.done();) {
        const std::uint64_t place = (std::uint64_t{scan.u8()} << 8) | scan.u8();
        if (!scan.ok() || place >= out.size()) {
          return fail(Code::kCorrupt, "VIEWS_STORE", "a list of events cannot be read");
        }
        out.set(place);
      }
    }
    return {};
  }

 private:
  struct List {
    std::string prefix;
    std::optional<std::uint64_t> block;
    std::string places;
    bool known;
  };

  static std::string range(char facet) { return std::string(1, facet); }

  Status look(List& list, std::uint64_t block, bool down) {
    std::string key = list.prefix;
    Put(key).u64(down ? block + 1 : block);
    down ? walker_->seek_before(key) : walker_->seek(key);
    DAYBOOK_TRY(walker_->status());
    list.known = true;
    list.block.reset();
    if (walker_->valid() && walker_->key().starts_with(list.prefix) &&
        walker_->key().size() == list.prefix.size() + 8) {
      list.block = Scan(walker_->key().substr(list.prefix.size())).u64();
      list.places = walker_->value();
    }
    return {};
  }

  std::unique_ptr<Walker> walker_;
  std::vector<List> lists_;
};

class Search {
 public:
  Search(const View& view, const EventSelection& selection, const EventStretch& stretch)
      : view_(view), selection_(selection), stretch_(stretch) {}

  Result<FoundEvents> run() {
    const auto& s = selection_;
    add(event_keys::kByDefinition, s.definition);
    add(event_keys::kByComponent, s.component);
    add(event_keys::kByActor, s.actor);
    if (parts_.empty()) {
      Lists types(view_, event_keys::kByType);
      for (const std::uint16_t type : s.types) {
        types.add(event_keys::of_type(type));
      }
      parts_.push_back(std::move(types));
    }
    DAYBOOK_TRY(stretch_.newest_first ? walk(true) : walk(false));
    return std::move(out_);
  }

 private:
  void add(char facet, const std::optional<std::string>& value) {
    if (!value) {
      return;
    }
    Lists lists(view_, facet);
    if (selection_.types.empty()) {
      for (const auto& entry : events::catalogue()) {
        lists.add(event_keys::of_value(facet, *value, entry.type));
      }
    }
    for (const std::uint16_t type : selection_.types) {
      lists.add(event_keys::of_value(facet, *value, type));
    }
    parts_.push_back(std::move(lists));
  }

  // Between it and where the look began no block has events of every part. common: it has.
  struct Look {
    std::uint64_t block = 0;
    bool common = true;
  };

  // Nothing: there is none any more.
  Result<std::optional<Look>> look(std::uint64_t block, bool down) {
    Look out{block};
    for (Lists& part : parts_) {
      DAYBOOK_ASSIGN(const auto found, part.seek(out.block, down));
      if (!found) {
        return std::optional<Look>();
      }
      out.common = out.common && (&part == &parts_.front() || *found == out.block);
      out.block = *found;
    }
    return std::optional(out);
  }

  // It has looked long enough.
  void stop_at(const Look& found, Seq end, bool down) {
    const std::uint64_t block = found.block + (found.common != down ? 1 : 0);
    const std::uint64_t border = block << event_keys::kBlockBits;
    out_.reached = down ? std::max(Seq{border}, end) : std::min(Seq{border - 1}, end);
  }

  Status walk(bool down) {
    const Seq end = down ? next(stretch_.after) : stretch_.until;
    out_.reached = end;
    if (stretch_.after >= stretch_.until) {
      return {};
    }
    std::uint64_t block = event_keys::block_of(down ? stretch_.until : next(stretch_.after));
    for (std::size_t looked = 1;; ++looked) {
      DAYBOOK_ASSIGN(const auto found, look(block, down));
      if (!found || (down ? found->block < event_keys::block_of(end)
                          : found->block > event_keys::block_of(end))) {
        return {};
      }
      if (found->common) {
        DAYBOOK_TRY(gather(found->block, down));
      }
      if (out_.seqs.size() >= stretch_.limit) {
        out_.reached = out_.seqs.back();
        return {};
      }
      if (looked >= stretch_.blocks_max) {
        stop_at(*found, end, down);
        return {};
      }
      if (found->common && down && found->block == 0) {
        return {};
      }
      block = found->block;
      if (found->common) {
        block = down ? block - 1 : block + 1;
      }
    }
  }

  Status gather(std::uint64_t block, bool down) {
    Places all;
    Places part;
    all.set();
    for (const Lists& lists : parts_) {
      DAYBOOK_TRY(lists.read(block, part));
      all &= part;
    }
    const auto take = [&](std::size_t place) {
      const Seq seq{(block << event_keys::kBlockBits) + place};
      if (seq > stretch_.after && seq <= stretch_.until && out_.seqs.size() < stretch_.limit) {
        out_.seqs.push_back(seq);
      }
    };
    if (down) {
      for (std::size_t place = all.size(); place-- > 0;) {
        if (all[place]) {
          take(place);
        }
      }
      return {};
    }
    for (std::size_t place = all._Find_first(); place < all.size(); place = all._Find_next(place)) {
      take(place);
    }
    return {};
  }

  const View& view_;
  const EventSelection& selection_;
  const EventStretch& stretch_;
  std::vector<Lists> parts_;
  FoundEvents out_;
};

// Of sequence numbers in order, those that the stretch asks for.
FoundEvents cut(std::vector<Seq> seqs, const EventStretch& stretch) {
  FoundEvents out;
  std::erase_if(seqs, [&](Seq seq) { return seq <= stretch.after || seq > stretch.until; });
  out.reached = stretch.newest_first ? next(stretch.after) : stretch.until;
  if (stretch.newest_first) {
    std::reverse(seqs.begin(), seqs.end());
  }
  if (seqs.size() > stretch.limit) {
    seqs.resize(stretch.limit);
    out.reached = seqs.back();
  }
  out.seqs = std::move(seqs);
  return out;
}

// Of the commands whose id has the same half; whether it is the id, the events say.
Result<FoundEvents> find_request(const View& view, const EventSelection& selection,
                                 const EventStretch& stretch) {
  std::vector<Seq> seqs;
  std::string value;
  const std::uint64_t half = event_keys::request_half(*selection.request);
  for (std::uint64_t era = 0; era <= view.as_of().value >> event_keys::kEraBits; ++era) {
    DAYBOOK_ASSIGN(const bool found, view.get(event_keys::era(era).u64(half).view(), value));
    for (Scan scan(value); found && !scan.done();) {
      const std::uint64_t first = (era << event_keys::kEraBits) + scan.u32();
      const std::uint64_t count = (std::uint64_t{scan.u8()} << 8) | scan.u8();
      if (!scan.ok()) {
        return fail(Code::kCorrupt, "VIEWS_STORE", "a list of requests cannot be read");
      }
      for (std::uint64_t i = 0; i < count; ++i) {
        seqs.push_back(Seq{first + i});
      }
    }
  }
  return cut(std::move(seqs), stretch);
}

}  // namespace

Result<FoundEvents> find(const View& view, const EventSelection& selection,
                         const EventStretch& stretch) {
  std::string value;
  DAYBOOK_ASSIGN(const bool trimmed, view.get(event_keys::first().view(), value));
  EventStretch within = stretch;
  within.until = std::min(stretch.until, view.as_of());
  DAYBOOK_ASSIGN(FoundEvents out, selection.request ? find_request(view, selection, within)
                                                    : Search(view, selection, within).run());
  out.from = trimmed ? Seq{Scan(value).varint()} : Seq{1};
  out.as_of = view.as_of();
  return out;
}

Result<FoundEvents> find_of_job(const View& history, const EventSelection& selection,
                                const EventStretch& stretch) {
  EventStretch within = stretch;
  within.until = std::min(stretch.until, history.as_of());
  DAYBOOK_ASSIGN(std::vector<Seq> all, History::find(history, *selection.job));
  FoundEvents out = cut(std::move(all), within);
  DAYBOOK_ASSIGN(out.from, History::first(history));
  out.as_of = history.as_of();
  return out;
}

}  // namespace daybook::projections::event_query
