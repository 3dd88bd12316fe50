#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "tools/daybook/commands.h"
#include "tools/daybook/resource_list.h"

namespace daybook::cli {

namespace {

Status move_clock(const Session& session, const std::string& advance, const std::string& to) {
  if (advance.empty() && to.empty()) {
    return print_resource(session, "/resources/clock");
  }
  DAYBOOK_ASSIGN(Client client, session.client());
  boost::json::object body;
  if (!advance.empty()) {
    body["advance"] = advance;
  }
  if (!to.empty()) {
    body["to"] = to;
  }
  DAYBOOK_ASSIGN(const boost::json::value answer,
                 client.request("POST", "/resources/clock", std::move(body)));
  print_members(session, answer);
  return {};
}

}  // namespace

void add_clock_command(CLI::App& root, Session& session) {
  auto advance = std::make_shared<std::string>();
  auto to = std::make_shared<std::string>();
  auto& verb = add_verb(root, "clock", "Show or move the clock of a server started with --clock",
                        {"clock", "clock --advance 1d", "clock --to 2025-11-16T02:00:00Z"});
  auto* by = verb.add_option("--advance", *advance, "Move it forward by so much");
  verb.add_option("--to", *to, "Move it forward to that time")->excludes(by);
  verb.callback([&session, advance, to] {
    session.action = [&session, advance, to] { return move_clock(session, *advance, *to); };
  });
}

}  // namespace daybook::cli
