// `daybook bench …`: the load generator of bench/load/ on the command line.
#pragma once

namespace CLI {
class App;
}

namespace daybook::cli {

struct Session;

void add_bench_command(CLI::App& root, Session& session);
// Its verb `store`.
void add_bench_store(CLI::App& noun, Session& session);

}  // namespace daybook::cli
