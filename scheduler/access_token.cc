#include "scheduler/access_token.h"

#include <string_view>

namespace daybook::scheduler {

std::shared_ptr<const access::Rights> rights_in(const std::vector<std::string>& permissions) {
  std::vector<std::string_view> known;
  for (const std::string& text : permissions) {
    if (access::Permission::parse(text, "permissions")) {
      known.push_back(text);
    }
  }
  auto rights = access::Rights::parse(known, "permissions");
  return std::make_shared<const access::Rights>(rights ? std::move(*rights) : access::Rights());
}

}  // namespace daybook::scheduler
