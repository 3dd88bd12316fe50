// The read models: job list, components, definitions, rules, tokens, statistics, history, sendings
// and an index of events, each a pure fold of the log with a name, a version and a checkpoint, in a
// RocksDB of their own that can be deleted at any time and is rebuilt from the log (I8).
//
// Queries answer from a consistent snapshot and state the sequence number it reflects. A query
// after wait_for(seq) sees the effect of every event up to seq. A projection that fails stops alone
// and visibly (see status()); its queries then answer kUnavailable "PROJECTION_FAILED". Threads:
// one reads the log and one folds, for all of them; a rebuild folds on its caller's; queries from
// any.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/limits/views.h"
#include "base/result.h"
#include "base/supervisor.h"
#include "log/log.h"
#include "projections/rows.h"
#include "projections/sending_rows.h"
#include "projections/testing.h"

namespace daybook::projections {

struct ViewsOptions {
  std::filesystem::path directory;
  std::size_t write_buffer_bytes = 16 << 20;
  std::size_t block_cache_bytes = 32 << 20;
  // Told of projections that stand still; when the log cannot be read, the server stops. Null:
  // nobody. Outlives the views.
  Supervisor* supervisor = nullptr;
  std::shared_ptr<StoreFaults> faults{};  // for tests; null: none
  // In place of RocksDB in `directory`, for a simulation; null: RocksDB.
  std::function<Result<std::unique_ptr<Store>>()> open_store{};
};

enum class ProjectionState : std::uint8_t { kCatchingUp, kLive, kRebuilding, kFailed };

struct ProjectionStatus {
  std::string name;
  std::uint32_t version = 0;
  ProjectionState state = ProjectionState::kCatchingUp;
  Seq applied;
  Seq rebuilt;        // progress of a running rebuild, else zero
  std::string error;  // why it failed
};

// How a rebuilt projection compares with the live one at the same sequence number.
struct RebuildReport {
  std::string name;
  Seq as_of;
  std::uint64_t events = 0;
  std::uint64_t keys = 0;
  double seconds = 0;
  bool identical = false;
  std::string first_difference;  // key and both values, for people
};

struct HistoryRow {
  Seq seq;
  std::string json;  // the event as events::to_json gives it
};

// Events by what they are about; at least one of these is asked for.
struct EventSelection {
  std::optional<JobId> job;
  std::vector<std::uint16_t> types;  // any of them; none: every type
  std::optional<std::string> definition;
  std::optional<std::string> component;
  std::optional<std::string> actor;
  std::optional<CommandId> request;
};
// after < seq <= until, from the oldest on or from the newest back.
struct EventStretch {
  Seq after;
  Seq until;
  std::size_t limit = 0;
  bool newest_first = false;
  std::size_t blocks_max = kEventBlocksMax;  // that are looked at; at least one
};
struct FoundEvents {
  std::vector<Seq> seqs;  // in the order that was asked for
  Seq reached;            // up to here (newest first: down to here) there are no others
  Seq from;               // older events than this one are not in the index
  Seq as_of;              // nor newer ones than this
};

// How far a sweep has come: what it has seen is not looked at again. A new one sees all.
struct RetentionPlace {
  struct Reached {
    Micros finished_at{std::numeric_limits<std::int64_t>::min()};
    std::uint64_t key = 0;
  };
  std::unordered_map<std::uint32_t, Reached> reached;  // by number of the definition
  std::uint32_t after = 0;  // the definition where the last look stopped; 0: behind the last
  bool more = false;        // it stopped before the last definition
};

class Views {
 public:
  // Opens or creates the views. Checkpoints ahead of the log are sealed: that projection is rebuilt
  // from the start (I9). A store that is damaged, or that was found so while it was read, is
  // removed and built anew, see healed(); where the log does not begin at 1 that is kNotFound
  // "LOG_TRIMMED", which names the archive that is needed.
  static Result<std::unique_ptr<Views>> open(const ViewsOptions& options, log::Log& log);
  // The error that open() would give; writes nothing.
  static Status check(const ViewsOptions& options, log::Log& log);
  // For comparing: as they are stored, never folded further, and no byte of them is changed.
  // kNotFound "NO_VIEWS"; kConflict "VIEWS_STALE" when a start would build them anew.
  static Result<std::unique_ptr<Views>> open_to_read(const ViewsOptions& options, log::Log& log);
  // Why open() removed what was there; empty when it did not.
  const std::string& healed() const;
  ~Views();
  Views(const Views&) = delete;
  Views& operator=(const Views&) = delete;

  // Starts and stops folding. stop() writes what is in memory and leaves the checkpoint at what was
  // applied.
  // kUnavailable "NO_THREAD" from start().
  Status start();
  void stop();
  // What start()'s thread does each time it wakes, in place of start(), for who drives the whole
  // server with one thread (tests/simulation). How long from `steady` on there is nothing to do if
  // the log does not grow; nothing: for ever. stop() then writes what is in memory.
  std::optional<std::chrono::microseconds> fold_by_hand(Micros steady);

