#include "events/catalogue.h"

#include <array>

#include "base/check.h"

namespace daybook::events {
namespace {

constexpr std::array kCatalogue = {
    CatalogueEntry{1, 1, "ServerStarted"},
    CatalogueEntry{2, 1, "ComponentPut"},
    CatalogueEntry{3, 1, "ComponentDeleted"},
    CatalogueEntry{4, 1, "DefinitionPut"},
    CatalogueEntry{5, 1, "DefinitionDeleted"},
    CatalogueEntry{6, 1, "JobCreated"},
    CatalogueEntry{7, 1, "JobStarted"},
    CatalogueEntry{8, 1, "JobCompleted"},
    CatalogueEntry{9, 1, "JobFailed"},
    CatalogueEntry{10, 1, "JobRetryScheduled"},
    CatalogueEntry{11, 1, "JobCancelRequested"},
    CatalogueEntry{12, 1, "JobCancelled"},
    CatalogueEntry{13, 1, "LeaseExtended"},
    CatalogueEntry{14, 1, "LeaseExpired"},
    CatalogueEntry{15, 1, "JobRemoved"},
    CatalogueEntry{16, 1, "IdempotencyKeyUsed"},
    CatalogueEntry{17, 1, "LogTrimmed"},
    CatalogueEntry{18, 1, "RetentionApplied"},
    CatalogueEntry{19, 1, "SendingCreated"},
    CatalogueEntry{20, 1, "SendingRetryScheduled"},
    CatalogueEntry{21, 1, "SendingSent"},
    CatalogueEntry{22, 1, "SendingBounced"},
    CatalogueEntry{23, 1, "SendingCancelled"},
    CatalogueEntry{24, 1, "SendingRemoved"},
    CatalogueEntry{25, 1, "RulePut"},
    CatalogueEntry{26, 1, "RuleDeleted"},
    CatalogueEntry{27, 1, "RuleApplied"},
    CatalogueEntry{28, 1, "RulesAdvanced"},
    CatalogueEntry{29, 1, "ClockStepped"},
    CatalogueEntry{30, 1, "ContractDerived"},
    CatalogueEntry{31, 1, "TokenCreated"},
    CatalogueEntry{32, 1, "TokenRotated"},
    CatalogueEntry{33, 1, "TokenRevoked"},
    CatalogueEntry{34, 1, "TokenExpired"},
};
static_assert(kCatalogue.size() == std::variant_size_v<Event>);

}  // namespace

std::span<const CatalogueEntry> catalogue() {
  return kCatalogue;
}

const CatalogueEntry& entry_of(const Event& event) {
  return kCatalogue[event.index()];
}

std::optional<CatalogueEntry> find_type(std::uint16_t type) {
  if (type == 0 || type > kCatalogue.size()) {
    return std::nullopt;
  }
  return kCatalogue[type - 1U];
}

std::optional<CatalogueEntry> find_name(std::string_view name) {
  for (const CatalogueEntry& entry : kCatalogue) {
    if (entry.name == name) {
      return entry;
    }
  }
  return std::nullopt;
}

}  // namespace daybook::events
