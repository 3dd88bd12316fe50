#include "log/verify.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "log/dir_lock.h"
#include "log/rocks/files_together.h"
#include "log/rocks/segments.h"
#include "log/unfinished.h"

namespace daybook::log {
namespace {

struct Opened {
  std::unique_ptr<Store> store;
  std::optional<Error> damage;  // why it had to be opened for salvage
};

Result<Opened> open_to_look(const std::filesystem::path& log_path) {
  const RocksLogOptions defaults;
  auto store = open_store(log_path, OpenMode::kLook, defaults);
  if (store) {
    return Opened{std::move(*store), std::nullopt};
  }
  const Error damage = store.error();
  store = open_store(log_path, OpenMode::kSalvage, defaults);
  if (!store) {
    store = open_store(log_path, OpenMode::kForce, defaults);
  }
  if (!store) {
    return fail(store.error());
  }
  return Opened{std::move(*store), damage};
}

class Verification {
 public:
  Verification(rocksdb::DB& db, const VerifyOptions& options, VerifyReport& report)
      : db_(db), options_(options), report_(report) {}

  Status run() {
    const auto trim = read_trim(db_);
    if (!trim) {
      // Nothing says where the log begins, so no record can be judged.
      report_.first = Seq{1};
      add(Flaw::kUnreadable, report_.first, trim.error().message);
      return {};
    }
    trim_ = *trim;
    report_.first = next(trim_.seq);
    report_.base_chain = trim_.chain;
    bounds_.first = report_.first.value;
    // When the end cannot be read, it is where the walk fails.
    const auto end = read_end(db_);
    const Seq last =
        end ? std::max(end->last, trim_.seq) : Seq{std::numeric_limits<std::uint64_t>::max() - 1};
    bounds_.durable.raise(last);
    VerifyOptions options = options_;
    if (!end) {
      options.threads = 1;
    }
    report_.problem = Segments(db_, bounds_, trim_, last, options).run();
    report_.last = report_.problem ? Seq{report_.problem->seq.value - 1} : last;
    report_.records = report_.last.value - trim_.seq.value;
    DAYBOOK_TRY(read_head());
    if (end && !report_.problem && report_.records > 0) {
      check_mark(*end);
    }
    return {};
  }

  void check_strangers() {
    if (const Status status = log::check_strangers(db_, bounds_, trim_); !status) {
      add(Flaw::kUnreadable, next(report_.last), status.error().message);
    }
  }

  void check_anchor() {
    const AnchorRead& anchor = report_.anchor;
    if (anchor.state != AnchorState::kValid) {
      constexpr std::string_view kWhy[] = {"", "missing", "damaged", "of another log"};
      add(Flaw::kAnchor, next(report_.last),
          "the anchor is " + std::string(kWhy[static_cast<std::size_t>(anchor.state)]));
      return;
    }
    const std::string at = "the anchor is at record " + std::to_string(anchor.head.seq.value);
    if (anchor.head.seq > report_.last || anchor.head.seq < trim_.seq) {
      add(Flaw::kAnchor, next(report_.last),
          at + ", the log ends with " + std::to_string(report_.last.value));
      return;
    }
    const auto header = header_at(anchor.head.seq);
    const Hash chain = header ? header->chain : trim_.chain;
    if (chain != anchor.head.chain) {
      add(Flaw::kAnchor, anchor.head.seq, at + " with another hash");
    }
  }

  // Only the first problem counts; what follows from it is noise.
  void add(Flaw flaw, Seq seq, const std::string& message) {
    if (!report_.problem) {
      report_.problem = Problem{flaw, seq, message};
    }
  }

 private:
  std::optional<events::Header> header_at(Seq seq) {
    if (seq <= trim_.seq) {
      return std::nullopt;
    }
    RocksCursor cursor(db_, bounds_, seq);
    events::RecordView record;
    const auto there = cursor.next(record);
    return there && *there ? std::optional(record.header) : std::nullopt;
  }

  Status read_head() {
    report_.head = Head{trim_.seq, trim_.chain, Epoch{trim_.epoch}};
    report_.time = trim_.time;
    if (const auto header = header_at(report_.last)) {
      report_.head = Head{header->seq, header->chain, Epoch{header->epoch}};
      report_.time = header->time;
    }
    return {};
  }

  void check_mark(const StoreEnd& end) {
    if (!end.mark || end.mark->seq != report_.head.seq || end.mark->chain != report_.head.chain) {
      add(Flaw::kTornBatch, next(report_.last), "the last group has no end");
    }
  }

  rocksdb::DB& db_;
  const VerifyOptions& options_;
  VerifyReport& report_;
  TrimPoint trim_;
  Bounds bounds_;
};

}  // namespace

Result<VerifyReport> verify(const std::filesystem::path& data, const VerifyOptions& options) {
  std::optional<DirLock> lock;
  if (!options.held) {
    DAYBOOK_ASSIGN(lock, DirLock::take(data));
  }
  if (!options.unfinished) {
    DAYBOOK_TRY(check_finished(data));
  }
  DAYBOOK_ASSIGN(const StoreFiles files, look_for_store(data / "log"));
  if (files != StoreFiles::kThere) {
    return fail(Code::kNotFound, "NO_LOG", "there is no log in " + data.string());
  }
  VerifyReport report;
  DAYBOOK_ASSIGN(const auto identity, read_identity(data));
  DAYBOOK_ASSIGN(const Opened opened, open_to_look(data / "log"));
  const auto id = read_id(*opened.store->db);
  report.id = id && *id ? **id : identity.value_or(LogId{});
  DAYBOOK_ASSIGN(report.anchor, read_anchor(data / "anchor", report.id));
  Verification verification(*opened.store->db, options, report);
  DAYBOOK_TRY(verification.run());
  if (opened.damage) {
    verification.add(Flaw::kUnreadable, next(report.last),
                     "nothing can be read after record " + std::to_string(report.last.value) +
                         ": " + opened.damage->message);
  }
  verification.check_strangers();
  verification.check_anchor();
  if (!id || !*id) {
    verification.add(Flaw::kUnreadable, report.first,
                     id ? "the log's id is missing" : id.error().message);
  }
  if (!identity || *identity != report.id) {
    verification.add(Flaw::kIdentity, next(report.last),
                     identity ? "the identity file names another log" : "no identity file");
  }
  return report;
}

}  // namespace daybook::log
