// Writes the golden files of today's format into a folder. See README.md.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/hex.h"
#include "replay/ndjson.h"
#include "scheduler/recover.h"
#include "tests/events/samples.h"
#include "tests/replay/log_script.h"

namespace daybook::replay {
namespace {

bool write(log::Log& log, const std::filesystem::path& file) {
  std::ofstream out(file, std::ios::binary);
  const auto done = export_ndjson(log, {}, [&](std::string_view line) -> Status {
    out << line;
    return {};
  });
  return done.has_value() && out.flush().good();
}

int make(const std::filesystem::path& folder) {
  log::MemoryLog history;
  append_all(history, encode(sample_script().records()));
  log::MemoryLog members;
  events::GroupWriter writer(Seq{}, events::genesis(), Epoch{3});
  for (const events::Event& event : events::samples::all()) {
    writer.add({CommandId{1, 2}, "token-7", events::samples::kTime, Seq{}}, {&event, 1});
  }
  if (!members.append(writer.take()) || !write(history, folder / "log.ndjson") ||
      !write(members, folder / "members.ndjson")) {
    std::fputs("the files cannot be written\n", stderr);
    return 1;
  }
  scheduler::State state;
  if (!scheduler::fold(state, history, history.last())) {
    return 1;
  }
  std::printf("log: head %s state %s\nmembers: head %s\n", to_hex(history.last_chain()).c_str(),
              to_hex(state.hash()).c_str(), to_hex(members.last_chain()).c_str());
  return 0;
}

}  // namespace
}  // namespace daybook::replay

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: make_golden <folder>\n", stderr);
    return 2;
  }
  return daybook::replay::make(argv[1]);
}
