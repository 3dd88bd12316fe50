// Appends to the log in argv[1] until it is killed and writes the sequence number of every
// acknowledged event to its standard output, which leads out of the file system that will lose
// power. argv[2] is "sync" or "nosync".
#include <unistd.h>

#include <cstdio>
#include <string_view>

#include "tests/log/rig.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    return 2;
  }
  daybook::log::RocksLogOptions options;
  options.unsafe_no_sync = std::string_view(argv[2]) == "nosync";
  auto opened = daybook::log::rig::try_open(argv[1], options);
  if (!opened) {
    std::fprintf(stderr, "%s\n", opened.error().text().c_str());
    return 1;
  }
  daybook::log::RocksLog& log = *opened->log;
  for (int i = 0;; ++i) {
    // Between one event and some hundred kilobytes, so that writes end at every place of a page and
    // a block.
    const auto status = log.append(daybook::log::rig::next_group(
        log, 1 + i % 37, 1 + i % 5, 20 + static_cast<std::size_t>(i % 700)));
    const std::uint64_t acknowledged = log.last().value;
    if (!status || ::write(STDOUT_FILENO, &acknowledged, sizeof(acknowledged)) < 0) {
      return 1;
    }
  }
}
