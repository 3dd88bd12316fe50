// Putting an archive back in front of its log.
#include <string>
#include <utility>

#include "log/archive.h"
#include "log/refusals.h"

namespace daybook::log {
namespace {

// One synced write of the store.
constexpr std::size_t kGroupBytesTarget = 4 << 20;

Status check_fits(const RocksLog& log, const ArchiveInfo& info, const std::string& name) {
  if (log.first() == Seq{1}) {
    return fail(Code::kInvalid, "NOTHING_MISSING", "the log begins at 1: no archive is missing");
  }
  if (info.id != log.id()) {
    return fail(Code::kConflict, "ARCHIVE_OF_ANOTHER_LOG",
                name + " is of the log " + to_text(info.id) + ", this is " + to_text(log.id()));
  }
  if (next(info.last) != log.first()) {
    return fail(Code::kConflict, "ARCHIVE_GAP",
                name + " holds " + number(info.first) + " to " + number(info.last) +
                    ", but the log begins at " + number(log.first()) +
                    ": next comes the archive that ends with " +
                    number(Seq{log.first().value - 1}));
  }
  if (info.chain != log.base_chain()) {
    return fail(Code::kCorrupt, "ARCHIVE_CHAIN_DIFFERS",
                name + " ends with another record " + number(info.last) +
                    " than the one that the log goes on from");
  }
  return {};
}

// Puts the records into the store, whole batches at a time, as they were written once.
class PutBack {
 public:
  explicit PutBack(RocksLog& log) : log_(log) {}

  Status run(ArchiveCursor& cursor) {
    Walker walker(Seq{cursor.info().first.value - 1}, cursor.info().base, Depth::kHeaders);
    group_.first = cursor.info().first;
    events::RecordView record;
    for (;;) {
      DAYBOOK_ASSIGN(const bool there, cursor.next(record));
      if (!there) {
        return flush();
      }
      // It was read whole before; this notices a file that changed since.
      if (const auto problem = walker.step(record)) {
        return fail(Code::kCorrupt, "ARCHIVE_DAMAGED", problem->message);
      }
      if (first_.seq.value == 0) {
        first_ = record.header;
      }
      DAYBOOK_TRY(add(record));
    }
  }
  // Time and epoch of the first record. An archive does not hold those of the record before it;
  // they only count for a log without records, and then a trim has written them.
  const events::Header& first() const { return first_; }

 private:
  Status add(const events::RecordView& record) {
    group_.bytes.insert(group_.bytes.end(), record.bytes.begin(), record.bytes.end());
    group_.chain = record.header.chain;
    ++group_.count;
    const bool ends_batch = record.header.batch_index + 1 == record.header.batch_count;
    return ends_batch && group_.bytes.size() >= kGroupBytesTarget ? flush() : Status();
  }
  Status flush() {
    if (group_.empty()) {
      return {};
    }
    DAYBOOK_TRY(log_.put_below(group_));
    group_.first = next(group_.last());
    group_.count = 0;
    group_.bytes.clear();
    return {};
  }

  RocksLog& log_;
  events::Group group_;
  events::Header first_{};
};

}  // namespace

// If we stop while records are put back, the trim point still hides them, and the next attempt
// removes them first; if after it moved, they are part of the log.
Result<ArchiveInfo> restore_archive(RocksLog& log, const std::filesystem::path& file) {
  DAYBOOK_ASSIGN(const ArchiveInfo info, verify_archive(file));
  DAYBOOK_TRY(check_fits(log, info, file.string()));
  DAYBOOK_TRY(log.drop_below());
  DAYBOOK_TRY(log.check_room(info.bytes));
  DAYBOOK_ASSIGN(const auto cursor, ArchiveCursor::open(file));
  PutBack put(log);
  Status status = put.run(*cursor);
  if (status && cursor->info().chain != log.base_chain()) {
    status = fail(Code::kCorrupt, "ARCHIVE_DAMAGED", file.string() + " changed while it was read");
  }
  if (!status) {
    // When this fails too, the first error says more, and the next attempt removes the rest.
    static_cast<void>(log.drop_below());
    return fail(status.error());
  }
  const Head before{Seq{info.first.value - 1}, info.base, Epoch{put.first().epoch}};
  DAYBOOK_TRY(log.begin_after(before, put.first().time));
  return info;
}

}  // namespace daybook::log
