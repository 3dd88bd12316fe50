// Why a request is refused, and the HTTP status that says so. All codes: docs/http-api.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.h"
#include "base/result.h"

namespace daybook::api {

struct Problem {
  int status = 500;
  std::vector<Error> errors;  // at least one; code 422 may name several fields
  // Of each error, a JSON object that says more than its field; none, or empty, where none does.
  std::vector<std::string> details;
  std::string allow;      // of a 405: the methods that would do
  int retry_after_s = 0;  // of a 429 or 503

  // By the error's code.
  Problem(Error error);  // NOLINT(google-explicit-constructor): an Error is a Problem
  // A status that no code stands for, e.g. 431.
  Problem(int status_in, std::string_view reason, std::string_view message);
  // Faults of several fields; not empty.
  explicit Problem(std::vector<Error> errors_in, std::vector<std::string> details_in = {});
};

template <typename T>
using Answer = tl::expected<T, Problem>;

inline tl::unexpected<Problem> refuse(Problem problem) {
  return tl::unexpected<Problem>(std::move(problem));
}
inline tl::unexpected<Problem> refuse(Code code, std::string_view reason, std::string_view message,
                                      std::string_view field = {}) {
  return tl::unexpected<Problem>(Problem(make_error(code, reason, message, field)));
}

// 400 … 507, after base/error.h.
int status_of(Code code);
// "Not Found", …: the reason phrase of a status.
std::string_view status_text(int status);
// "details" of the error, as problems and items of workers show them: "field", and of FORBIDDEN the
// "permission" that its message names.
void write_details(JsonWriter& json, const Error& error);
// The body: {"type","title","status","detail","requestId","errors":[{"code","message","details"}]}.
std::string problem_json(const Problem& problem, std::string_view request_id);

}  // namespace daybook::api
