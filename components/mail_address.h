// Addresses of mails: plain addr-specs only ("ann@example.org"), in ASCII. Private to components.
#pragma once

#include <string_view>

#include "base/result.h"

namespace daybook::components {

// Refuses what is not one address: display names, comments, quoted parts, address literals, lists,
// and with them every line end.
Status check_mail_address(std::string_view address, std::string_view field);

}  // namespace daybook::components
