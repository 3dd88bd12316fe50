// The program: `daybook`, and `h_` when it is called by that name.
#include <sys/stat.h>

#include <filesystem>

#include <curl/curl.h>

#include "tools/daybook/cli.h"

// For jemalloc, which reads it before main(): what is free goes back to the system after a second,
// by a thread of its own and not by those that serve. Sooner, what a batch frees would be gone
// before the next one asks for it: every page is then taken, cleared and given back again.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0";
}

int main(int argc, char** argv) {
  // Logs, backups, archives and exports hold parameters, results and secrets.
  ::umask(077);
  curl_global_init(CURL_GLOBAL_DEFAULT);  // before any thread
  const auto name = argc > 0 ? std::filesystem::path(argv[0]).filename().string() : std::string();
  const int code =
      daybook::cli::run(name == "h_" ? "h_" : "daybook", {argv + std::min(argc, 1), argv + argc},
                        daybook::cli::Environment::of_process());
  curl_global_cleanup();
  return code;
}