  // Lowest applied sequence number over all projections that have not failed.
  Seq applied() const;
  // Makes all that was applied durable; durable() is then at least what applied() was. For a trim
  // of a quiet log.
  Status flush();
  // Lowest sequence number from which all projections would go on after a crash: the log may be
  // trimmed up to there (I16).
  Seq durable() const;
  // Waits until every projection that has not failed has applied `seq`; kUnavailable
  // "PROJECTION_LAGS" after the timeout.
  Status wait_for(Seq seq, std::chrono::milliseconds timeout) const;
  std::vector<ProjectionStatus> status() const;

  Result<std::optional<JobRow>> job(JobId job) const;
  Result<Page<JobRow>> jobs(const JobFilter& filter, const PageRequest& page) const;
  // Exact and O(1); over all definitions when `definition` is empty.
  Result<JobCounts> counts(std::string_view definition) const;
  // The events of one job, oldest first; still there after the job left the list, as long as the
  // log holds them. kNotFound "LOG_TRIMMED" when it holds none of them any more.
  Result<Page<HistoryRow>> history(JobId job, const PageRequest& page) const;

  // Events that an index names; with a job or a request some of them may not be what was asked for,
  // as their bytes say. Costs what the answer costs: looks at blocks_max blocks at most.
  Result<FoundEvents> find_events(const EventSelection& selection,
                                  const EventStretch& stretch) const;

  Result<std::optional<ComponentRow>> component(std::string_view id) const;
  Result<Page<ComponentRow>> components(const PageRequest& page) const;
  Result<std::optional<DefinitionRow>> definition(std::string_view id) const;
  Result<Page<DefinitionRow>> definitions(const PageRequest& page) const;
  Result<std::optional<RuleRow>> rule(std::string_view id) const;
  Result<Page<RuleRow>> rules(const PageRequest& page) const;
  Result<std::optional<TokenRow>> token(std::string_view id) const;
  Result<Page<TokenRow>> tokens(const PageRequest& page) const;

  Result<std::optional<SendingRow>> sending(SendingId sending) const;
  // Newest first.
  Result<Page<SendingRow>> sendings(const SendingFilter& filter, const PageRequest& page) const;
  Result<SendingCounts> sending_counts() const;

  struct StatisticsQuery {
    enum class Of : std::uint8_t { kEach, kOne, kAll };  // each definition, one, all together

    // Inclusive, cut down to the begin of its bucket; absent: a day before `to`.
    std::optional<Micros> from{};
    // Exclusive; a bucket that begins before it is whole. Absent: all there is, which may be ahead
    // of the wall clock (docs/adr/0011-time.md).
    std::optional<Micros> to{};
    Micros now;  // buckets up to here are shown while jobs are pending
    Of of = Of::kEach;
    std::string definition;  // of kOne
    // When set, only definitions that these cover are there, one by one or all together; as in
    // JobFilter::visible.
    std::optional<std::vector<std::string>> visible{};
    Duration resolution = seconds(60);  // a minute, an hour or a day
    std::size_t rows_max = kStatisticsPageRows;
    std::string after = {};  // last_cursor of the page before
  };
  // Buckets in which something happened or jobs were pending. A page that passed over
  // kStatisticsDefinitionsMax definitions may have no rows and yet more behind it; one of many
  // visible definitions together fewer than asked for. kInvalid "INVALID_FIELD" when `from` is
  // after `to`, "STATISTICS_RANGE" when `from` lies before what is kept of the resolution,
  // "TOO_MANY_DEFINITIONS" when more than kStatisticsDefinitionsMax are visible together,
  // BAD_RESOLUTION, BAD_CURSOR, BAD_PAGE.
  Result<StatisticsPage> statistics(const StatisticsQuery& query) const;

  struct Ended {
    JobId job;
    std::string definition;
    Micros finished_at;
    Micros over_at;  // since when its retention is over
  };
  // Ended jobs whose retention is over at `now`, at most `limit`, the oldest of a definition first.
  // Jobs of a deleted definition have the default retention. Looks at kRetentionDefinitionsMax
  // definitions at most, and leaves out what it gave out before from the same place.
  Result<std::vector<Ended>> retention_due(Micros now, std::size_t limit,
                                           RetentionPlace& place) const;

  struct EndedSending {
    SendingId sending;
    Seq created;
  };
  // Sendings that ended before `cutoff` and behind `reached`, oldest first, at most `limit`;
  // `reached` is moved to the last of them.
  Result<std::vector<EndedSending>> sendings_due(Micros cutoff, std::size_t limit,
                                                 RetentionPlace::Reached& reached) const;

  // Rebuilds one projection beside the live one, compares them at the same sequence number, then
  // swaps. One that has failed is not read for that, and lives again. Any thread; one rebuild at a
  // time (kConflict). progress(done, total) is called from the rebuilding thread; returning false
  // cancels.
  Result<RebuildReport> rebuild(std::string_view name,
                                const std::function<bool(Seq, Seq)>& progress);

  // A digest over all keys and values of each projection, for comparing two builds of the same log.
  Result<std::vector<std::pair<std::string, Hash>>> digests() const;

 private:
  struct Impl;
  explicit Views(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::projections
