// Any text as a manifest: resources that can be sent, or problems that say where.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "base/check.h"
#include "tools/daybook/manifest.h"

namespace daybook::cli {
namespace {

void test_one(const std::uint8_t* data, std::size_t size) {
  // A directory without files: what a manifest names by codeFile is not there.
  static const std::filesystem::path kDirectory = [] {
    const auto path = std::filesystem::temp_directory_path() / "daybook_manifest_fuzz";
    std::filesystem::create_directories(path);
    return path;
  }();
  Manifest manifest;
  read_manifest(std::string(reinterpret_cast<const char*>(data), size), "fuzz.yaml", kDirectory, {},
                manifest);
  for (const Resource& resource : manifest.resources) {
    DAYBOOK_CHECK(resource.uri.starts_with("/resources/"), "a uri");
    DAYBOOK_CHECK(!resource.id.empty() && resource.place.starts_with("fuzz.yaml:"), "it is named");
  }
  for (const Error& problem : manifest.problems) {
    DAYBOOK_CHECK(!problem.message.empty() && problem.field.starts_with("fuzz.yaml"), "a reason");
  }
}

}  // namespace
}  // namespace daybook::cli

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  daybook::cli::test_one(data, size);
  return 0;
}
