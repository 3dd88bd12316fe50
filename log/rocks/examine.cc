#include "log/rocks/examine.h"

#include <algorithm>

#include "log/rocks/cursor.h"
#include "log/rocks/files_together.h"
#include "log/unfinished.h"
#include "log/walker.h"

namespace daybook::log {
namespace {

TailState tail_of(Flaw flaw) {
  switch (flaw) {
    case Flaw::kGap:
      return TailState::kGap;
    case Flaw::kChain:
      return TailState::kBrokenChain;
    case Flaw::kTornBatch:
      return TailState::kTornBatch;
    case Flaw::kTimeBack:
    case Flaw::kEpochBack:
      return TailState::kDisorder;
    case Flaw::kUnknownType:
      return TailState::kUnknownType;
    case Flaw::kPayload:
    case Flaw::kUnreadable:
    case Flaw::kAnchor:
    case Flaw::kIdentity:
      return TailState::kUnreadable;
  }
  return TailState::kUnreadable;
}

// Looks at one open store.
class Examiner {
 public:
  Examiner(rocksdb::DB& db, Examined& out) : db_(db), out_(out) {}

  Status run() {
    DAYBOOK_ASSIGN(out_.trim, read_trim(db_));
    DAYBOOK_ASSIGN(const StoreEnd end, read_end(db_));
    // Chunks before the trim point are what an archive that was put back in part left: nobody
    // sees them.
    const bool leftover = end.last.value != 0 && end.last <= out_.trim.seq;
    const bool records = end.last.value != 0 && !leftover;
    out_.head = Head{out_.trim.seq, out_.trim.chain, Epoch{out_.trim.epoch}};
    out_.time = out_.trim.time;
    out_.findings.store =
        records || out_.trim.seq.value != 0 ? StoreState::kFilled : StoreState::kEmpty;
    bounds_.first = out_.trim.seq.value + 1;
    bounds_.durable.raise(std::max(end.last, out_.trim.seq));
    compare_with_anchor();
    if (!leftover && !end.unreadable.empty()) {
      found(TailState::kUnreadable, end.unreadable);
    } else if (records) {
      check_tail(end);
    }
    return check_files();
  }

 private:
  void found(TailState tail, const std::string& detail) {
    out_.findings.tail = tail;
    out_.detail += (out_.detail.empty() ? "" : "; ") + detail;
  }

  Result<events::Header> header_at(Seq seq) {
    RocksCursor cursor(db_, bounds_, seq);
    events::RecordView record;
    DAYBOOK_ASSIGN(const bool there, cursor.next(record));
    if (!there) {
      return fail(Code::kCorrupt, "LOG_GAP", "record " + std::to_string(seq.value) + " is missing");
    }
    return record.header;
  }

  Status check_files() {
    if (const Status seams = check_seams(db_, out_.trim); !seams) {
      if (seams.error().reason != "LOG_GAP") {
        return seams;
      }
      found(TailState::kGap, seams.error().message);
    }
    return check_strangers(db_, bounds_, out_.trim);
  }

  void compare_with_anchor() {
    if (out_.anchor.state != AnchorState::kValid) {
      return;
    }
    const Head& anchor = out_.anchor.head;
    const Seq last = bounds_.durable.value();
    out_.detail = "the anchor is at " + std::to_string(anchor.seq.value) + ", the log holds " +
                  std::to_string(bounds_.first.load()) + " to " + std::to_string(last.value);
    if (anchor.seq < out_.trim.seq) {
      out_.findings.reach = Reach::kTrimmedPastAnchor;
      return;
    }
    if (anchor.seq > last) {
      out_.findings.reach = Reach::kBeforeAnchor;
      return;
    }
    Hash chain = out_.trim.chain;
    if (anchor.seq > out_.trim.seq) {
      const auto header = header_at(anchor.seq);
      if (!header) {
        out_.detail += "; " + header.error().message;
        return;
      }
      chain = header->chain;
    }
    if (chain != anchor.chain) {
      out_.findings.reach = Reach::kOtherHistory;
    } else {
      out_.findings.reach = anchor.seq == last ? Reach::kAtAnchor : Reach::kPastAnchor;
    }
  }

