// GET /resources/workers: in the order of their ids, which are the cursors too.
#include <algorithm>

#include "api/handlers.h"
#include "api/page_json.h"
#include "base/ids.h"
#include "base/json_writer.h"

namespace daybook::api {
namespace {

using Rows = std::vector<dispatch::WorkerRow>;
using Page = projections::Page<dispatch::WorkerRow>;

std::size_t bytes_of(const dispatch::WorkerRow& row) {
  std::size_t out = row.worker.size();
  if (row.definitions) {
    for (const std::string& definition : *row.definitions) {
      out += definition.size();
    }
  }
  return out;
}

Status check_cursor(const std::string& cursor, std::string_view field) {
  if (!cursor.empty() && !check_resource_id(cursor, field)) {
    return fail(Code::kInvalid, "BAD_CURSOR", "the cursor is not one that this list gave", field);
  }
  return {};
}

// How many rows from `from` on make a page, the last of which may bring it over its bytes.
template <typename Iterator>
Iterator end_of_page(Iterator from, Iterator end, const projections::PageRequest& request) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  for (; from != end && count < request.limit && bytes < request.bytes_max; ++from, ++count) {
    bytes += bytes_of(*from);
  }
  return from;
}

Result<Page> page_of(dispatch::WorkerList list, const projections::PageRequest& request) {
  DAYBOOK_TRY(check_cursor(request.after, "after"));
  DAYBOOK_TRY(check_cursor(request.before, "before"));
  Rows& all = list.rows;
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.worker < b.worker; });
  Page out;
  out.total_count = all.size();
  out.as_of = list.as_of;
  if (!request.before.empty()) {
    const auto end =
        std::lower_bound(all.begin(), all.end(), request.before,
                         [](const auto& row, const auto& id) { return row.worker < id; });
    const auto begin = end_of_page(std::make_reverse_iterator(end), all.rend(), request).base();
    out.rows.assign(begin, end);
  } else {
    const auto begin =
        std::upper_bound(all.begin(), all.end(), request.after,
                         [](const auto& id, const auto& row) { return id < row.worker; });
    out.rows.assign(begin, end_of_page(begin, all.end(), request));
  }
  if (!out.rows.empty()) {
    out.first_cursor = out.rows.front().worker;
    out.last_cursor = out.rows.back().worker;
  }
  return out;
}

}  // namespace

Answer<Response> list_workers(const Call& call) {
  DAYBOOK_ASSIGN(const auto request, call.query.page());
  DAYBOOK_ASSIGN(const Page page, page_of(call.engine().dispatcher.workers(), request));
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.key("workers");
  json.begin_array();
  for (const auto& worker : page.rows) {
    json.begin_object();
    json.member("workerId", worker.worker);
    json.key("definitions");
    json.begin_array();
    if (worker.definitions) {
      for (const std::string& definition : *worker.definitions) {
        json.value(definition);
      }
    }
    json.end_array();
    json.member("lastSeen", worker.last_seen);
    json.member("leased", worker.leased);
    json.end_object();
  }
  json.end_array();
  end_page(json, page);
  return out;
}

}  // namespace daybook::api
