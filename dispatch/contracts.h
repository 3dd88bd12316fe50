// Contracts of components that were read from their texts, the longest unused leave first: what
// decide checks parameters with (docs/adr/0013-contracts-in-the-decision-state.md). Thread-safe.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/limits/components.h"
#include "base/text_hash.h"
#include "components/reactor/contract.h"
#include "scheduler/contract_check.h"

namespace daybook::dispatch {

class Contracts final : public scheduler::ContractCheck {
 public:
  explicit Contracts(std::size_t bytes_max = kContractCacheBytes) : bytes_max_(bytes_max) {}

  Status job(std::string_view contract, std::string_view parameters) override;
  Status rule(std::string_view contract, std::string_view parameters) override;
  // Of contracts that are kept, with their texts.
  std::size_t memory_bytes() const;

 private:
  using Known = std::shared_ptr<const reactor::Contract>;  // null: a text that cannot be read
  struct Entry {
    std::string text;
    Known contract;
    std::size_t bytes;
  };
  using Line = std::list<Entry>;  // the most recently used first

  Known find(std::string_view text);

  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  Line line_;
  std::unordered_map<std::string_view, Line::iterator> places_;
  std::size_t bytes_ = 0;
};

}  // namespace daybook::dispatch
