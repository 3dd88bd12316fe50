#include <ostream>

#include "access/token_text.h"
#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "base/time_text.h"
#include "tools/daybook/commands.h"
#include "tools/daybook/credentials.h"
#include "tools/daybook/json_text.h"
#include "tools/daybook/named_resource.h"
#include "tools/daybook/spec_input.h"

namespace daybook::cli {

namespace {

const NamedResource kToken = {.noun = "token",
                              .thing = "token",
                              .path = "/resources/tokens",
                              .collection = "tokens",
                              .example = "ci",
                              .deleted = "",
                              .columns = {{{"TOKEN"}, "tokenId"},
                                          {text_column("NAME", 8, 2), "displayName"},
                                          {text_column("PERMISSIONS", 20), "permissions", true},
                                          {time_column("EXPIRES"), "expiresAt"},
                                          {text_column("CREATED BY", 8, 1), "createdBy"}}};

struct TokenCreate {
  std::string id;
  std::vector<std::string> permissions;
  std::string display_name;
  std::string expires;
};

// A duration counts from the moment at which the server makes the token; a date is its first one.
Status set_end(boost::json::object& body, const std::string& expires) {
  if (expires.empty()) {
    return {};
  }
  if (parse_duration(expires, "--expires")) {
    body["expiresIn"] = expires;
    return {};
  }
  constexpr std::size_t kDateSize = std::string_view("2027-01-01").size();
  const std::string time = expires.size() == kDateSize ? expires + "T00:00Z" : expires;
  const auto end = parse_time(time, "--expires");
  if (!end) {
    return fail(Code::kInvalid, "BAD_TIME",
                "'" + expires +
                    "' is no duration like 90d, no date like 2027-01-01 and no time like "
                    "2027-01-01T12:00Z",
                "--expires");
  }
  body["expiresAt"] = format_time(*end);
  return {};
}

// The token is all that is printed, so that a script can take it; what a person has to know beside
// it goes the other way.
void print_made(const Session& session, const boost::json::value& answer) {
  if (session.output == "json") {
    session.print_json(answer);
    return;
  }
  session.env.out << cell(answer, "token") << std::endl;
  if (session.env.out_is_terminal) {
    session.env.err << "this is token '" << one_line(cell(answer, "tokenId"))
                    << "', shown this once: DAYBOOK_TOKEN, a file for --token-file or `daybook "
                       "login` takes it\n";
  }
}

Status create_token(const Session& session, const TokenCreate& create) {
  boost::json::object body;
  set_text(body, "tokenId", create.id);
  set_text(body, "displayName", create.display_name);
  body["permissions"] = boost::json::value_from(create.permissions);
  DAYBOOK_TRY(set_end(body, create.expires));
  DAYBOOK_ASSIGN(Client client, session.client());
  DAYBOOK_ASSIGN(const boost::json::value answer,
                 client.request("POST", kToken.path, std::move(body)));
  print_made(session, answer);
  return {};
}

// Whoever rotates what he is logged in with stays so.
Status renew_login(const Session& session, const std::string& id, const std::string& token) {
  const std::filesystem::path path = credentials_path(session.env);
  const auto stored = stored_token(path, session.address());
  if (!stored || !*stored) {
    return {};
  }
  const auto before = access::parse_token(**stored);
  if (!before || before->id != id || token.empty()) {
    return {};
  }
  DAYBOOK_TRY(store_token(path, session.address(), token));
  session.env.err << "stored in " << path.string() << " too, in place of the one before\n";
  return {};
}

Status rotate_token(const Session& session, const std::string& id) {
  DAYBOOK_ASSIGN(Client client, session.client());
  DAYBOOK_ASSIGN(const boost::json::value answer,
                 client.request("POST", kToken.target_of(id) + "/rotate"));
  print_made(session, answer);
  return renew_login(session, id, cell(answer, "token"));
}

Status revoke_token(const Session& session, const std::string& id) {
  DAYBOOK_TRY(confirm(session, "Revoke token " + id +
                                   "? It is worth nothing any more, and what it scheduled fails."));
  DAYBOOK_ASSIGN(Client client, session.client());
  DAYBOOK_ASSIGN(const boost::json::value answer, client.request("DELETE", kToken.target_of(id)));
  if (session.wants_json()) {
    session.print_json(answer);
  } else {
    session.env.out << "revoked token " << id << '\n';
  }
  return {};
}

void add_create(CLI::App& noun, Session& session) {
  auto create = std::make_shared<TokenCreate>();
  auto& verb = add_verb(
      noun, "create", "Make a token, and print it this once",
      {"token create ci --permission job-definitions:write --permission jobs:write",
       "token create resizer --permission workers/resize:lease --expires 90d --display-name "
       "'Resizer on host 7'",
       "token create auditor --permission '*:read' --expires 2027-01-01"});
  verb.add_option("id", create->id, "Its id, the actor of what it does; absent: a made-up one");
  verb.add_option("--permission", create->permissions,
                  "NOUN:VERB or NOUN/ID:VERB, as docs/access.md lists them; repeatable")
      ->allow_extra_args(false)
      ->required();
  verb.add_option("--display-name", create->display_name, "Name for people");
  verb.add_option("--expires", create->expires,
                  "A duration from now, a date (its begin, UTC) or a time; absent: never");
  verb.callback([&session, create] {
    session.action = [&session, create] { return create_token(session, *create); };
  });
}

void add_with_id(CLI::App& noun, Session& session, const std::string& name, const std::string& what,
                 Status (*act)(const Session&, const std::string&)) {
  auto id = std::make_shared<std::string>();
  auto& verb = add_verb(noun, name, what, {"token " + name + " " + kToken.example});
  verb.add_option("id", *id, "The token's id")->required();
  verb.callback(
      [&session, id, act] { session.action = [&session, id, act] { return act(session, *id); }; });
}

void add_whoami(CLI::App& noun, Session& session) {
  auto& verb = add_verb(noun, "whoami", "Show the token that is sent, and what it permits",
                        {"token whoami", "token whoami --token-file ci.token"});
  verb.callback([&session] {
    session.action = [&session] { return print_resource(session, kToken.path + "/self"); };
  });
}

}  // namespace

void add_token_commands(CLI::App& root, Session& session) {
  auto& noun = add_noun(root, "token", "Tokens: who may connect, and what he may do");
  add_create(noun, session);
  add_list_verb(noun, session, kToken);
  add_get_verb(noun, session, kToken);
  add_with_id(noun, session, "rotate",
              "Give a token another secret, and print it this once; the one before is over",
              rotate_token);
  add_with_id(noun, session, "revoke",
              "End a token for good; what it scheduled fails when it comes due", revoke_token);
  add_whoami(noun, session);
}

}  // namespace daybook::cli
