#include "scheduler/decide_access.h"

#include <string>

#include "scheduler/state_parts.h"

namespace daybook::scheduler {
namespace {

Error forbidden(access::Noun noun, std::string_view id, access::Verb verb) {
  return make_error(Code::kDenied, "FORBIDDEN",
                    "the token lacks the permission " + access::permission_text(noun, id, verb));
}

}  // namespace

Status check_may(const Context& context, access::Noun noun, std::string_view id,
                 access::Verb verb) {
  return context.rights->allows(noun, id, verb) ? Status{} : fail(forbidden(noun, id, verb));
}

Status check_may_write(const Context& context, JobId job, std::string_view definition) {
  if (!context.rights->allows(access::Noun::kJobs, definition, access::Verb::kWrite) &&
      !context.rights->allows(access::Noun::kJobs, definition, access::Verb::kRead)) {
    return fail(Code::kNotFound, "NOT_FOUND", "there is no job " + job.text());
  }
  return check_may(context, access::Noun::kJobs, definition, access::Verb::kWrite);
}

Owner owner_named(const Context& context, std::string_view name) {
  if (is_open_actor(name)) {
    return {"", &access::Rights::all()};
  }
  return {name, context.state.rights_of(name, context.now)};
}

Owner owner_of_actor(const Context& context) {
  return {is_open_actor(context.actor) ? std::string_view() : context.actor, context.rights, true};
}

Status check_owner(const Owner& owner, access::Noun noun, std::string_view id) {
  if (owner.rights == nullptr) {
    return fail(Code::kDenied, "OWNER_GONE",
                "the token " + std::string(owner.name) +
                    ", in whose name this is done, was revoked or has expired");
  }
  if (owner.rights->allows(noun, id, access::Verb::kWrite)) {
    return {};
  }
  if (owner.asks) {
    return fail(forbidden(noun, id, access::Verb::kWrite));
  }
  return fail(Code::kDenied, "FORBIDDEN",
              "the token " + std::string(owner.name) +
                  ", in whose name this is done, lacks the permission " +
                  access::permission_text(noun, id, access::Verb::kWrite));
}

}  // namespace daybook::scheduler
