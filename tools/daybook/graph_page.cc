#include "tools/daybook/graph_page.h"

#include <utility>

namespace daybook::cli {

Result<boost::json::object> fetch_page(Client& client, const boost::json::value& question) {
  DAYBOOK_ASSIGN(boost::json::value answer, client.request("POST", "/resources/graph", question));
  auto* list = answer.if_array();
  auto* first = list == nullptr || list->empty() ? nullptr : list->front().if_object();
  const auto* nodes = first == nullptr ? nullptr : first->if_contains("nodes");
  if (nodes == nullptr || !nodes->is_array()) {
    return fail(Code::kInternal, "BAD_ANSWER", "the answer has no nodes");
  }
  return std::move(*first);
}

}  // namespace daybook::cli
