#include <charconv>
#include <cmath>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "base/limits/views.h"
#include "base/time_text.h"
#include "tools/daybook/commands.h"
#include "tools/daybook/exact_json.h"
#include "tools/daybook/json_text.h"
#include "tools/daybook/positive.h"
#include "tools/daybook/resource_list.h"

namespace daybook::cli {

namespace {

struct StatsOptions {
  std::string definition;
  std::string from;
  std::string to;
  std::string resolution;
  std::string group_by;
  std::string after;
  std::size_t limit = 0;  // 0: not given
};

// Microseconds are what was measured: more digits say nothing.
void round_times(boost::json::array& rows) {
  for (auto& row : rows) {
    for (const char* name : {"minExecution", "avgExecution", "p95Execution", "maxExecution"}) {
      auto* value = row.is_object() ? row.get_object().if_contains(name) : nullptr;
      if (value == nullptr || value->is_null()) {
        continue;
      }
      const std::string text = to_text(*value);
      double ms = 0;
      if (std::from_chars(text.data(), text.data() + text.size(), ms).ec == std::errc()) {
        *value = std::round(ms * 1000) / 1000;
      }
    }
  }
}

std::vector<ListColumn> columns_of(const StatsOptions& options) {
  constexpr auto kRight = Table::Align::kRight;
  std::vector<ListColumn> out = {
      {{"BUCKET"}, "bucketTime"},           {{"DEFINITION"}, "jobDefinitionId"},
      {{"SCHEDULED", kRight}, "scheduled"}, {{"OK", kRight}, "successful"},
      {{"FAILED", kRight}, "failed"},       {{"CANCELLED", kRight}, "cancelled"},
      {{"MIN MS", kRight}, "minExecution"}, {{"AVG MS", kRight}, "avgExecution"},
      {{"P95 MS", kRight}, "p95Execution"}, {{"MAX MS", kRight}, "maxExecution"},
      {{"DUE", kRight}, "cacheQueueDepth"}, {{"PENDING", kRight}, "totalQueueDepth"}};
  if (options.group_by == "none") {
    std::erase_if(out, [](const ListColumn& c) { return c.column.title == "DEFINITION"; });
  }
  return out;
}

ListRequest request_of(const StatsOptions& options) {
  return {.path = "/resources/jobs/statistics",
          .collection = "statistics",
          .query = {{"jobDefinitionId", options.definition},
                    {"from", options.from},
                    {"to", options.to},
                    {"resolution", options.resolution},
                    {"groupBy", options.group_by}},
          .limit = options.limit > 0 ? options.limit : kStatisticsRowsMax,
          .after = options.after,
          .pinned = "from"};
}

Status print_statistics(const Session& session, const StatsOptions& options) {
  DAYBOOK_ASSIGN(Client client, session.client());
  const ListRequest request = request_of(options);
  DAYBOOK_ASSIGN(boost::json::value list, fetch_list(client, request));
  auto& rows = list.get_object().at(request.collection).get_array();
  if (rows.empty()) {
    warn_of_unknown(session, client, request.query);
  }
  // As the route does it: what was asked for as a page says where it ends, else it is bare.
  const bool framed = options.limit > 0 || !options.after.empty();
  if (session.wants_json() && framed) {
    session.print_json(list);
  } else if (session.wants_json()) {
    session.print_json(rows);
    print_more(session.env.err, request, list, rows.size());
  } else {
    round_times(rows);
    session.print_table(table_of(rows, columns_of(options)));
    print_more(session.env.out, request, list, rows.size());
  }
  return {};
}

}  // namespace

void add_stats_command(CLI::App& root, Session& session) {
  auto options = std::make_shared<StatsOptions>();
  auto& verb = add_verb(root, "stats", "Statistics of jobs by definition and minute, hour or day",
                        {"stats --definition nightly-report",
                         "stats --from 2025-11-15T00:00Z --to 2025-11-16T00:00Z --resolution hour",
                         "stats --group-by none --resolution day --from 2025-11-01T00:00Z"});
  verb.add_option("--definition", options->definition, "Only this job definition");
  verb.add_option("--from", options->from, "A time, inclusive; absent: 24 hours ago");
  verb.add_option("--to", options->to, "A time, exclusive; absent: now");
  verb.add_option("--resolution", options->resolution, "Length of a bucket")
      ->check(CLI::IsMember({"minute", "hour", "day"}));
  verb.add_option("--group-by", options->group_by,
                  "jobDefinitionId: rows of each definition; none: of all of them together")
      ->check(CLI::IsMember({"jobDefinitionId", "none"}));
  verb.add_option("--limit", options->limit,
                  "Rows at most; absent: " + std::to_string(kStatisticsRowsMax))
      ->check(positive());
  verb.add_option("--after", options->after,
                  "Cursor of an earlier page; give it the same --from and --to");
  verb.callback([&session, options] {
    session.action = [&session, options] { return print_statistics(session, *options); };
  });
}

}  // namespace daybook::cli
