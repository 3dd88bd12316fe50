// Opens the log in argv[1] on a store whose argv[3]-th operation of kind argv[2] fails (argv[4]:
// "once" or "forever") and appends. Each acknowledged sequence number goes to standard output, 8
// bytes each. Exit: 0 the fault was met or is behind the work, 3 an append succeeded after one had
// failed.
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "log/testing.h"
#include "tests/log/rig.h"

namespace {

constexpr int kGroups = 12;

int work(daybook::log::RocksLog& log) {
  for (int i = 0; i < kGroups; ++i) {
    const auto status = log.append(daybook::log::rig::next_group(log, 5, 2, 300));
    if (!status) {
      const auto again = log.append(daybook::log::rig::next_group(log, 1));
      return !again && again.error().reason == status.error().reason ? 0 : 3;
    }
    const std::uint64_t acknowledged = log.last().value;
    if (::write(STDOUT_FILENO, &acknowledged, sizeof(acknowledged)) < 0) {
      return 2;
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  namespace rig = daybook::log::rig;
  if (argc != 5) {
    return 2;
  }
  daybook::log::RocksLogOptions options;
  options.write_buffer_bytes =
      16 << 10;  // every few groups become a table, so that flushes meet faults too
  options.faults = std::make_shared<daybook::log::Faults>();
  options.faults->kind = static_cast<daybook::log::Operation>(std::atoi(argv[2]));
  options.faults->forever = std::string_view(argv[4]) == "forever";
  options.faults->fail_at = std::strtoull(argv[3], nullptr, 10);
  int code = 0;
  {
    auto opened = rig::try_open(argv[1], options);
    code = opened ? work(*opened->log) : 0;
  }
  // Tells the test when n is past the last operation.
  return code == 0 && options.faults->failed == 0 ? 4 : code;
}
