// Which events there are of a type, a definition, a component, an actor, a request: sequence
// numbers in blocks, so that a question costs what its answer costs. Private to projections/.
//
//   'T' type block                  'D' definition type block
//   'C' component type block        'A' actor type block    -> two bytes for each event: its place
//                                                              in the block, in order
//   'Q' era, half of a command's id -> six bytes for each command: place of its first event, and
//                                      their number
//   'F'                             -> the first event that is here; absent while that is event 1
//
// Lists only grow at their end, so they are appended to without being read. What was trimmed from
// the log goes block by block.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/text_hash.h"
#include "projections/bytes.h"
#include "projections/projection.h"

namespace daybook::projections {

namespace event_keys {

inline constexpr unsigned kBlockBits = 14;
inline constexpr unsigned kEraBits = 24;
inline constexpr std::uint64_t kBlockEvents = std::uint64_t{1} << kBlockBits;
inline constexpr char kByType = 'T';
inline constexpr char kByDefinition = 'D';
inline constexpr char kByComponent = 'C';
inline constexpr char kByActor = 'A';
inline constexpr char kByRequest = 'Q';

inline std::uint64_t block_of(Seq seq) {
  return seq.value >> kBlockBits;
}
inline Key of_type(std::uint16_t type) {
  return Key(kByType).u8(static_cast<std::uint8_t>(type));
}
inline Key of_value(char facet, std::string_view value, std::uint16_t type) {
  return Key(facet)
      .u8(static_cast<std::uint8_t>(value.size() >> 8))
      .u8(static_cast<std::uint8_t>(value.size()))
      .tail(value)
      .u8(static_cast<std::uint8_t>(type));
}
inline Key era(std::uint64_t era) {
  return Key(kByRequest).u32(static_cast<std::uint32_t>(era));
}
inline std::uint64_t request_half(CommandId id) {
  return id.high ^ (id.low * 0x9e37'79b9'7f4a'7c15ULL);
}
inline Key first() {
  return Key('F');
}

}  // namespace event_keys

class EventIndex final : public Projection {
 public:
  std::string_view name() const override { return "events"; }
  std::uint32_t version() const override { return 1; }
  Status load(const Reader& store) override;
  Status apply(const events::Recorded& recorded) override;
  std::size_t unwritten_bytes() const override { return bytes_; }
  Status prepare() override;
  void write(Batch& batch) override;
  void written() override;

 private:
  static constexpr std::size_t kTypes = 64;
  struct List {
    std::string key;  // with its block
    std::string places;
    std::uint32_t* slot = nullptr;  // what says where it is, while its block is the last one
  };
  // Of a value, by type: place in lists_ and one; 0: none in this block.
  using Slots = std::array<std::uint32_t, kTypes>;
  struct Facet {
    char name = 0;
    std::unordered_map<std::string, Slots, TextHash, std::equal_to<>> values{};
  };

  void add(Facet& facet, std::string_view value, std::uint16_t type, Seq seq);
  void add(std::uint32_t& slot, const Key& key, Seq seq);
  void close_lists();
  void trim(Seq through);
  Status find_gone(std::string_view facet);

  const Reader* store_ = nullptr;
  std::uint64_t block_ = 0;
  Slots types_{};
  Facet definitions_{event_keys::kByDefinition};
  Facet components_{event_keys::kByComponent};
  Facet actors_{event_keys::kByActor};
  std::vector<List> lists_;
  std::vector<std::pair<std::string, std::string>> requests_;
  Seq trimmed_;  // through here, since the last write; zero: not at all
  std::vector<std::pair<std::string, std::string>> gone_;  // ranges of keys to erase
  std::size_t bytes_ = 0;
};

}  // namespace daybook::projections
