#include "projections/views.h"

#include <array>

#include "base/sha256.h"
#include "log/refusals.h"
#include "projections/bytes.h"
#include "projections/component_list.h"
#include "projections/definition_list.h"
#include "projections/event_index.h"
#include "projections/history.h"
#include "projections/job_list.h"
#include "projections/opening.h"
#include "projections/rebuild.h"
#include "projections/rocks_store.h"
#include "projections/rule_list.h"
#include "projections/sending_list.h"
#include "projections/statistics.h"
#include "projections/token_list.h"
#include "projections/views_parts.h"

namespace daybook::projections {
namespace {

// Live rows kept in memory behind the fold.
constexpr std::size_t kRowCacheBytes = 8 << 20;
constexpr std::string_view kTablesPart = "views' tables";

void report_tables(Supervisor* supervisor, const Error& error) {
  report_fault(supervisor, kTablesPart,
               make_error(error.code, error.reason,
                          error.message +
                              "; a table of the views is damaged, the log is not: start the server "
                              "again, which builds them anew. Until then their tables are not "
                              "merged, and reads get slower"),
               Consequence::kDegraded);
}

struct Kind {
  Store::ProjectionId id;
  Slot::Make make;
  // See choose_checkpoint(); such a kind stands behind the others.
  bool came_with_its_events = false;
};

std::array<Kind, 9> kinds() {
  return {Kind{kJobs, [] { return std::make_unique<JobList>(kRowCacheBytes); }},
          Kind{kComponents, [] { return std::make_unique<ComponentList>(); }},
          Kind{kDefinitions, [] { return std::make_unique<DefinitionList>(); }},
          Kind{kJobStatistics, [] { return std::make_unique<Statistics>(); }},
          Kind{kHistory, [] { return std::make_unique<History>(); }},
          Kind{kRules, [] { return std::make_unique<RuleList>(); }},
          Kind{kSendings, [] { return std::make_unique<SendingList>(); }},
          Kind{kEvents, [] { return std::make_unique<EventIndex>(); }},
          Kind{kTokens, [] { return std::make_unique<TokenList>(); }, true}};
}

Result<Hash> digest_of(const View& view) {
  Sha256 digest;
  std::string sizes;
  const auto feed = [&](std::string_view text) {
    digest.update({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  };
  const auto walker = view.walk({}, {});
  for (walker->seek({}); walker->valid(); walker->next()) {
    sizes.clear();
    Put(sizes).varint(walker->key().size()).varint(walker->value().size());
    feed(sizes);
    feed(walker->key());
    feed(walker->value());
  }
  DAYBOOK_TRY(walker->status());
  return digest.finish();
}

Result<std::unique_ptr<Store>> open_store(const ViewsOptions& options, bool read_only) {
  if (options.open_store) {
    return options.open_store();
  }
  RocksStore::Options wanted;
  wanted.directory = options.directory;
  wanted.write_buffer_bytes = options.write_buffer_bytes;
  wanted.block_cache_bytes = options.block_cache_bytes;
  wanted.read_only = read_only;
  wanted.faults = options.faults;
  wanted.on_damage = [told = options.supervisor](const Error& error) {
    report_tables(told, error);
  };
  DAYBOOK_ASSIGN(std::unique_ptr<Store> out, RocksStore::open(wanted));
  return out;
}

}  // namespace

Views::Views(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Views::~Views() = default;

Result<std::unique_ptr<Views::Impl>> Views::Impl::open(const ViewsOptions& options, log::Log& log,
                                                       bool read_only) {
  DAYBOOK_ASSIGN(auto store, open_store(options, read_only));
  auto impl = std::make_unique<Impl>(std::move(store), log, options.supervisor);
  std::optional<Checkpoint> lowest;
  for (Kind& kind : kinds()) {
    const std::uint32_t version = kind.make()->version();
    const Checkpoint* const beside = kind.came_with_its_events && lowest ? &*lowest : nullptr;
    ChosenCheckpoint chosen;
    if (read_only) {
      DAYBOOK_ASSIGN(chosen, choose_checkpoint(*impl->store, log, kind.id, version, beside));
    } else {
      DAYBOOK_ASSIGN(chosen.checkpoint,
                     open_checkpoint(*impl->store, log, kind.id, version, beside));
      chosen.stored = true;
    }
    if (!chosen.stored) {
      return fail(Code::kConflict, "VIEWS_STALE",
                  "the views in " + options.directory.string() +
                      " are of another release or another history: a start builds them anew");
    }
    if (!lowest || chosen.checkpoint.applied < lowest->applied) {
      lowest = chosen.checkpoint;
    }
    DAYBOOK_TRY(impl->folder.add(kind.id, std::move(kind.make), chosen.checkpoint));
  }
  impl->folder.all_added();
  return impl;
}

namespace {

// Views are not worth keeping as long as the log can make them again. Damage of the log itself is
// not theirs.
Status give_up_damaged(const Error& error, const log::Log& log) {
  if (error.code != Code::kCorrupt || error.reason != "VIEWS_STORE") {
    return fail(error);
  }
  if (log.first() > Seq{1}) {
    return log::refuse_without(
        "the views are damaged (" + error.message + ") and are built from the whole log: they need",
        Seq{1}, log.first());
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Views>> Views::open(const ViewsOptions& options, log::Log& log) {
  std::string why;
  if (options.open_store) {
    DAYBOOK_ASSIGN(auto impl, Impl::open(options, log, false));
    return std::unique_ptr<Views>(new Views(std::move(impl)));
  }
  if (log.first() == Seq{1} && RocksStore::damage_noted(options.directory)) {
    why = "damage was found while they were read";
  } else {
    auto opened = Impl::open(options, log, false);
    if (opened) {
      return std::unique_ptr<Views>(new Views(std::move(*opened)));
    }
    DAYBOOK_TRY(give_up_damaged(opened.error(), log));
    why = opened.error().message;
  }
  DAYBOOK_TRY(RocksStore::destroy(options.directory));
  DAYBOOK_ASSIGN(auto impl, Impl::open(options, log, false));
  impl->healed = "the views are damaged (" + why + ") and are built anew from the log";
  return std::unique_ptr<Views>(new Views(std::move(impl)));
}

Status Views::check(const ViewsOptions& options, log::Log& log) {
  DAYBOOK_TRY(RocksStore::check_readable(options.directory));
  if (log.first() == Seq{1}) {
    return {};
  }
  const auto opened = Impl::open(options, log, true);
  if (opened || opened.error().reason == "VIEWS_STALE") {
    return {};
  }
  if (opened.error().reason == "NO_VIEWS") {
    return log::refuse_without("the views need", Seq{1}, log.first());
  }
  return give_up_damaged(opened.error(), log);
}

Result<std::unique_ptr<Views>> Views::open_to_read(const ViewsOptions& options, log::Log& log) {
  DAYBOOK_ASSIGN(auto impl, Impl::open(options, log, true));
  return std::unique_ptr<Views>(new Views(std::move(impl)));
}

const std::string& Views::healed() const {
  return impl_->healed;
}

Status Views::start() {
  return impl_->folder.start();
}

std::optional<std::chrono::microseconds> Views::fold_by_hand(Micros steady) {
  return impl_->folder.round_by_hand(Folder::TimePoint(std::chrono::microseconds(steady.value)));
}

void Views::stop() {
  impl_->folder.stop();
  // A flush that fails loses nothing: the fold is repeated from the older checkpoint.
  static_cast<void>(impl_->store->flush());
}

Status Views::flush() {
  DAYBOOK_TRY(impl_->folder.quietly([](Seq) { return Status(); }));
  return impl_->store->flush();
}

Seq Views::applied() const {
  return impl_->folder.applied();
}

Seq Views::durable() const {
  std::uint64_t lowest = ~std::uint64_t{0};
  for (const auto& slot : impl_->folder.slots()) {
    const auto checkpoint = impl_->store->durable_checkpoint(slot->id);
    const bool there = checkpoint && *checkpoint;
    lowest = std::min(lowest, there ? (*checkpoint)->applied.value : 0);
  }
  return Seq{lowest};
}

Status Views::wait_for(Seq seq, std::chrono::milliseconds timeout) const {
  if (impl_->folder.wait_for(seq, timeout)) {
    return {};
  }
  return fail(Code::kUnavailable, "PROJECTION_LAGS",
              "the views show " + std::to_string(applied().value) + ", not yet " +
                  std::to_string(seq.value));
}

std::vector<ProjectionStatus> Views::status() const {
  std::vector<ProjectionStatus> out;
  for (const auto& slot : impl_->folder.slots()) {
    ProjectionStatus row;
    row.name = slot->name;
    row.version = slot->version;
    row.applied = Seq{slot->written};
    row.rebuilt = Seq{slot->rebuilt};
    row.state = slot->failed || impl_->folder.stalled() ? ProjectionState::kFailed
                : slot->rebuilding                      ? ProjectionState::kRebuilding
                : row.applied >= Seq{slot->live_from}   ? ProjectionState::kLive
                                                        : ProjectionState::kCatchingUp;
    row.error = impl_->folder.error_of(*slot);
    out.push_back(std::move(row));
  }
  return out;
}

Result<RebuildReport> Views::rebuild(std::string_view name,
                                     const std::function<bool(Seq, Seq)>& progress) {
  const std::unique_lock lock(impl_->rebuild, std::try_to_lock);
  if (!lock) {
    return fail(Code::kConflict, "REBUILD_RUNNING", "another projection is being rebuilt");
  }
  Slot* slot = impl_->folder.find(name);
  if (slot == nullptr) {
    return fail(Code::kNotFound, "PROJECTION_NOT_FOUND",
                "there is no projection " + std::string(name), "projection");
  }
  auto report = Rebuild(*impl_->store, impl_->log, impl_->folder, *slot).run(progress);
  // Where others are damaged too, the next open makes them anew.
  if (report && impl_->store->forget_damage()) {
    report_healed(impl_->supervisor, kTablesPart);
  }
  return report;
}

Result<std::vector<std::pair<std::string, Hash>>> Views::digests() const {
  std::vector<std::pair<std::string, Hash>> out;
  for (const auto& slot : impl_->folder.slots()) {
    DAYBOOK_ASSIGN(const auto view, impl_->view(slot->id));
    DAYBOOK_ASSIGN(const Hash digest, impl_->told(*view, digest_of(*view)));
    out.emplace_back(slot->name, digest);
  }
  return out;
}

}  // namespace daybook::projections
