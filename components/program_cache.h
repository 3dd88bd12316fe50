// Compiled programs by what they were made of, the longest unused leave first. Thread-safe.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/texts_key.h"
#include "components/reactor/program.h"

namespace daybook::components {

// Of a component and what it imports, each with `component` and `spec_hash`.
template <typename Text>
Hash program_key(const Text& own, const std::vector<Text>& imports) {
  TextsKey key;
  key.add(own.component, own.spec_hash);
  for (const Text& import : imports) {
    key.add(import.component, import.spec_hash);
  }
  return key.finish();
}

class ProgramCache {
 public:
  explicit ProgramCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // The program of that key, or null.
  std::shared_ptr<const reactor::Program> find(const Hash& key);
  // A program larger than everything that is kept is not kept.
  void put(const Hash& key, std::shared_ptr<const reactor::Program> program);

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const reactor::Program> program;
    std::size_t bytes;
  };
  using Line = std::list<Entry>;  // the most recently used first

  const std::size_t bytes_max_;
  std::mutex mutex_;
  Line line_;
  std::unordered_map<std::string, Line::iterator> places_;
  std::size_t bytes_ = 0;
};

}  // namespace daybook::components
