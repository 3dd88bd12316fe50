// What a component may ask for beyond what every program has, as far as the operator permits it:
// another user, places to write to. Private to components. Any thread.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "base/result.h"
#include "components/exec_spec.h"
#include "components/exec_user.h"

namespace daybook::components {

struct ExecPermissions {
  std::optional<ExecUser> user;                 // of programs that name none; absent: the server's
  std::vector<ExecUser> allowed_users;          // that a component may name besides
  std::vector<std::filesystem::path> writable;  // by every program
  std::vector<std::filesystem::path> allowed_writable;  // below which a component may name some
};

// kDenied NOT_PERMITTED, naming the member. By the spelling of paths; where they lead is looked at
// when a program starts.
void check_permitted(const ExecSpec& spec, const ExecPermissions& permissions, Faults& faults);

// Whom a program that is permitted runs as; nothing: as the server.
std::optional<ExecUser> user_of(const ExecSpec& spec, const ExecPermissions& permissions);

}  // namespace daybook::components
