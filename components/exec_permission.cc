#include "components/exec_permission.h"

#include <algorithm>
#include <string>

#include "components/json_reader.h"
#include "components/sandbox_rules.h"

namespace daybook::components {
namespace {

const ExecUser* find_user(const std::string& name, const ExecPermissions& permissions) {
  if (permissions.user && permissions.user->name == name) {
    return &*permissions.user;
  }
  const auto found =
      std::find_if(permissions.allowed_users.begin(), permissions.allowed_users.end(),
                   [&](const ExecUser& user) { return user.name == name; });
  return found == permissions.allowed_users.end() ? nullptr : &*found;
}

bool is_below(const std::filesystem::path& path, const std::vector<std::filesystem::path>& places) {
  return std::any_of(places.begin(), places.end(),
                     [&](const auto& place) { return is_within(path, place); });
}

}  // namespace

void check_permitted(const ExecSpec& spec, const ExecPermissions& permissions, Faults& faults) {
  const auto deny = [&](std::string_view why, std::string_view field) {
    faults.add(make_error(Code::kDenied, "NOT_PERMITTED", why, field));
  };
  if (!spec.user.empty() && find_user(spec.user, permissions) == nullptr) {
    deny(
        "This server does not run programs as '" + spec.user + "' (its setting exec-allowed-user).",
        "user");
  }
  for (std::size_t i = 0; i < spec.writable.size(); ++i) {
    if (!is_below(spec.writable[i], permissions.writable) &&
        !is_below(spec.writable[i], permissions.allowed_writable)) {
      deny("This server does not let programs write there (its setting exec-allowed-writable).",
           "writable[" + std::to_string(i) + "]");
    }
  }
}

std::optional<ExecUser> user_of(const ExecSpec& spec, const ExecPermissions& permissions) {
  const ExecUser* named = spec.user.empty() ? nullptr : find_user(spec.user, permissions);
  return named != nullptr ? std::optional(*named) : permissions.user;
}

}  // namespace daybook::components