  // From the anchor or the start of the last chunk, whichever is earlier, to the end.
  void check_tail(const StoreEnd& end) {
    Seq base{end.first_of_last_chunk.value - 1};
    if (out_.anchor.state == AnchorState::kValid) {
      base = std::min(base, out_.anchor.head.seq);
    }
    base = std::max(base, out_.trim.seq);
    Walker walker(out_.trim.seq, out_.trim.chain, Depth::kPayloads);
    if (base > out_.trim.seq) {
      const auto header = header_at(base);
      if (!header) {
        found(TailState::kUnreadable, header.error().message);
        return;
      }
      walker.accept(*header);
    }
    if (!walk(walker)) {
      return;
    }
    if (!end.mark || end.mark->seq != walker.seq() || end.mark->chain != walker.chain()) {
      found(TailState::kNoMark,
            "no end of a group after record " + std::to_string(walker.seq().value));
      return;
    }
    out_.head = Head{walker.seq(), walker.chain(), Epoch{walker.last()->epoch}};
    out_.time = walker.last()->time;
  }

  bool walk(Walker& walker) {
    RocksCursor cursor(db_, bounds_, next(walker.seq()));
    events::RecordView record;
    for (;;) {
      const auto there = cursor.next(record);
      if (!there) {
        const bool gap = there.error().reason == "LOG_GAP";
        found(gap ? TailState::kGap : TailState::kUnreadable, there.error().message);
        return false;
      }
      if (!*there) {
        break;
      }
      if (const auto problem = walker.step(record)) {
        found(tail_of(problem->flaw), problem->message);
        return false;
      }
    }
    if (const auto problem = walker.finish()) {
      found(tail_of(problem->flaw), problem->message);
      return false;
    }
    return true;
  }

  rocksdb::DB& db_;
  Examined& out_;
  Bounds bounds_;
};

void store_failed(Examined& out, const Error& error) {
  out.findings.store = error.code == Code::kCorrupt ? StoreState::kCorrupt : StoreState::kFailed;
  out.detail = error.message;
}

// What only a directory has that had a log once. What is being made says so itself.
Result<bool> has_remains(const std::filesystem::path& data, StoreFiles files) {
  DAYBOOK_ASSIGN(const std::string work, unfinished_work(data));
  if (!work.empty()) {
    return false;
  }
  if (files == StoreFiles::kRemains) {
    return true;
  }
  for (const char* name : {"views", "snapshots"}) {
    std::error_code error;
    const bool empty = std::filesystem::is_empty(data / name, error);
    if (!error && !empty) {
      return true;
    }
  }
  return false;
}

}  // namespace

Result<Examined> examine(const std::filesystem::path& data, const RocksLogOptions& options) {
  Examined out;
  DAYBOOK_ASSIGN(const auto identity, read_identity(data));
  out.id = identity.value_or(LogId{});
  if (identity) {
    out.findings.identity = IdentityState::kMatching;
  }
  const auto read_the_anchor = [&]() -> Status {
    DAYBOOK_ASSIGN(out.anchor, read_anchor(data / "anchor", out.id));
    out.findings.anchor = out.anchor.state;
    return {};
  };
  DAYBOOK_ASSIGN(const StoreFiles files, look_for_store(data / "log"));
  if (files != StoreFiles::kThere) {
    DAYBOOK_TRY(read_the_anchor());
    DAYBOOK_ASSIGN(const bool remains, has_remains(data, files));
    const bool used = identity || out.anchor.state != AnchorState::kMissing;
    out.findings.store = remains && !used ? StoreState::kRemains : StoreState::kAbsent;
    return out;
  }
  const Status readable = check_store_files(data / "log");
  if (!readable && readable.error().code != Code::kCorrupt) {
    return fail(readable.error());
  }
  auto store = readable ? open_store(data / "log", OpenMode::kLook, options)
                        : Result<std::unique_ptr<Store>>(fail(readable.error()));
  const auto id =
      store ? read_id(*(*store)->db) : Result<std::optional<LogId>>(fail(store.error()));
  if (!id) {
    DAYBOOK_TRY(read_the_anchor());
    store_failed(out, id.error());
    return out;
  }
  out.has_id = id->has_value();
  if (identity && *id && *identity != **id) {
    out.findings.identity = IdentityState::kForeign;
    out.detail =
        "the log has the id " + to_text(**id) + ", the identity file " + to_text(*identity);
  }
  out.id = id->value_or(out.id);
  DAYBOOK_TRY(read_the_anchor());
  if (const Status status = Examiner(*(*store)->db, out).run(); !status) {
    store_failed(out, status.error());
  } else if (!out.has_id && (identity || out.findings.store != StoreState::kEmpty)) {
    store_failed(out, make_error(Code::kCorrupt, "LOG_CORRUPT", "the log's id is missing"));
  }
  out.store = std::move(*store);
  return out;
}

Error refusal(const Row& row, const std::filesystem::path& data, const Examined& examined) {
  std::string message = data.string() + ": " + std::string(row.what);
  if (!examined.detail.empty()) {
    message += " (" + examined.detail + ")";
  }
  return make_error(row.code, row.reason, message);
}

}  // namespace daybook::log
