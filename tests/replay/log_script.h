// A log written event by event, for planting violations: batches can be dropped, repeated, swapped
// and changed, and are then numbered anew, so that job ids, tokens and causes still fit unless the
// mutant says otherwise.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include "events/catalogue.h"
#include "events/codec.h"
#include "events/group.h"
#include "events/types.h"
#include "log/memory_log.h"
#include "replay/checker.h"

namespace daybook::replay {

// That long after Script::kStart.
Micros at(std::int64_t second);

struct ScriptBatch {
  std::string name;  // how mutants find it
  Micros time;
  std::uint32_t epoch = 1;
  CommandId command;
  std::vector<events::Event> events;
  std::string actor = "system";
};

// One record before it is encoded.
struct RawRecord {
  events::Header header;
  std::vector<std::uint8_t> payload;
};

class Script {
 public:
  static constexpr Micros kStart{1'763'251'200'000'000};  // 2025-11-16T00:00:00Z

  // Adds a batch at `second` after the start. Jobs are named by the number they get if nothing is
  // changed: next_seq() before the call, plus the place in the batch.
  void add(std::string name, std::int64_t second, std::vector<events::Event> events,
           std::uint32_t epoch = 1) {
    ScriptBatch batch{std::move(name), kStart + seconds(second), epoch, {}, std::move(events),
                      "system"};
    batch.command = CommandId{0x4000, batches.size() + 1};
    next_ += batch.events.size();
    batches.push_back(std::move(batch));
  }
  Seq next_seq() const { return Seq{next_}; }
  JobId next_job(std::int64_t second, std::uint64_t place = 0) const {
    return JobId::make(kStart + seconds(second), 0, Seq{next_ + place});
  }

  std::size_t index(const std::string& name) const {
    for (std::size_t i = 0; i < batches.size(); ++i) {
      if (batches[i].name == name) {
        return i;
      }
    }
    throw std::out_of_range("no batch " + name);
  }
  ScriptBatch& at(const std::string& name) { return batches[index(name)]; }
  template <typename E>
  E& event(const std::string& name, std::size_t place = 0) {
    return std::get<E>(at(name).events.at(place));
  }
  void drop(const std::string& name) {
    batches.erase(batches.begin() + static_cast<std::ptrdiff_t>(index(name)));
  }
  void repeat(const std::string& name) {
    const std::size_t i = index(name);
    batches.insert(batches.begin() + static_cast<std::ptrdiff_t>(i) + 1, ScriptBatch(batches[i]));
  }
  // The batch moves right behind the other one and takes its time.
  void move_behind(const std::string& name, const std::string& other) {
    ScriptBatch batch = at(name);
    drop(name);
    const std::size_t i = index(other);
    batch.time = batches[i].time;
    batches.insert(batches.begin() + static_cast<std::ptrdiff_t>(i) + 1, std::move(batch));
  }

  // Numbers, encodes the payloads, fits job ids and tokens.
  std::vector<RawRecord> records() const {
    std::vector<RawRecord> out;
    std::map<std::uint64_t, std::uint64_t> moved = moves();
    std::map<JobId, JobId> jobs;
    events::Encoder encoder;
    for (const ScriptBatch& batch : batches) {
      for (std::size_t i = 0; i < batch.events.size(); ++i) {
        events::Event event = batch.events[i];
        events::Header header;
        header.seq = Seq{out.size() + 1};
        header.time = batch.time;
        header.epoch = batch.epoch;
        header.batch_index = static_cast<std::uint32_t>(i);
        header.batch_count = static_cast<std::uint32_t>(batch.events.size());
        header.command = batch.command;
        if (auto* created = std::get_if<events::JobCreated>(&event)) {
          jobs.try_emplace(created->job, JobId::make(batch.time, 0, header.seq));
          fit(created->parent, jobs);
        }
        std::visit([&](auto& e) { fit_members(e, jobs, moved); }, event);
        const auto& entry = events::entry_of(event);
        header.type = entry.type;
        header.version = entry.version;
        const events::Bytes payload = encoder.encode(event, batch.actor);
        out.push_back({header, {payload.begin(), payload.end()}});
      }
    }
    return out;
  }

  std::vector<ScriptBatch> batches;

 private:
  // Where each event of the unchanged script stands now, told by the request ids of its batches.
  std::map<std::uint64_t, std::uint64_t> moves() const {
    std::map<std::uint64_t, std::uint64_t> first_of;  // batch number → its first seq when unchanged
    std::map<std::uint64_t, std::uint64_t> out;
    std::uint64_t at = 1;
    for (const ScriptBatch& batch : batches) {
      const std::uint64_t was =
          original_.count(batch.command.low) != 0 ? original_.at(batch.command.low) : at;
      for (std::size_t i = 0; i < batch.events.size(); ++i) {
        out.emplace(was + i, at + i);
      }
      at += batch.events.size();
    }
    return out;
  }
  static void fit(Seq& seq, const std::map<std::uint64_t, std::uint64_t>& moved) {
    if (const auto found = moved.find(seq.value); found != moved.end()) {
      seq = Seq{found->second};
    }
  }
  static void fit(JobId& id, const std::map<JobId, JobId>& jobs) {
    if (const auto found = jobs.find(id); found != jobs.end()) {
      id = found->second;
    }
  }
  template <typename E>
  static void fit_members(E& e, const std::map<JobId, JobId>& jobs,
                          const std::map<std::uint64_t, std::uint64_t>& moved) {
    if constexpr (requires { e.job; }) {
      fit(e.job, jobs);
    }
    if constexpr (requires { e.end.started; }) {
      fit(e.end.started, moved);
    }
    if constexpr (requires { e.started; }) {
      fit(e.started, moved);
    }
    if constexpr (requires { e.first; }) {
      fit(e.first, moved);
    }
    if constexpr (requires { e.effect_of; }) {
      fit(e.effect_of, moved);
    }
    if constexpr (requires { e.created; }) {
      fit(e.created, moved);
    }
    if constexpr (requires { e.on; }) {
      fit(e.on, moved);
    }
    if constexpr (std::is_same_v<E, events::RulesAdvanced>) {
      fit(e.through, moved);
    }
  }

 public:
  // Remembers today's numbering as the one that job ids and tokens in the events mean.
  void freeze() {
    std::uint64_t at = 1;
    for (const ScriptBatch& batch : batches) {
      original_.emplace(batch.command.low, at);
      at += batch.events.size();
    }
  }

 private:
  std::uint64_t next_ = 1;
  std::map<std::uint64_t, std::uint64_t> original_;
};

// The bytes of each record, chained from `chain`.
inline std::vector<std::vector<std::uint8_t>> encode(const std::vector<RawRecord>& records,
                                                     Hash chain = events::genesis()) {
  std::vector<std::vector<std::uint8_t>> out;
  Sha256 digest;
  for (const RawRecord& record : records) {
    chain = events::append_record(out.emplace_back(), record.header, record.payload, chain, digest);
  }
  return out;
}

// What the checker says of these records.
inline CheckReport check(const std::vector<std::vector<std::uint8_t>>& records, Ledger ledger = {},
                         std::optional<JobTally> server = {}) {
  Checker checker({}, std::move(ledger));
  for (const auto& record : records) {
    events::RecordView view;
    view.bytes = record;
    checker.check(view);
  }
  return checker.finish(server);
}

inline void append_all(log::Log& log, const std::vector<std::vector<std::uint8_t>>& records) {
  events::Group group;
  group.first = next(log.last());
  for (const auto& record : records) {
    group.bytes.insert(group.bytes.end(), record.begin(), record.end());
    group.chain = events::read_record(record)->header.chain;
    ++group.count;
  }
  ASSERT_TRUE(log.append(group));
}

// A sound log with a bit of everything that the first release had, and with sendings and rules
// behind that.
Script sample_script();
Script sample_script_v1();

// A sound log of `jobs` jobs, three events each, in groups; about 250 bytes an event.
void append_traffic(log::Log& log, std::uint64_t jobs);

}  // namespace daybook::replay
