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
  struct Move {
    std::string advance;
    std::string to;
    std::vector<std::string> words;
  };
  auto move = std::make_shared<Move>();
  auto& verb = add_verb(root, "clock", "Show or move the clock of a server started with --clock",
                        {"clock", "clock advance 1d", "clock to 2025-11-16T02:00:00Z"});
  auto* by = verb.add_option("--advance", move->advance, "Move it forward by so much");
  auto* to = verb.add_option("--to", move->to, "Move it forward to that time")->excludes(by);
  verb.add_option("how", move->words, "advance DURATION, or to TIME: the same in words")
      ->expected(2)
      ->excludes(by)
      ->excludes(to);
  verb.callback([&session, move] {
    session.action = [&session, move]() -> Status {
      if (move->words.empty()) {
        return move_clock(session, move->advance, move->to);
      }
      if (move->words[0] == "advance") {
        return move_clock(session, move->words[1], {});
      }
      if (move->words[0] == "to") {
        return move_clock(session, {}, move->words[1]);
      }
      return fail(Code::kMalformed, "BAD_ARGUMENT", "write: clock advance 1d, or: clock to TIME");
    };
  });
}

}  // namespace daybook::cli
