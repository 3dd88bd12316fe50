// Whom a program runs as. Private to components, but for what opens the runtime.
#pragma once

#include <sys/types.h>

#include <string>

namespace daybook::components {

struct ExecUser {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
};

}  // namespace daybook::components
