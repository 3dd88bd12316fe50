#include "log/table_check.h"

#include <fcntl.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "log/files.h"
#include "log/little.h"

namespace daybook::log {
namespace {

constexpr std::size_t kFooterBytes = 53;
constexpr std::size_t kVersionAndMagicBytes = 12;
constexpr std::uint64_t kTableMagic = 0x88e241b785f4cff7ULL;
constexpr std::uint8_t kXxh3 = 4;         // the footer's first byte: how blocks are summed up
constexpr std::size_t kTrailerBytes = 5;  // of a block: how it is compressed, its checksum
constexpr std::uint8_t kNotCompressed = 0;
constexpr std::string_view kPropertiesKey = "rocksdb.properties";
// No such block comes near it; a larger one is not read.
constexpr std::uint64_t kBlockBytesMax = 1 << 20;

struct Handle {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

std::optional<std::uint64_t> take_varint(std::string_view& in) {
  std::uint64_t out = 0;
  for (unsigned shift = 0; shift < 64 && !in.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(in.front());
    in.remove_prefix(1);
    out |= std::uint64_t{byte & 0x7fU} << shift;
    if ((byte & 0x80U) == 0) {
      return out;
    }
  }
  return std::nullopt;
}

std::optional<Handle> take_handle(std::string_view in) {
  const auto offset = take_varint(in);
  const auto size = take_varint(in);
  return offset && size ? std::optional(Handle{*offset, *size}) : std::nullopt;
}

std::uint32_t number_at_end(std::string_view bytes) {
  return get<std::uint32_t>(as_bytes(bytes).data(), bytes.size() - 4);
}

// Nothing where the file does not hold so much.
std::string read(const Descriptor& file, std::uint64_t offset, std::uint64_t size) {
  std::string out(size, '\0');
  const ssize_t got = ::pread(file.get(), out.data(), size, static_cast<off_t>(offset));
  return got == static_cast<ssize_t>(size) ? out : std::string();
}

// With its trailer.
std::optional<std::string> read_block(const Descriptor& file, const Handle& handle) {
  if (handle.size == 0 || handle.size > kBlockBytesMax) {
    return std::nullopt;
  }
  std::string out = read(file, handle.offset, handle.size + kTrailerBytes);
  return out.empty() ? std::nullopt : std::optional(std::move(out));
}

// Of a block with its trailer: over its bytes and how it is compressed.
bool is_sound(std::string_view block) {
  constexpr std::uint32_t kOfLastByte = 0x6b9083d9;
  const std::string_view summed = block.substr(0, block.size() - kTrailerBytes);
  const auto compression = static_cast<std::uint8_t>(block[summed.size()]);
  const auto sum = static_cast<std::uint32_t>(XXH3_64bits(summed.data(), summed.size()));
  return (sum ^ compression * kOfLastByte) == number_at_end(block);
}

// Where the meta index (without its trailer) says that the properties are.
std::optional<Handle> find_properties(std::string_view index) {
  if (index.size() < 4) {
    return std::nullopt;
  }
  const std::uint64_t restarts = number_at_end(index);
  if (restarts * 4 + 4 > index.size()) {
    return std::nullopt;
  }
  std::string_view rest = index.substr(0, index.size() - restarts * 4 - 4);
  std::string key;
  while (!rest.empty()) {
    const auto shared = take_varint(rest);
    const auto own = take_varint(rest);
    const auto value = take_varint(rest);
    if (!shared || !own || !value || *shared > key.size() || *own > rest.size() ||
        *value > rest.size() - *own) {
      return std::nullopt;
    }
    key.resize(*shared);
    key += rest.substr(0, *own);
    if (key == kPropertiesKey) {
      return take_handle(rest.substr(*own, *value));
    }
    rest.remove_prefix(*own + *value);
  }
  return std::nullopt;
}

bool are_properties_damaged(const std::filesystem::path& path, std::uint64_t size) {
  if (size < kFooterBytes) {
    return false;
  }
  const auto file = open_file(path, O_RDONLY | O_NONBLOCK);
  if (!file) {
    return false;
  }
  const std::string footer = read(*file, size - kFooterBytes, kFooterBytes);
  if (footer.empty() || static_cast<std::uint8_t>(footer.front()) != kXxh3 ||
      get<std::uint64_t>(as_bytes(footer).data(), kFooterBytes - 8) != kTableMagic) {
    return false;
  }
  const auto index_at =
      take_handle(std::string_view(footer).substr(1, kFooterBytes - 1 - kVersionAndMagicBytes));
  const auto index = index_at ? read_block(*file, *index_at) : std::nullopt;
  if (!index || !is_sound(*index) ||
      static_cast<std::uint8_t>((*index)[index_at->size]) != kNotCompressed) {
    return false;
  }
  const auto properties_at = find_properties(std::string_view(*index).substr(0, index_at->size));
  const auto properties = properties_at ? read_block(*file, *properties_at) : std::nullopt;
  return properties && !is_sound(*properties);
}

}  // namespace

Status check_tables(const std::filesystem::path& directory) {
  std::error_code error;
  std::vector<std::filesystem::directory_entry> tables;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".sst" && entry.is_regular_file(error)) {
      tables.push_back(entry);
    }
  }
  std::sort(tables.begin(), tables.end());
  for (const auto& table : tables) {
    if (are_properties_damaged(table.path(), table.file_size(error))) {
      return fail(Code::kCorrupt, "TABLE_DAMAGED",
                  table.path().string() + " is damaged: its properties are not what was written");
    }
  }
  return {};
}

}  // namespace daybook::log
