#include "access/rights.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/limits/access.h"

namespace daybook::access {
namespace {

tl::unexpected<Error> refuse_many(const std::string& what, std::string_view field) {
  return fail(Code::kTooLarge, "TOO_MANY_PERMISSIONS", "a token has at most " + what, field);
}

Status check_amount(std::span<const std::string_view> texts, std::string_view field) {
  if (texts.empty()) {
    return fail(Code::kInvalid, "NO_PERMISSIONS", "a token has at least one permission", field);
  }
  if (texts.size() > kTokenPermissionsMax) {
    return refuse_many(std::to_string(kTokenPermissionsMax) + " permissions", field);
  }
  std::size_t bytes = 0;
  for (const std::string_view text : texts) {
    bytes += text.size();
  }
  if (bytes > kTokenPermissionsBytesMax) {
    return refuse_many(
        std::to_string(kTokenPermissionsBytesMax) + " bytes of permissions, all together", field);
  }
  return {};
}

}  // namespace

const Rights& Rights::all() {
  static const Rights kAll = [] {
    Rights out;
    out.permissions_.emplace_back();
    return out;
  }();
  return kAll;
}

Result<Rights> Rights::parse(std::span<const std::string_view> texts, std::string_view field) {
  DAYBOOK_TRY(check_amount(texts, field));
  Rights out;
  out.permissions_.reserve(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::string place = std::string(field) + "[" + std::to_string(i) + "]";
    DAYBOOK_ASSIGN(Permission permission, Permission::parse(texts[i], place));
    const auto& before = out.permissions_;
    if (std::find(before.begin(), before.end(), permission) != before.end()) {
      return fail(Code::kInvalid, "REPEATED_PERMISSION",
                  "'" + permission.text() + "' stands there twice", place);
    }
    out.permissions_.push_back(std::move(permission));
  }
  return out;
}

bool Rights::allows(Noun noun, std::string_view id, Verb verb) const {
  return std::any_of(permissions_.begin(), permissions_.end(),
                     [&](const Permission& held) { return held.covers(noun, id, verb); });
}

bool Rights::allows_some(Noun noun, Verb verb) const {
  return std::any_of(permissions_.begin(), permissions_.end(), [&](const Permission& held) {
    return (!held.noun || *held.noun == noun) && (!held.verb || *held.verb == verb);
  });
}

bool Rights::is_all() const {
  return std::any_of(permissions_.begin(), permissions_.end(),
                     [](const Permission& held) { return !held.noun && !held.verb; });
}

bool Rights::contain(const Rights& others) const {
  return first_lacking(others) == nullptr;
}

std::string Rights::lacking(const Rights& others) const {
  const Permission* lacked = first_lacking(others);
  return lacked == nullptr ? "" : lacked->text();
}

const Permission* Rights::first_lacking(const Rights& others) const {
  const auto covered = [&](const Permission& other) {
    return std::any_of(permissions_.begin(), permissions_.end(),
                       [&](const Permission& held) { return held.covers(other); });
  };
  const auto found =
      std::find_if_not(others.permissions_.begin(), others.permissions_.end(), covered);
  return found == others.permissions_.end() ? nullptr : &*found;
}

std::vector<std::string> Rights::ids(Noun noun, Verb verb) const {
  std::vector<std::string> named;
  for (const Permission& held : permissions_) {
    if ((!held.noun || *held.noun == noun) && (!held.verb || *held.verb == verb)) {
      if (held.id.empty()) {
        return {};
      }
      named.push_back(held.id);
    }
  }
  std::sort(named.begin(), named.end());
  named.erase(std::unique(named.begin(), named.end()), named.end());
  std::vector<std::string> out;
  // No two different ids cover each other, so of each chain the widest stays.
  std::copy_if(named.begin(), named.end(), std::back_inserter(out), [&](const std::string& id) {
    return std::none_of(named.begin(), named.end(), [&](const std::string& other) {
      return other != id && id_covers(other, id);
    });
  });
  return out;
}

bool id_covers(std::string_view held, std::string_view asked) {
  if (held.empty()) {
    return true;
  }
  if (held.ends_with('*')) {
    return asked.starts_with(held.substr(0, held.size() - 1));
  }
  // Also of "a/*": all that begins so is below "a". "a*" is not, for it is "ab" too.
  return asked.starts_with(held) && (asked.size() == held.size() || asked[held.size()] == '/');
}

}  // namespace daybook::access
