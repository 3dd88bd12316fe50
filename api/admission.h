// Lets a request in or not: whose token it shows, and whether that permits what its route needs.
#pragma once

#include "api/call.h"
#include "api/problem.h"

namespace daybook::api {

// The token of "Authorization: Bearer <token>", borrowed; "" when there is none.
std::string_view bearer_of(const Head& head);

// 400 TOKEN_IN_URL, also where it is percent-encoded: addresses are kept by browsers, proxies and
// logs.
Answer<bool> check_no_token(const Head& head);

// Sets call.caller. Refuses with 401 UNAUTHORIZED who shows no live token, all alike; with 429
// TOO_MANY_FAILED_LOGINS once as many came from that address as may; with 403 FORBIDDEN, which
// names the permission, who may not do what the route does. An open server asks nobody.
Answer<bool> admit(Call& call, const Route& route);

// 403 FORBIDDEN with the permission in its details; `told`: how the message names it.
Problem missing_permission(const std::string& permission, const std::string& told);
// The same for what a handler finds missing.
Answer<bool> check_permission(const Call& call, access::Noun noun, std::string_view id,
                              access::Verb verb);
// Whether the caller may change that job, as decide asks it of one that has not ended: 404, as if
// there were none, for who may not even read it, 403 for who may.
Answer<bool> check_job_write(const Call& call, JobId job, std::string_view definition);

}  // namespace daybook::api
