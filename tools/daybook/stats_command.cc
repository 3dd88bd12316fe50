#include <charconv>
#include <cmath>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "base/limits/views.h"
#include "base/time_text.h"
#include "tools/daybook/commands.h"
#include "tools/daybook/exact_json.h"
#include "tools/daybook/json_text.h"
#include "tools/daybook/resource_list.h"

namespace daybook::cli {

namespace {

struct Options {
  std::string definition;
  std::string from;
  std::string to;
  std::string resolution;
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

// The answer is whole when it fits; else it is asked for page by page, up to what one answer with a
// definition may have.
Result<boost::json::array> fetch_rows(Client& client, const Options& options) {
  boost::json::array rows;
  std::string after;
  for (bool more = true; more && rows.size() < kStatisticsRowsMax;) {
    DAYBOOK_ASSIGN(boost::json::value page,
                   client.get(with_query("/resources/jobs/statistics",
                                         {{"jobDefinitionId", options.definition},
                                          {"from", options.from},
                                          {"to", options.to},
                                          {"resolution", options.resolution},
                                          {"limit", std::to_string(kStatisticsPageRows)},
                                          {"after", after}})));
    auto* got = page.is_object() ? page.get_object().if_contains("statistics") : nullptr;
    if (got == nullptr || !got->is_array()) {
      return fail(Code::kInternal, "BAD_ANSWER", "the statistics are not a list");
    }
    for (auto& row : got->get_array()) {
      rows.push_back(std::move(row));
    }
    more = cell(page, "atEnd") == "false";
    after = cell(page, "lastCursor");
  }
  return rows;
}

Status print_statistics(const Session& session, const Options& options) {
  DAYBOOK_ASSIGN(Client client, session.client());
  DAYBOOK_ASSIGN(boost::json::array rows, fetch_rows(client, options));
  if (session.wants_json()) {
    session.print_json(rows);
    return {};
  }
  round_times(rows);
  constexpr auto kRight = Table::Align::kRight;
  session.print_table(table_of(rows, {{{"BUCKET"}, "bucketTime"},
                                      {{"DEFINITION"}, "jobDefinitionId"},
                                      {{"SCHEDULED", kRight}, "scheduled"},
                                      {{"OK", kRight}, "successful"},
                                      {{"FAILED", kRight}, "failed"},
                                      {{"CANCELLED", kRight}, "cancelled"},
                                      {{"MIN MS", kRight}, "minExecution"},
                                      {{"AVG MS", kRight}, "avgExecution"},
                                      {{"P95 MS", kRight}, "p95Execution"},
                                      {{"MAX MS", kRight}, "maxExecution"},
                                      {{"DUE", kRight}, "cacheQueueDepth"},
                                      {{"PENDING", kRight}, "totalQueueDepth"}}));
  return {};
}

}  // namespace

void add_stats_command(CLI::App& root, Session& session) {
  auto options = std::make_shared<Options>();
  auto& verb =
      add_verb(root, "stats", "Statistics of jobs by definition and minute, hour or day",
               {"stats --definition nightly-report",
                "stats --from 2025-11-15T00:00Z --to 2025-11-16T00:00Z --resolution hour"});
  verb.add_option("--definition", options->definition, "Only this job definition");
  verb.add_option("--from", options->from, "A time, inclusive; absent: 24 hours ago");
  verb.add_option("--to", options->to, "A time, exclusive; absent: now");
  verb.add_option("--resolution", options->resolution, "Length of a bucket")
      ->check(CLI::IsMember({"minute", "hour", "day"}));
  verb.callback([&session, options] {
    session.action = [&session, options] { return print_statistics(session, *options); };
  });
}

}  // namespace daybook::cli
