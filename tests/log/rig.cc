#include "tests/log/rig.h"

#include <algorithm>
#include <fstream>
#include <system_error>

namespace daybook::log::rig {
namespace {

// In memory where the machine offers it: these tests sync thousands of times, and what they check
// is not the device.
std::filesystem::path scratch() {
  const std::filesystem::path memory = "/dev/shm";
  std::error_code error;
  const auto space = std::filesystem::space(memory, error);
  const bool enough = !error && space.available > (1ULL << 30);
  return enough ? memory : std::filesystem::temp_directory_path();
}

}  // namespace

TempDir::TempDir(const std::filesystem::path& parent) {
  const auto base = parent.empty() ? scratch() : parent;
  std::string name = (base / "daybook-test-XXXXXX").string();
  EXPECT_NE(::mkdtemp(name.data()), nullptr);
  path_ = name;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

events::Group make_group(Seq last, const Hash& chain, int batches, int per_batch,
                         std::size_t parameter_bytes) {
  events::GroupWriter writer(last, chain, Epoch{1});
  const std::string parameters = "{\"text\":\"" + std::string(parameter_bytes, 'x') + "\"}";
  for (int b = 0; b < batches; ++b) {
    const Micros now{1'763'251'200'000'000 + static_cast<std::int64_t>(writer.next_seq().value)};
    std::vector<events::Event> events;
    for (int i = 0; i < per_batch; ++i) {
      events::JobCreated created;
      const Seq seq{writer.next_seq().value + static_cast<std::uint64_t>(i)};
      created.job = JobId::make(now, 0, seq);
      created.definition = "mail.send";
      created.parameters = events::Json{parameters};
      created.run_at = now;
      events.emplace_back(created);
    }
    writer.add(events::BatchInfo{CommandId{7, writer.next_seq().value}, "system", now, Seq{}},
               events);
  }
  return writer.take();
}

events::Group next_group(const Log& log, int batches, int per_batch, std::size_t parameter_bytes) {
  return make_group(log.last(), log.last_chain(), batches, per_batch, parameter_bytes);
}

DataDirOptions small_options() {
  DataDirOptions options;
  options.reserve_bytes = 1 << 20;
  options.watermark_bytes = 1 << 20;
  options.floor_bytes = 1 << 20;
  return options;
}

Result<Opened> try_open(const std::filesystem::path& path, const RocksLogOptions& options) {
  Opened out;
  DAYBOOK_ASSIGN(out.dir, DataDir::open(path, kClock, small_options()));
  DAYBOOK_ASSIGN(out.log, RocksLog::open(*out.dir, options));
  return out;
}

Opened must_open(const std::filesystem::path& path, const RocksLogOptions& options) {
  auto opened = try_open(path, options);
  EXPECT_TRUE(opened) << (opened ? "" : opened.error().text());
  return opened ? std::move(*opened) : Opened{};
}

ReadAll read_all(Log& log) {
  ReadAll out;
  auto cursor = log.read(log.first());
  if (!cursor) {
    out.error = cursor.error().text();
    return out;
  }
  events::RecordView record;
  for (;;) {
    const auto there = (*cursor)->next(record);
    if (!there) {
      out.error = there.error().text();
      return out;
    }
    if (!*there) {
      return out;
    }
    out.records.emplace_back(record.bytes.begin(), record.bytes.end());
  }
}

void copy_tree(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

std::string slurp(const std::filesystem::path& path) {
  // At once: byte by byte, the exhaustive tests would do little else.
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  std::string out(in ? static_cast<std::size_t>(in.tellg()) : 0, '\0');
  in.seekg(0).read(out.data(), static_cast<std::streamsize>(out.size()));
  return out;
}

void spill(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

std::vector<std::filesystem::path> files_with(const std::filesystem::path& directory,
                                              std::string_view extension) {
  std::vector<std::filesystem::path> out;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() == extension) {
      out.push_back(entry.path());
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace daybook::log::rig
