#include "replay/rebuild.h"

#include <algorithm>
#include <cstdio>
#include <map>

#include "base/hex.h"
#include "log/refusals.h"
#include "replay/as_of.h"
#include "replay/fold.h"
#include "replay/prefix_log.h"
#include "scheduler/snapshot.h"

namespace daybook::replay {
namespace {

double seconds_since(const Clock& clock, Micros before) {
  return static_cast<double>(clock.steady().value - before.value) / 1e6;
}

// What the first difference is, in words: hashes alone help nobody.
std::string first_difference(const scheduler::State& rebuilt, const scheduler::State& other,
                             log::Log& log) {
  const auto changes = diff(rebuilt, other, log);
  if (!changes) {
    return changes.error().message;
  }
  if (changes->empty()) {
    return "the hashes differ, the live entries do not: keys, reports or ended jobs do";
  }
  const Change& change = changes->front();
  return std::string(change.what) + " " + change.id + ": rebuilt " +
         (change.before.empty() ? "nothing" : change.before) + ", kept " +
         (change.after.empty() ? "nothing" : change.after) + " (and " +
         std::to_string(changes->size() - 1) + " more)";
}

Comparison compare_hash(std::string what, const scheduler::State& rebuilt, const Hash& rebuilt_hash,
                        const scheduler::State& other, log::Log& log) {
  Comparison out{std::move(what), other.hash() == rebuilt_hash, {}};
  if (!out.identical) {
    out.difference = first_difference(rebuilt, other, log);
  }
  return out;
}

// A snapshot's state, brought to `end` by the tail of the log; nothing, with a note, when that
// cannot be.
std::optional<scheduler::State> from_snapshot(log::Log& log, const std::filesystem::path& file,
                                              Seq end, std::vector<std::string>& notes) {
  auto snapshot = scheduler::read_snapshot(file, log.first());
  const auto note = [&](const std::string& why) {
    notes.push_back(file.filename().string() + ": " + why);
    return std::nullopt;
  };
  if (!snapshot) {
    return note(snapshot.error().message);
  }
  if (snapshot->seq > end) {
    return note("it is past the event that is compared");
  }
  if (snapshot->seq >= log.first()) {
    const auto chain = chain_at(log, snapshot->seq);
    if (!chain || *chain != snapshot->chain) {
      return note("its history is not this log's");
    }
  }
  if (const Status done = fold(snapshot->state, log, {.until = end}); !done) {
    return note(done.error().message);
  }
  return std::move(snapshot->state);
}

}  // namespace

double RebuildResult::events_per_second() const {
  return seconds > 0 ? static_cast<double>(events) / seconds : 0;
}

bool RebuildResult::identical() const {
  return std::all_of(compared.begin(), compared.end(), [](const auto& c) { return c.identical; });
}

std::string RebuildResult::text() const {
  char line[160];
  std::snprintf(line, sizeof(line), "%llu events in %.3f s (%.0f/s), as of %llu\n",
                static_cast<unsigned long long>(events), seconds, events_per_second(),
                static_cast<unsigned long long>(as_of.value));
  // Nothing was folded from event 1 where the log does not begin there.
  std::string out = events > 0 ? line : "as of " + std::to_string(as_of.value) + "\n";
  for (const Comparison& c : compared) {
    out += c.what + ": " + (c.identical ? "identical" : "DIFFERENT: " + c.difference) + "\n";
  }
  for (const std::string& note : notes) {
    out += "note: " + note + "\n";
  }
  return out;
}

Result<RebuildResult> compare_state(log::Log& log, const std::filesystem::path& snapshots,
                                    const Clock& clock, const RebuildOptions& options) {
  RebuildResult out;
  out.as_of = std::min(options.until, log.last());
  std::vector<std::filesystem::path> files;
  if (!snapshots.empty()) {
    files = scheduler::list_snapshots(snapshots);
  }
  scheduler::State rebuilt;
  if (log.first() == Seq{1}) {
    const Micros before = clock.steady();
    DAYBOOK_TRY(fold(rebuilt, log, {out.as_of, options.chain, options.progress}));
    out.seconds = seconds_since(clock, before);
    out.events = out.as_of.value;
  } else {
    // The oldest snapshot stands for the part of the log that is gone.
    std::optional<scheduler::State> oldest;
    while (!oldest && !files.empty()) {
      oldest = from_snapshot(log, files.back(), out.as_of, out.notes);
      files.pop_back();
    }
    if (!oldest) {
      return log::refuse_without("no snapshot is sound and reaches far enough: the state needs",
                                 Seq{1}, log.first());
    }
    rebuilt = std::move(*oldest);
    out.notes.emplace_back(
        "the log was trimmed: compared with the oldest snapshot, not from event 1");
  }
  out.state = rebuilt.hash();
  for (const auto& file : files) {
    if (const auto state = from_snapshot(log, file, out.as_of, out.notes)) {
      out.compared.push_back(compare_hash("state: " + file.filename().string() + " + tail", rebuilt,
                                          out.state, *state, log));
    }
  }
  if (log.first() > Seq{1} && out.compared.empty()) {
    out.notes.emplace_back("only one snapshot can be used: there is none to compare it with");
  }
  if (options.live) {
    const bool same = *options.live == out.state;
    out.compared.push_back({"state: running server", same,
                            same ? "" : to_hex(*options.live) + ", rebuilt " + to_hex(out.state)});
  }
  return out;
}

Result<RebuildResult> compare_counts(const scheduler::State& state, const projections::Views& live,
                                     Seq first) {
  RebuildResult out;
  out.as_of = live.applied();
  if (out.as_of != state.applied()) {
    return fail(Code::kConflict, "VIEWS_MOVED", "the views and the state are of different events");
  }
  const auto compare = [&](const std::string& what, std::uint64_t ours, std::uint64_t theirs) {
    out.compared.push_back({"view counts of " + what, ours == theirs,
                            ours == theirs ? ""
                                           : "the views list " + std::to_string(theirs) +
                                                 ", the state holds " + std::to_string(ours)});
  };
  const projections::PageRequest one{.limit = 1, .after = {}, .before = {}};
  DAYBOOK_ASSIGN(const auto jobs, live.counts({}));
  compare("pending jobs", state.pending_count(), jobs.pending);
  compare("running jobs", state.running_count(), jobs.running);
  DAYBOOK_ASSIGN(const auto definitions, live.definitions(one));
  compare("definitions", state.definition_count(), definitions.total_count.value_or(0));
  DAYBOOK_ASSIGN(const auto components, live.components(one));
  compare("components", state.component_count(), components.total_count.value_or(0));
  DAYBOOK_ASSIGN(const auto rules, live.rules(one));
  compare("rules", state.rule_count(), rules.total_count.value_or(0));
  DAYBOOK_ASSIGN(const auto sendings, live.sending_counts());
  compare("pending sendings", state.sending_count(), sendings.pending);
  out.notes.emplace_back("the log begins at " + std::to_string(first.value) +
                         ": ended jobs, histories and statistics were not compared; give back the "
                         "archives to compare all (daybook log restore-archive)");
  return out;
}

Result<RebuildResult> compare_views(log::Log& log, const projections::Views& live,
                                    const std::filesystem::path& scratch, const Clock& clock,
                                    const RebuildOptions& options) {
  constexpr std::chrono::hours kPatience{24};
  RebuildResult out;
  out.as_of = live.applied();
  if (std::filesystem::exists(scratch)) {
    return fail(Code::kConflict, "SCRATCH_EXISTS", scratch.string() + " exists already");
  }
  DAYBOOK_ASSIGN(const Hash chain, chain_at(log, out.as_of));
  PrefixLog prefix(log, out.as_of, chain);
  std::map<std::string, Hash> rebuilt;
  {
    projections::ViewsOptions views_options;
    views_options.directory = scratch;
    DAYBOOK_ASSIGN(const auto fresh, projections::Views::open(views_options, prefix));
    const Micros before = clock.steady();
    fresh->start();
    const Status caught_up = fresh->wait_for(out.as_of, kPatience);
    out.seconds = seconds_since(clock, before);
    fresh->stop();
    DAYBOOK_TRY(caught_up);
    DAYBOOK_ASSIGN(const auto digests, fresh->digests());
    rebuilt.insert(digests.begin(), digests.end());
  }
  std::error_code ignored;  // a directory that stays behind is untidy, not wrong
  std::filesystem::remove_all(scratch, ignored);
  out.events = out.as_of.value;
  DAYBOOK_ASSIGN(const auto kept, live.digests());
  if (live.applied() != out.as_of) {
    return fail(Code::kConflict, "VIEWS_MOVED", "the live views moved while they were compared");
  }
  for (const auto& [name, digest] : kept) {
    const auto ours = rebuilt.find(name);
    const bool same = ours != rebuilt.end() && ours->second == digest;
    out.compared.push_back({"view " + name, same,
                            same ? ""
                            : ours == rebuilt.end()
                                ? "it is not built any more"
                                : "kept " + to_hex(digest) + ", rebuilt " + to_hex(ours->second)});
  }
  if (options.progress) {
    options.progress(out.as_of, out.as_of);
  }
  return out;
}

}  // namespace daybook::replay
