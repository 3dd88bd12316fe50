// A live access token as the decision state has it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "access/rights.h"

#include "base/ids.h"

namespace daybook::scheduler {

struct AccessToken {
  std::string id;
  std::string display_name;
  std::vector<std::string> permissions;  // as they were given
  Hash secret_hash{};
  Micros expires_at;  // in wall time; zero: never
  std::shared_ptr<const access::Rights> rights{};

  bool is_over(Micros wall) const { return expires_at.value != 0 && wall >= expires_at; }
};

// What they permit; those that this version does not know permit nothing.
std::shared_ptr<const access::Rights> rights_in(const std::vector<std::string>& permissions);

// Actors who may everything, and are never asked for a token: whoever sits at an open server, and
// the server itself. The owner of what they schedule is written "".
inline bool is_open_actor(std::string_view actor) {
  return actor.empty() || actor == "system" || actor == "local";
}

}  // namespace daybook::scheduler
