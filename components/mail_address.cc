#include "components/mail_address.h"

#include <algorithm>

#include "base/limits/sendings.h"

namespace daybook::components {
namespace {

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// RFC 5322 atext and dots.
bool is_local(char c) {
  return is_alphanumeric(c) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~.").find(c) != std::string_view::npos;
}

bool is_domain(char c) {
  return is_alphanumeric(c) || c == '-' || c == '.';
}

// Parts between dots are not empty.
bool is_dotted(std::string_view text) {
  return !text.empty() && text.front() != '.' && text.back() != '.' &&
         text.find("..") == std::string_view::npos;
}

}  // namespace

Status check_mail_address(std::string_view address, std::string_view field) {
  const auto at = address.find('@');
  const auto local = address.substr(0, at);
  const auto domain = at == std::string_view::npos ? std::string_view() : address.substr(at + 1);
  const bool fine = address.size() <= kMailAddressBytesMax && is_dotted(local) &&
                    is_dotted(domain) && domain.front() != '-' &&
                    std::all_of(local.begin(), local.end(), is_local) &&
                    std::all_of(domain.begin(), domain.end(), is_domain);
  if (!fine) {
    return fail(Code::kInvalid, "INVALID_FIELD",
                "Must be one plain address such as ann@example.org.", field);
  }
  return {};
}

}  // namespace daybook::components
