#include "tests/log/surgery.h"

#include "events/group.h"
#include "events/record.h"
#include "log/format.h"
#include "log/little.h"
#include "log/rocks/cursor.h"
#include "log/rocks/store.h"
#include "tests/log/rig.h"

namespace daybook::log::surgery {
namespace {

constexpr std::size_t kBlock = 32 * 1024;
constexpr std::size_t kWalHeader = 7;

rocksdb::Slice slice(std::string_view text) {
  return {text.data(), text.size()};
}

// A log's end as the store has it, and what to write behind it.
struct Site {
  rocksdb::DB& db;
  events::Header last;
  rocksdb::WriteBatch batch;
  Sha256 digest;

  events::Header header(std::uint64_t ahead = 1) const {
    events::Header h;
    h.seq = Seq{last.seq.value + ahead};
    h.time = last.time;
    h.epoch = last.epoch;
    h.type = last.type;
    h.version = last.version;
    h.batch_count = 1;
    return h;
  }

  // One record with a valid JobCreated payload unless the type says otherwise, its chunk, and its
  // mark if asked for.
  void add(const events::Header& h, const Hash& previous, bool mark, std::size_t flip_at = 0) {
    const events::Group sample = rig::make_group(Seq{}, events::genesis(), 1);
    const auto record = events::read_record(sample.bytes);
    std::vector<std::uint8_t> bytes;
    const Hash chain = events::append_record(bytes, h, record->payload, previous, digest);
    if (flip_at != 0) {
      bytes[flip_at] ^= 1;
    }
    batch.Put(slice(key_text(chunk_key(h.seq))), slice(as_text(bytes)));
    if (mark) {
      batch.Put(slice(key_text(mark_key(h.seq))), encode_mark(Mark{h.seq, 1, chain}));
    }
  }
};

void plant_order(Site& site, Plant what) {
  events::Header h = site.header();
  Hash previous = site.last.chain;
  if (what == Plant::kGap) {
    h = site.header(2);
  } else if (what == Plant::kWrongChain) {
    previous = events::genesis();
  } else if (what == Plant::kTornBatch) {
    h.batch_count = 2;
  } else if (what == Plant::kTimeBack) {
    h.time = Micros{h.time.value - 1};
  } else if (what == Plant::kEpochBack) {
    h.epoch -= 1;
  } else if (what == Plant::kUnknownType) {
    h.type = 999;
  }
  const std::size_t flip = what == Plant::kFlippedByte ? events::kHeaderBytes + 3 : 0;
  site.add(h, previous, what != Plant::kNoMark, flip);
}

void plant_meta(Site& site, Plant what) {
  const Seq last = site.last.seq;
  if (what == Plant::kWrongMark) {
    site.batch.Put(slice(key_text(mark_key(last))), encode_mark(Mark{last, 10, events::genesis()}));
  } else if (what == Plant::kTrimPastAnchor) {
    site.add(site.header(), site.last.chain, true);
    site.batch.DeleteRange(slice(kRecordsBegin), slice(key_text(chunk_key(next(last)))));
    site.batch.Put(slice(kTrimKey),
                   encode_trim(TrimPoint{next(last), site.last.chain, site.last.time, 1}));
  } else if (what == Plant::kAnchorRecordGone) {
    site.add(site.header(), site.last.chain, true);
    site.batch.DeleteRange(slice(key_text(chunk_key(Seq{last.value - 60}))),
                           slice(key_text(chunk_key(next(last)))));
  }
}

}  // namespace

std::vector<std::uint64_t> wal_write_ends(const std::filesystem::path& wal) {
  // RocksDB's log format: 32 KiB blocks of {crc 4, size 2, type 1} fragments; full (1) and last (4)
  // end a write.
  const std::string bytes = rig::slurp(wal);
  std::vector<std::uint64_t> ends;
  std::size_t at = 0;
  while (at + kWalHeader <= bytes.size()) {
    if (kBlock - at % kBlock < kWalHeader) {
      at += kBlock - at % kBlock;
      continue;
    }
    const auto* h = as_bytes(bytes).data() + at;
    const std::size_t size = get<std::uint16_t>(h, 4);
    const std::uint8_t type = h[6];
    if (type == 0) {
      break;
    }
    at += kWalHeader + size;
    if (type == 1 || type == 4) {
      ends.push_back(at);
    }
  }
  return ends;
}

std::map<std::string, std::string> fingerprint(const std::filesystem::path& directory) {
  std::map<std::string, std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    out[entry.path().filename()] = rig::slurp(entry.path());
  }
  return out;
}

Status plant(const std::filesystem::path& data, Plant what) {
  DAYBOOK_ASSIGN(const auto store, open_store(data / "log", OpenMode::kWrite, {}));
  DAYBOOK_ASSIGN(const StoreEnd end, read_end(*store->db));
  Bounds bounds;
  bounds.durable.raise(end.last);
  RocksCursor cursor(*store->db, bounds, end.last);
  events::RecordView record;
  DAYBOOK_ASSIGN(const bool there, cursor.next(record));
  if (!there) {
    return fail(Code::kInternal, "EMPTY", "nothing to damage");
  }
  Site site{*store->db, record.header, rocksdb::WriteBatch(), {}};
  if (what == Plant::kWrongMark || what >= Plant::kTrimPastAnchor) {
    plant_meta(site, what);
  } else {
    plant_order(site, what);
  }
  rocksdb::WriteOptions options;
  options.sync = true;
  if (const auto status = store->db->Write(options, &site.batch); !status.ok()) {
    return fail(store_error(status, "planting"));
  }
  return {};
}

}  // namespace daybook::log::surgery
