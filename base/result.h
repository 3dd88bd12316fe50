// Result<T>: a value or an Error. Errors are values between folders; exceptions stay inside one.
#pragma once

#include <string_view>
#include <utility>

#include <tl/expected.hpp>

#include "base/error.h"

namespace daybook {

template <typename T>
using Result = tl::expected<T, Error>;

using Status = Result<void>;

// fail(Code::kInvalid, "BAD_ID", "…", "field"): returns from any function whose result is a Result.
inline tl::unexpected<Error> fail(Code code, std::string_view reason, std::string_view message,
                                  std::string_view field = {}) {
  return tl::unexpected<Error>(make_error(code, reason, message, field));
}

inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace daybook

#define DAYBOOK_CONCAT_INNER(a, b) a##b
#define DAYBOOK_CONCAT(a, b) DAYBOOK_CONCAT_INNER(a, b)

// DAYBOOK_TRY(status_expression): returns the error to the caller.
#define DAYBOOK_TRY(expr)                                           \
  do {                                                              \
    if (auto daybook_try_result = (expr); !daybook_try_result) {    \
      return tl::unexpected(std::move(daybook_try_result).error()); \
    }                                                               \
  } while (false)

// DAYBOOK_ASSIGN(auto x, expression): x takes the value, or the error goes to the caller.
#define DAYBOOK_ASSIGN(lhs, expr) \
  DAYBOOK_ASSIGN_INNER(DAYBOOK_CONCAT(daybook_result_, __LINE__), lhs, expr)
#define DAYBOOK_ASSIGN_INNER(result, lhs, expr)       \
  auto result = (expr);                               \
  if (!result) {                                      \
    return tl::unexpected(std::move(result).error()); \
  }                                                   \
  lhs = std::move(*result)
