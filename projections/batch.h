// The changes of one fold batch, in memory, a section for each projection. Each section is sorted
// before it is written: neighbouring keys insert faster. Private to projections/; one owner.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace daybook::projections {

// What stands before every key of one generation of one projection: projection id, generation.
using Prefix = std::array<char, 2>;

class Batch {
 public:
  enum class Kind : std::uint8_t { kPut, kErase, kAppend, kEraseRange };
  struct Change {
    Kind kind;
    std::string_view key;
    std::string_view value;  // of a range: the key behind its last one
  };

  // Begins a section: the keys that follow get this prefix.
  void begin(Prefix prefix);
  void put(std::string_view key, std::string_view value) { add(Kind::kPut, key, value); }
  void erase(std::string_view key) { add(Kind::kErase, key, {}); }
  // Adds to the end of the stored value, without reading it.
  void append(std::string_view key, std::string_view value) { add(Kind::kAppend, key, value); }
  // Erases what is stored from `from` up to before `to`. No other change of the batch may lie in
  // there.
  void erase_range(std::string_view from, std::string_view to);

  // Sorts each section by key, and makes the changes of one key one, as a table file wants it.
  void sort();
  template <typename Visit>
  void each(Visit&& visit) const {
    for (const Entry& e : entries_) {
      const std::string_view all(bytes_);
      visit(Change{e.kind, all.substr(e.at, e.key_bytes),
                   all.substr(e.at + e.key_bytes, e.value_bytes)});
    }
  }
  std::size_t size() const { return entries_.size(); }
  std::size_t bytes() const { return bytes_.size(); }
  void clear();

 private:
  // The first bytes of a key after its prefix, as numbers: all of a key that holds no text, so that
  // sorting hardly ever looks at the bytes themselves.
  using Front = std::array<std::uint64_t, 3>;
  struct Entry {
    Front front;
    std::size_t at;
    std::uint16_t key_bytes;
    Kind kind;
    std::uint32_t value_bytes;
  };

  void add(Kind kind, std::string_view key, std::string_view value);
  bool before(const Entry& a, const Entry& b) const {
    return a.front[0] != b.front[0]   ? a.front[0] < b.front[0]
           : a.front[1] != b.front[1] ? a.front[1] < b.front[1]
           : a.front[2] != b.front[2] ? a.front[2] < b.front[2]
                                      : before_in_full(a, b);
  }
  bool before_in_full(const Entry& a, const Entry& b) const;
  std::string_view key_of(const Entry& e) const {
    return std::string_view(bytes_).substr(e.at, e.key_bytes);
  }
  bool same_key(const Entry& a, const Entry& b) const {
    return a.front == b.front && key_of(a) == key_of(b);
  }
  std::size_t fold(std::size_t from, std::size_t to, std::size_t out);
  void follow(Entry& first, const Entry& second);

  Prefix prefix_{};
  std::string bytes_;
  std::vector<Entry> entries_;
  std::vector<std::size_t> sections_;  // index of the first entry of each
};

}  // namespace daybook::projections
