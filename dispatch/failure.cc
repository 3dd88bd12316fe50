#include "dispatch/failure.h"

#include <string>
#include <string_view>
#include <utility>

#include "base/limits/resources.h"
#include "base/utf8.h"

namespace daybook::dispatch {
namespace {

// As it can be counted and asked for: letters, digits, '.', '_' and '-', and something at least.
std::string code_of(std::string_view text) {
  std::string out(text.substr(0, kIdBytesMax));
  for (char& c : out) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    c = plain || c == '.' || c == '_' || c == '-' ? c : '_';
  }
  return out.empty() ? "FAILED" : out;
}

}  // namespace

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
