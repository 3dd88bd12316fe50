#include "dispatch/failure.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/limits/resources.h"
#include "base/utf8.h"

namespace daybook::dispatch {
namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

// As it can be counted and asked for, and something at least.
std::string code_of(std::string_view text) {
  std::string out(text.substr(0, kIdBytesMax));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return !is_plain(c); }, '_');
  return out.empty() ? "FAILED" : out;
}

}  // namespace

bool is_error_code(std::string_view text) {
  return !text.empty() && text.size() <= kIdBytesMax &&
         std::all_of(text.begin(), text.end(), is_plain);
}

scheduler::Failed failed_of(components::Failure failure) {
  scheduler::Failed out;
  out.code = code_of(failure.code);
  out.message = printable(failure.message, kErrorMessageBytesMax);
  // Half a JSON document is none.
  out.details = failure.details.size() <= kErrorDetailsBytesMax
                    ? std::move(failure.details)
                    : "{\"omittedBytes\":" + std::to_string(failure.details.size()) + "}";
  out.retryable = failure.retryable;
  return out;
}

}  // namespace daybook::dispatch
