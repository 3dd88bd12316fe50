// How this machine is called, for the log.
#pragma once

#include <string>

namespace daybook::cli {

// "unknown" when the system does not say.
std::string host_name();

}  // namespace daybook::cli
