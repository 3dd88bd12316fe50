// Components without their texts, as they were read, until any of them changes. Private to
// projections/. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "projections/component_head.h"

namespace daybook::projections {

class ComponentHeads {
 public:
  using Head = std::shared_ptr<const ComponentHead>;
  using Read = std::function<Result<Head>()>;

  // The head of that id, null when there is none; `read` finds it when it is not known. `changes`
  // counts the changes of any component before the call: what was read before is of no use.
  Result<Head> find(std::string_view id, std::uint64_t changes, const Read& read);

 private:
  void forget(std::uint64_t changes);

  std::mutex mutex_;  // guards what follows
  std::uint64_t changes_ = 0;
  std::unordered_map<std::string, Head> heads_;
};

}  // namespace daybook::projections
