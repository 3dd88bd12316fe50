#include "tools/daybook/fault_hooks.h"

#include <unistd.h>

#include <spdlog/spdlog.h>

#include "tools/daybook/exit_code.h"

namespace daybook::cli {
namespace {

[[noreturn]] void die(const Error& error) {
  const int code = fatal_exit_for(error);
  spdlog::critical("nothing more is acknowledged, the server ends with {}", code);
  spdlog::default_logger_raw()->flush();
  ::_exit(code);
}

}  // namespace

Supervisor::Hooks fault_hooks(const std::function<void(const Error&)>& on_fatal) {
  Supervisor::Hooks out;
  out.on_fault = [](const Fault& fault) {
    if (fault.consequence == Consequence::kNoted) {
      return spdlog::error("{}: {}", fault.part, fault.error.text());
    }
    const bool ends = fault.consequence == Consequence::kStop;
    spdlog::log(ends ? spdlog::level::critical : spdlog::level::err, "{} stands still: {}",
                fault.part, fault.error.text());
  };
  out.on_healed = [](const std::string& part) { spdlog::info("{} goes on again", part); };
  out.on_stop = [on_fatal](const Fault& fault) {
    on_fatal ? on_fatal(fault.error) : die(fault.error);
  };
  return out;
}

}  // namespace daybook::cli
