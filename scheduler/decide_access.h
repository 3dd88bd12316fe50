// Whether somebody may do something, as decide_*.cc ask it; private to this folder.
#pragma once

#include <string_view>

#include "access/permission.h"

#include "scheduler/decide.h"

namespace daybook::scheduler {

// Whether who asks may do that; kDenied "FORBIDDEN" names the permission.
Status check_may(const Context& context, access::Noun noun, std::string_view id, access::Verb verb);

// Whether who asks may write jobs of that definition. Who may not even read them is told that there
// is none.
Status check_may_write(const Context& context, JobId job, std::string_view definition);

// In whose name effects are done.
struct Owner {
  std::string_view name;                   // "": who may everything
  const access::Rights* rights = nullptr;  // null: its token is gone
  bool asks = false;                       // it is who asks
};
Owner owner_named(const Context& context, std::string_view name);
Owner owner_of_actor(const Context& context);
// Whether the owner may do that; kDenied "OWNER_GONE" or "FORBIDDEN", which name the owner.
Status check_owner(const Owner& owner, access::Noun noun, std::string_view id);

}  // namespace daybook::scheduler
