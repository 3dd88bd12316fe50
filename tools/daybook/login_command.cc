#include <ostream>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "tools/daybook/bearer.h"
#include "tools/daybook/commands.h"
#include "tools/daybook/credentials.h"
#include "tools/daybook/hidden_line.h"
#include "tools/daybook/json_text.h"

namespace daybook::cli {

namespace {

Result<std::string> typed_token(const Session& session) {
  if (!session.token_file.empty()) {
    return token_in_file(session, session.token_file);
  }
  DAYBOOK_ASSIGN(const std::string line,
                 read_hidden_line(session.env, "Token of " + session.address() + ": "));
  return read_token(line, "the token");
}

// What the server says of it: a token that it does not know is not stored.
Result<boost::json::value> checked_at_server(const Session& session, const std::string& token) {
  ClientOptions options;
  options.server = session.address();
  options.token = token;
  options.token_from = "this login";
  options.ca_file = session.ca_file.empty() ? session.env.variable("DAYBOOK_CA_FILE").value_or("")
                                            : session.ca_file;
  DAYBOOK_ASSIGN(Client client, Client::connect_to(std::move(options)));
  return client.get("/resources/tokens/self");
}

Status login(const Session& session) {
  DAYBOOK_ASSIGN(const std::string token, typed_token(session));
  DAYBOOK_ASSIGN(const boost::json::value self, checked_at_server(session, token));
  if (cell(self, "access") == "open") {
    return fail(Code::kConflict, "ACCESS_OPEN",
                session.address() + " asks nobody for a token; nothing was stored");
  }
  const std::filesystem::path path = credentials_path(session.env);
  DAYBOOK_TRY(store_token(path, session.address(), token));
  if (session.wants_json()) {
    session.print_json(self);
  } else {
    session.env.out << "logged in at " << session.address() << " as "
                    << one_line(cell(self, "actor")) << '\n';
  }
  if (const auto bearer = bearer_for(session, session.address());
      bearer && bearer->token != token) {
    session.env.err << "warning: the token of " << bearer->from << " goes before this one\n";
  }
  return {};
}

Status logout(const Session& session) {
  DAYBOOK_ASSIGN(const bool was_there,
                 forget_token(credentials_path(session.env), session.address()));
  session.env.out << (was_there ? "logged out at " : "nobody was logged in at ")
                  << session.address() << '\n';
  return {};
}

}  // namespace

void add_login_commands(CLI::App& root, Session& session) {
  auto& in = add_verb(root, "login", "Keep a token for a server: the next commands send it",
                      {"login", "login --server https://daybook.example.org",
                       "login --token-file /var/lib/daybook/owner-token"});
  in.callback([&session] { session.action = [&session] { return login(session); }; });
  auto& out =
      add_verb(root, "logout", "Forget the token of a server; `token revoke` ends it everywhere",
               {"logout", "logout --server https://daybook.example.org"});
  out.callback([&session] { session.action = [&session] { return logout(session); }; });
}

}  // namespace daybook::cli
