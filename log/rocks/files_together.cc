#include "log/rocks/files_together.h"

#include <fcntl.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <vector>

#include <rocksdb/metadata.h>
#include <rocksdb/sst_file_reader.h>

#include "events/record.h"
#include "log/files.h"
#include "log/little.h"
#include "log/rocks/options.h"

namespace daybook::log {
namespace {

constexpr std::size_t kCurrentBytesMax = 64;

tl::unexpected<Error> damaged(const std::string& what) {
  return fail(Code::kCorrupt, "LOG_CORRUPT", what);
}

bool is_record_key(std::string_view key) {
  return key >= kRecordsBegin && key < kRecordsEnd;
}

std::string_view text(const std::string& key) {
  return key;
}

// The last record that an entry of the store tells of: of a mark its own, of a chunk its last one.
struct LastRecord {
  Seq seq;
  Hash chain{};
  bool is_mark = false;
};

std::optional<LastRecord> last_record(std::string_view key, std::string_view value) {
  const KeyRead read = read_key(key);
  if (read.kind == KeyKind::kMark) {
    const auto mark = decode_mark(value);
    return mark ? std::optional(LastRecord{mark->seq, mark->chain, true}) : std::nullopt;
  }
  LastRecord out;
  for (events::Bytes rest = as_bytes(value); !rest.empty();) {
    const auto record = events::read_record(rest);
    if (!record) {
      return std::nullopt;
    }
    out = {record->header.seq, record->header.chain, false};
    rest = rest.subspan(record->bytes.size());
  }
  return out.seq.value == 0 ? std::nullopt : std::optional(out);
}

tl::unexpected<Error> gap(rocksdb::DB& db, Seq missing) {
  return fail(Code::kCorrupt, "LOG_GAP",
              "record " + std::to_string(missing.value) + " of " + db.GetName() +
                  " is missing: no table that the manifest names holds it");
}

// Looks at the entries on both sides of a place.
class Seams {
 public:
  Seams(rocksdb::DB& db, const TrimPoint& trim)
      : db_(db), trim_(trim), it_(db.NewIterator(scan_options())) {}

  // The first entry behind the trim point goes on from it.
  Status check_front() {
    const ChunkKey first = chunk_key(next(trim_.seq));
    it_->Seek({first.data(), first.size()});
    DAYBOOK_TRY(ok());
    if (it_->Valid() && it_->key().ToStringView() != key_text(first)) {
      return gap(db_, next(trim_.seq));
    }
    return {};
  }

  // The entry at or before `key`, and the one behind it.
  Status check_at(std::string_view key) {
    it_->SeekForPrev({key.data(), key.size()});
    DAYBOOK_TRY(ok());
    if (!it_->Valid()) {
      return {};
    }
    const auto before = last_record(it_->key().ToStringView(), it_->value().ToStringView());
    if (!before) {
      return damaged("the entry of record " +
                     std::to_string(read_key(it_->key().ToStringView()).seq.value) + " of " +
                     db_.GetName() + " cannot be read");
    }
    if (before->seq <= trim_.seq) {  // nobody reads it
      return {};
    }
    it_->Next();
    DAYBOOK_TRY(ok());
    return it_->Valid() ? check_follows(*before) : Status();
  }

  Status check_before(std::string_view key) {
    it_->SeekForPrev({key.data(), key.size()});
    DAYBOOK_TRY(ok());
    if (it_->Valid() && it_->key().ToStringView() == key) {
      it_->Prev();
      DAYBOOK_TRY(ok());
    }
    return it_->Valid() ? check_at(std::string(it_->key().ToStringView())) : Status();
  }

 private:
  Status ok() {
    return it_->status().ok() ? Status()
                              : Status(fail(store_error(it_->status(), "looking at the tables")));
  }

  Status check_follows(const LastRecord& before) {
    const KeyRead after = read_key(it_->key().ToStringView());
    const bool mark_of_it = after.kind == KeyKind::kMark && after.seq == before.seq;
    const bool next_chunk = after.kind == KeyKind::kChunk && after.seq == next(before.seq);
    if (next_chunk || (mark_of_it && !before.is_mark)) {
      return {};
    }
    return gap(db_, next(before.seq));
  }

