#include "api/admission.h"

#include "access/token_text.h"

#include "api/gate.h"
#include "api/router.h"
#include "base/ascii.h"
#include "base/json_text.h"

namespace daybook::api {
namespace {

// Who shows a wrong token again and again is told to wait. Right ones are never locked out: others
// may come from the same address.
Problem unknown_caller(Call& call) {
  Context& context = *call.context;
  context.metrics.unauthorized.fetch_add(1, std::memory_order_relaxed);
  const Duration wait = context.logins.failed(call.peer, context.engine.clock.steady());
  if (wait.value == 0) {
    return Problem(make_error(Code::kUnauthorized, "UNAUTHORIZED", "a valid token is needed",
                              "Authorization"));
  }
  Error error = make_error(Code::kExhausted, "TOO_MANY_FAILED_LOGINS",
                           "too many tokens from this address were not valid; wait a while");
  error.retry_after_us = wait.value;
  return Problem(std::move(error));
}

Answer<Caller> identify(Call& call) {
  const Engine& engine = call.engine();
  if (engine.tokens == nullptr) {
    return Caller::local();
  }
  const auto table = engine.tokens->table();
  const access::TableEntry* entry =
      table->authenticate(bearer_of(call.request.head), engine.clock.wall());
  if (entry == nullptr) {
    return refuse(unknown_caller(call));
  }
  return Caller{entry->id, entry->rights, entry->secret_hash};
}

bool permits(const access::Rights& rights, const Needs& needs, std::string_view id) {
  switch (needs.of) {
    case Needs::Of::kAll:
      return rights.allows(needs.noun, {}, needs.verb);
    case Needs::Of::kNamed:
      return rights.allows(needs.noun, id, needs.verb);
    case Needs::Of::kSome:
      return rights.allows_some(needs.noun, needs.verb);
    default:
      return true;
  }
}

Problem forbidden(const Needs& needs, std::string_view id) {
  const bool some = needs.of == Needs::Of::kSome;
  const std::string permission =
      access::permission_text(needs.noun, needs.of == Needs::Of::kNamed ? id : "", needs.verb);
  return missing_permission(permission,
                            some ? permission + ", for all or for some id" : permission);
}

}  // namespace

Problem missing_permission(const std::string& permission, const std::string& told) {
  Problem out(make_error(Code::kDenied, "FORBIDDEN", "the token lacks the permission " + told));
  std::string details = "{\"permission\":";
  append_json_string(details, permission);
  out.details.push_back(details + "}");
  return out;
}

Answer<bool> check_permission(const Call& call, access::Noun noun, std::string_view id,
                              access::Verb verb) {
  if (call.caller.rights->allows(noun, id, verb)) {
    return true;
  }
  const std::string permission = access::permission_text(noun, id, verb);
  return refuse(missing_permission(permission, permission));
}

Answer<bool> check_job_write(const Call& call, JobId job, std::string_view definition) {
  const access::Rights& rights = *call.caller.rights;
  if (!rights.allows(access::Noun::kJobs, definition, access::Verb::kWrite) &&
      !may_read(call, access::Noun::kJobs, definition)) {
    return refuse(Code::kNotFound, "NOT_FOUND", "there is no job " + job.text());
  }
  return check_permission(call, access::Noun::kJobs, definition, access::Verb::kWrite);
}

std::string_view bearer_of(const Head& head) {
  constexpr std::string_view kScheme = "Bearer ";
  std::string_view value = head.find("Authorization");
  if (!same_word(value.substr(0, kScheme.size()), kScheme)) {
    return {};
  }
  value.remove_prefix(kScheme.size());
  const auto begin = value.find_first_not_of(' ');
  return begin == std::string_view::npos ? std::string_view() : value.substr(begin);
}

Answer<bool> check_no_token(const Head& head) {
  std::string query;
  const bool escaped = head.query.find('%') != std::string_view::npos &&
                       percent_decode(head.query, true, query) && access::holds_token(query);
  if (escaped || access::holds_token(head.target) || access::holds_token(head.path)) {
    return refuse(Code::kMalformed, "TOKEN_IN_URL",
                  "a token belongs into the header Authorization; this one is known to others now: "
                  "rotate it");
  }
  return true;
}

Answer<bool> admit(Call& call, const Route& route) {
  if (route.needs.of == Needs::Of::kNothing) {
    return true;
  }
  DAYBOOK_ASSIGN(call.caller, identify(call));
  // A worker's token may be stolen; its certificate stays where its key is.
  if (route.needs.noun == access::Noun::kWorkers && route.needs.verb == access::Verb::kLease &&
      !call.context->options.tls.client_ca.empty() && !call.certified) {
    return refuse(Code::kDenied, "CERTIFICATE_NEEDED",
                  "this server leases jobs to those only who show a certificate that it believes");
  }
  if (permits(*call.caller.rights, route.needs, call.id)) {
    return true;
  }
  return refuse(forbidden(route.needs, call.id));
}

}  // namespace daybook::api
