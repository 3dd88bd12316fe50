// The commands about access tokens; commands.h says what all commands are, and
// docs/adr/0020-who-may.md what tokens are.
#pragma once

#include <string>
#include <vector>

#include "base/ids.h"

namespace daybook::scheduler {

// A token for somebody, who never may more than who makes it.
struct CreateToken {
  std::string token;  // its id
  std::string display_name;
  std::vector<std::string> permissions;
  Hash secret_hash{};
  Micros expires_at;  // in wall time; zero: never
};

struct RotateToken {
  std::string token;
  Hash secret_hash{};
};

struct RevokeToken {
  std::string token;
};

// Notes that the time of tokens is over: of as many as one command may.
struct ExpireTokens {};

}  // namespace daybook::scheduler