  rocksdb::DB& db_;
  const TrimPoint& trim_;
  const std::unique_ptr<rocksdb::Iterator> it_;
};

struct Range {
  std::string smallest;
  std::string largest;
};

std::vector<Range> record_ranges(rocksdb::DB& db) {
  std::vector<rocksdb::LiveFileMetaData> live;
  db.GetLiveFilesMetaData(&live);
  std::vector<Range> out;
  for (const auto& file : live) {
    if (is_record_key(file.largestkey)) {
      out.push_back({file.smallestkey, file.largestkey});
    }
  }
  std::sort(out.begin(), out.end(), [](const Range& a, const Range& b) {
    return std::pair(text(a.smallest), text(a.largest)) <
           std::pair(text(b.smallest), text(b.largest));
  });
  return out;
}

// A table that ends with a group's mark, and one that begins with the next record.
bool meet(const Range& a, const Range& b) {
  const KeyRead end = read_key(a.largest);
  const KeyRead begin = read_key(b.smallest);
  return end.kind == KeyKind::kMark && begin.kind == KeyKind::kChunk && begin.seq == next(end.seq);
}

// The last record in a table, as far as it can be read.
std::optional<LastRecord> last_in_table(const std::filesystem::path& table) {
  rocksdb::Options options = make_options(0);
  make_silent(options);
  rocksdb::SstFileReader reader(options);
  if (!reader.Open(table.string()).ok()) {
    return std::nullopt;
  }
  const std::unique_ptr<rocksdb::Iterator> it(reader.NewIterator(scan_options()));
  for (it->SeekToLast(); it->Valid(); it->Prev()) {
    if (const auto last = last_record(it->key().ToStringView(), it->value().ToStringView())) {
      return last;
    }
  }
  return std::nullopt;
}

Status check_stranger(rocksdb::DB& db, const Bounds& bounds, const TrimPoint& trim,
                      const std::filesystem::path& table) {
  const auto last = last_in_table(table);
  if (!last || last->seq <= trim.seq) {
    return {};
  }
  RocksCursor cursor(db, bounds, last->seq);
  events::RecordView record;
  const auto there = cursor.next(record);
  if (!there || !*there || record.header.chain != last->chain) {
    return damaged("the manifest does not name " + table.string() + ", which holds records up to " +
                   std::to_string(last->seq.value) +
                   " that the log does not hold: the manifest is damaged or older than its tables");
  }
  return {};
}

}  // namespace

Status check_store_files(const std::filesystem::path& store) {
  DAYBOOK_ASSIGN(const auto current, read_file(store / "CURRENT", kCurrentBytesMax));
  if (!current) {
    return damaged((store / "CURRENT").string() + ", which names the manifest, is missing");
  }
  const std::string name = current->substr(0, current->find('\n'));
  if (*current != name + "\n" || !name.starts_with("MANIFEST-") ||
      name.find('/') != std::string::npos) {
    return damaged((store / "CURRENT").string() + " is not what was written");
  }
  std::error_code error;
  if (!std::filesystem::exists(store / name, error) && !error) {
    return damaged((store / name).string() + ", which CURRENT names, is missing");
  }
  for (const auto& entry : std::filesystem::directory_iterator(store, error)) {
    const auto extension = entry.path().extension();
    if (extension == ".sst" || extension == ".log" || entry.path().filename() == name) {
      DAYBOOK_TRY(open_file(entry.path(), O_RDONLY | O_NOFOLLOW));
    }
  }
  return error ? Status(fail(file_error("cannot list", store, error.value()))) : Status();
}

Status check_seams(rocksdb::DB& db, const TrimPoint& trim) {
  const std::vector<Range> tables = record_ranges(db);
  Seams seams(db, trim);
  DAYBOOK_TRY(seams.check_front());
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (i + 1 < tables.size() && meet(tables[i], tables[i + 1])) {
      continue;
    }
    DAYBOOK_TRY(seams.check_at(tables[i].largest));
    if (i + 1 < tables.size() && is_record_key(tables[i + 1].smallest)) {
      DAYBOOK_TRY(seams.check_before(tables[i + 1].smallest));
    }
  }
  return {};
}

Status check_strangers(rocksdb::DB& db, const Bounds& bounds, const TrimPoint& trim) {
  std::vector<rocksdb::LiveFileMetaData> live;
  db.GetLiveFilesMetaData(&live);
  std::set<std::string> named;
  for (const auto& file : live) {
    named.insert(std::filesystem::path(file.name).filename().string());
  }
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(db.GetName(), error)) {
    const bool table = entry.path().extension() == ".sst";
    if (table && !named.contains(entry.path().filename().string())) {
      DAYBOOK_TRY(check_stranger(db, bounds, trim, entry.path()));
    }
  }
  return error ? Status(fail(file_error("cannot list", db.GetName(), error.value()))) : Status();
}

}  // namespace daybook::log
