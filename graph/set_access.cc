#include "graph/set_access.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>

namespace daybook::graph {
namespace {

using access::Noun;
using access::Verb;

struct OwnSet {
  std::string_view name;
  Noun noun;
};
constexpr OwnSet kOwnSets[] = {
    {"components", Noun::kComponents},
    {"events", Noun::kEvents},
    {"jobDefinitions", Noun::kDefinitions},
    {"jobs", Noun::kJobs},
    {"rules", Noun::kRules},
    {"sendings", Noun::kSendings},
};

std::optional<Noun> noun_of(std::string_view set) {
  const auto* found = std::find_if(std::begin(kOwnSets), std::end(kOwnSets),
                                   [&](const OwnSet& own) { return own.name == set; });
  return found == std::end(kOwnSets) ? std::nullopt : std::optional(found->noun);
}

Status check_set(std::string_view set, const access::Rights& rights) {
  if (may_read(set, rights)) {
    return {};
  }
  return fail(Code::kDenied, "FORBIDDEN",
              "the set " + std::string(set) + " needs the permission " +
                  access::permission_text(*noun_of(set), {}, Verb::kRead));
}

Status check_from(const Graph& graph, const SetSchema& from, const Query& query,
                  const access::Rights& rights) {
  DAYBOOK_TRY(check_set(from.name, rights));
  for (const Query& inner : query.navigate) {
    const Navigation* navigation = from.navigation(inner.set);
    const SetSchema* to = navigation == nullptr ? nullptr : graph.find(navigation->set);
    if (to != nullptr) {
      DAYBOOK_TRY(check_from(graph, *to, inner, rights));
    }
  }
  return {};
}

}  // namespace

bool may_read(std::string_view set, const access::Rights& rights) {
  const auto noun = noun_of(set);
  return !noun || rights.allows(*noun, {}, Verb::kRead);
}

Status check_access(const Graph& graph, const Query& query, const access::Rights& rights) {
  const SetSchema* set = graph.find(query.set);
  return set == nullptr ? Status{} : check_from(graph, *set, query, rights);
}

}  // namespace daybook::graph
