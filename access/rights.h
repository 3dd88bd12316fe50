// All that one token permits. Immutable once made; any thread may ask.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "access/permission.h"

namespace daybook::access {

class Rights {
 public:
  // Nothing.
  Rights() = default;
  // Everything: of who is not asked for a token.
  static const Rights& all();
  // kInvalid "BAD_PERMISSION" naming `field[i]`, "REPEATED_PERMISSION", "NO_PERMISSIONS";
  // kTooLarge "TOO_MANY_PERMISSIONS" over kTokenPermissionsMax or kTokenPermissionsBytesMax.
  static Result<Rights> parse(std::span<const std::string_view> texts, std::string_view field);

  // An empty id: on all of the noun. Under a microsecond (bench/access_bench.cc).
  bool allows(Noun noun, std::string_view id, Verb verb) const;
  // On anything of the noun.
  bool allows_some(Noun noun, Verb verb) const;
  bool is_all() const;
  // Whether each of the others' permissions is covered by one of these. So "jobs:*" is not
  // contained in "jobs:read" and "jobs:write": it has what verbs there will be.
  bool contain(const Rights& others) const;
  // The first of the others' permissions that these lack, as text; empty: they contain them.
  std::string lacking(const Rights& others) const;
  // The ids that the verb is permitted on, where it is not permitted on all (then none, as when it
  // is permitted on nothing: ask allows() first): each once, sorted, with the '*' of a prefix; one
  // that another covers is left out.
  std::vector<std::string> ids(Noun noun, Verb verb) const;
  const std::vector<Permission>& permissions() const { return permissions_; }

 private:
  const Permission* first_lacking(const Rights& others) const;

  std::vector<Permission> permissions_;
};

// Whether an id that a permission names covers another: itself, what is below it at a '/', or, when
// it ends in '*', all that begin so. An empty one covers all, and only that one covers an empty
// one. What is asked may end in '*' too: then all that begin so must be covered.
bool id_covers(std::string_view held, std::string_view asked);

}  // namespace daybook::access
