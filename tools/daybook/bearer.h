// Which token a command sends, and where it is from.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/daybook/cli.h"

namespace daybook::cli {

struct Bearer {
  std::string token;  // empty: none is sent
  std::string from;   // "DAYBOOK_TOKEN", or a file
};

// That of --token-file, else of DAYBOOK_TOKEN, else the one that `daybook login` stored for the
// server. kInvalid "BAD_TOKEN", naming its place and never showing it, when what stands there is no
// token. DAYBOOK_TOKEN is also the name of an attempt's fencing token in the programs of exec
// components: one of that form counts as unset, for it is not the server's to have.
Result<Bearer> bearer_for(const Session& session, const std::string& server);
// The token in the text, without blanks and line ends around it.
Result<std::string> read_token(std::string_view text, std::string_view place);
Result<std::string> token_in_file(const Session& session, const std::string& file);

// What is wrong with a command line that has a token on it, where everybody who lists the machine's
// processes sees it; else nothing.
std::optional<std::string> token_on_the_line(const std::vector<std::string>& arguments);

}  // namespace daybook::cli
