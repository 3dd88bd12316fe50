// What a caller may read, said without a walk: names and ids made by chance, and whether an id
// covers a name.
#pragma once

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace daybook::projections {

using Ids = std::optional<std::vector<std::string>>;

inline bool is_covered(const Ids& visible, std::string_view name) {
  return !visible || std::any_of(visible->begin(), visible->end(), [&](const std::string& id) {
    if (id.ends_with('*')) {
      return name.substr(0, id.size() - 1) == id.substr(0, id.size() - 1);
    }
    return name == id || name.starts_with(id + "/");
  });
}

// Names of few letters, some of which sort before and behind '/', so that many begin alike.
class RandomNames {
 public:
  explicit RandomNames(std::uint64_t seed) : random_(seed) {}

  std::size_t pick(std::size_t below) { return random_() % below; }
  std::string name() {
    static constexpr std::string_view kLetters = "aab/.-0\xc3";
    std::string out(1, "ab"[pick(2)]);
    for (std::size_t more = pick(5); more > 0; --more) {
      out += kLetters[pick(kLetters.size())];
    }
    return out;
  }
  // Any order, some twice or within each other; none at all, everything, absent.
  Ids ids() {
    if (pick(8) == 0) {
      return std::nullopt;
    }
    Ids out(std::in_place);
    for (std::size_t more = pick(5); more > 0; --more) {
      std::string id = name();
      if (pick(3) == 0) {
        id.resize(1 + pick(id.size()));
        id += '*';
      }
      out->push_back(pick(40) == 0 ? "*" : std::move(id));
    }
    return out;
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace daybook::projections
