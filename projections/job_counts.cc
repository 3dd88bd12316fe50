#include "projections/job_counts.h"

#include <algorithm>

#include "projections/job_keys.h"

namespace daybook::projections {
namespace {

using job_keys::kAllDefinitions;

// A counter with its key, kept here and as it is written: about.
constexpr std::size_t kCounterBytes = 512;
// Counts that a walk reads in the time of one look-up, about.
constexpr std::size_t kWalkedCounts = 8;

void put_counts(std::string& out, const StatusCounts& counts) {
  for (const std::uint64_t count : counts) {
    Put(out).varint(count);
  }
}

bool scan_counts(Scan& scan, StatusCounts& counts) {
  for (std::uint64_t& count : counts) {
    count = scan.varint();
  }
  return scan.ok() && scan.done();
}

void move_count(StatusCounts& counts, JobStatus status, int by) {
  std::uint64_t& count = counts[job_keys::number(status)];
  DAYBOOK_CHECK(by > 0 || count > 0, "a count of jobs is never negative (I8)");
  count = by > 0 ? count + 1 : count - 1;
}

Error unreadable_counts() {
  return make_error(Code::kCorrupt, "VIEWS_STORE", "stored counts of jobs cannot be read");
}

}  // namespace

Status JobTallies::load(const Reader& store) {
  store_ = &store;
  definitions_.assign(1, {});
  bool sound = true;
  DAYBOOK_TRY(each_key(store, "C", "D", [&](std::string_view key, std::string_view value) {
    Scan name(key.substr(1));
    const std::uint32_t number = name.u32();
    definitions_.resize(std::max<std::size_t>(definitions_.size(), number + std::size_t{1}));
    Definition& d = definitions_[number];
    Scan scan(value);
    d.name = scan.text();
    sound = sound && name.ok() && scan_counts(scan, d.counts);
    if (number != kAllDefinitions) {
      numbers_.emplace(d.name, number);
    }
    return sound;
  }));
  if (!sound || numbers_.size() + 1 != definitions_.size()) {
    return fail(unreadable_counts());
  }
  return {};
}

void JobTallies::mark(std::uint32_t definition) {
  if (!definitions_[definition].changed) {
    definitions_[definition].changed = true;
    changed_.push_back(definition);
  }
}

std::uint32_t JobTallies::number_of(std::string_view definition) {
  const auto it = numbers_.find(definition);
  if (it != numbers_.end()) {
    return it->second;
  }
  const auto number = static_cast<std::uint32_t>(definitions_.size());
  definitions_.push_back({std::string(definition), {}, false});
  numbers_.emplace(definition, number);
  mark(number);
  return number;
}

void JobTallies::add(std::uint32_t definition, JobStatus status, int by) {
  for (const std::uint32_t number : {kAllDefinitions, definition}) {
    move_count(definitions_[number].counts, status, by);
    mark(number);
  }
}

Status JobTallies::add_tags(const std::vector<std::string_view>& tags, std::uint32_t definition,
                            JobStatus status, int by) {
  for (const std::string_view tag : tags) {
    for (const std::uint32_t number : {kAllDefinitions, definition}) {
      std::string key(job_keys::tag_counts(tag, number).view());
      auto it = tags_.find(key);
      if (it == tags_.end()) {
        DAYBOOK_ASSIGN(const StatusCounts counts, stored_tag_counts(*store_, tag, number));
        it = tags_.emplace(std::move(key), counts).first;
      }
      move_count(it->second, status, by);
    }
  }
  return {};
}

std::size_t JobTallies::unwritten_bytes() const {
  return (changed_.size() + tags_.size()) * kCounterBytes;
}

void JobTallies::write(Batch& batch) {
  std::sort(changed_.begin(), changed_.end());
  std::string value;
  for (const std::uint32_t number : changed_) {
    const Definition& d = definitions_[number];
    value.clear();
    Put(value).text(d.name);
    put_counts(value, d.counts);
    batch.put(job_keys::counts(number).view(), value);
    if (number != kAllDefinitions) {
      std::string place;
      Put(place).varint(number);
      batch.put(job_keys::name(d.name).view(), place);
    }
  }
  for (const auto& [key, counts] : tags_) {
    if (counts == StatusCounts{}) {
      batch.erase(key);
      continue;
    }
    value.clear();
    put_counts(value, counts);
    batch.put(key, value);
  }
}

void JobTallies::written() {
  for (const std::uint32_t number : changed_) {
    definitions_[number].changed = false;
  }
  changed_.clear();
  tags_.clear();
}

JobCounts to_job_counts(const StatusCounts& c) {
  return {c[0], c[1], c[2], c[3], c[4]};
}

Result<StatusCounts> stored_counts(const Reader& reader, std::uint32_t definition) {
  std::string value;
  DAYBOOK_ASSIGN(const bool found, reader.get(job_keys::counts(definition).view(), value));
  StatusCounts out{};
  Scan scan(value);
  if (found && (scan.text(), !scan_counts(scan, out))) {
    return fail(unreadable_counts());
  }
  return out;
}

Result<StatusCounts> stored_tag_counts(const Reader& reader, std::string_view tag,
                                       std::uint32_t definition) {
  std::string value;
  DAYBOOK_ASSIGN(const bool found, reader.get(job_keys::tag_counts(tag, definition).view(), value));
  StatusCounts out{};
  Scan scan(value);
  if (found && !scan_counts(scan, out)) {
    return fail(unreadable_counts());
  }
  return out;
}

namespace {

using VisitCounts = std::function<void(std::uint32_t, const StatusCounts&)>;

// All counts between the first and the last of the definitions, and of them those that are wanted.
Status walk_counts(const Reader& reader, const std::optional<std::string>& tag,
                   std::span<const std::uint32_t> definitions, const VisitCounts& visit) {
  const auto key_of = [&](std::uint32_t number) {
    return tag ? job_keys::tag_counts(*tag, number) : job_keys::counts(number);
  };
  bool sound = true;
  auto wanted = definitions.begin();
  const std::string behind = key_after(key_of(definitions.back()).view());
  const Key first = key_of(definitions.front());
  DAYBOOK_TRY(each_key(reader, first.view(), behind, [&](auto key, auto value) {
    const std::uint32_t number = Scan(key.substr(key.size() - 4)).u32();
    wanted = std::lower_bound(wanted, definitions.end(), number);
    if (wanted == definitions.end() || *wanted != number) {
      return true;
    }
    StatusCounts counts{};
    Scan scan(value);
    if (!tag) {
      scan.text();
    }
    sound = scan_counts(scan, counts);
    visit(number, counts);
    return sound;
  }));
  return sound ? Status() : fail(unreadable_counts());
}

}  // namespace

Status each_stored_counts(const Reader& reader, const std::optional<std::string>& tag,
                          std::span<const std::uint32_t> definitions, const VisitCounts& visit) {
  if (definitions.size() > 1 &&
      (definitions.back() - definitions.front()) / definitions.size() < kWalkedCounts) {
    return walk_counts(reader, tag, definitions, visit);
  }
  for (const std::uint32_t number : definitions) {
    StatusCounts counts{};
    if (tag) {
      DAYBOOK_ASSIGN(counts, stored_tag_counts(reader, *tag, number));
    } else {
      DAYBOOK_ASSIGN(counts, stored_counts(reader, number));
    }
    visit(number, counts);
  }
  return {};
}

Result<std::optional<std::uint32_t>> stored_number(const Reader& reader,
                                                   std::string_view definition) {
  std::string value;
  DAYBOOK_ASSIGN(const bool found, reader.get(job_keys::name(definition).view(), value));
  if (!found) {
    return std::optional<std::uint32_t>();
  }
  return std::optional(static_cast<std::uint32_t>(Scan(value).varint()));
}

}  // namespace daybook::projections
