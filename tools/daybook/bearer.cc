#include "tools/daybook/bearer.h"

#include <algorithm>

#include "access/token_text.h"

#include "scheduler/commands.h"
#include "tools/daybook/credentials.h"
#include "tools/daybook/spec_input.h"

namespace daybook::cli {
namespace {

constexpr std::size_t kTokenFileBytesMax = 4096;
constexpr std::string_view kAroundToken = " \t\r\n";
constexpr const char* kTokenVariable = "DAYBOOK_TOKEN";

}  // namespace

Result<std::string> read_token(std::string_view text, std::string_view place) {
  const std::size_t first = std::min(text.find_first_not_of(kAroundToken), text.size());
  text.remove_prefix(first);
  text = text.substr(0, text.find_last_not_of(kAroundToken) + 1);
  if (!access::parse_token(text)) {
    return fail(Code::kInvalid, "BAD_TOKEN", "is not a token, which is db_, an id, _ and a secret",
                place);
  }
  return std::string(text);
}

Result<std::string> token_in_file(const Session& session, const std::string& file) {
  DAYBOOK_ASSIGN(const std::string text, read_input(session.env, file, kTokenFileBytesMax));
  return read_token(text, file);
}

Result<Bearer> bearer_for(const Session& session, const std::string& server) {
  Bearer out;
  if (!session.token_file.empty()) {
    out.from = session.token_file;
    DAYBOOK_ASSIGN(out.token, token_in_file(session, session.token_file));
    return out;
  }
  const auto variable = session.env.variable(kTokenVariable);
  if (variable && !scheduler::Token::parse(*variable, kTokenVariable)) {
    out.from = kTokenVariable;
    DAYBOOK_ASSIGN(out.token, read_token(*variable, kTokenVariable));
    return out;
  }
  const std::filesystem::path path = credentials_path(session.env);
  DAYBOOK_ASSIGN(const auto stored, stored_token(path, server));
  if (stored) {
    out = {*stored, path.string()};
  }
  return out;
}

std::optional<std::string> token_on_the_line(const std::vector<std::string>& arguments) {
  const auto end = std::find(arguments.begin(), arguments.end(), "--");
  const bool is_flag = std::any_of(arguments.begin(), end, [](const std::string& word) {
    return word == "--token" || word.starts_with("--token=");
  });
  if (!is_flag && std::none_of(arguments.begin(), arguments.end(), access::holds_token)) {
    return std::nullopt;
  }
  return "a token on the command line can be read by every user and program of this machine: "
         "give it by DAYBOOK_TOKEN, by --token-file FILE, or once to `daybook login`";
}

}  // namespace daybook::cli
