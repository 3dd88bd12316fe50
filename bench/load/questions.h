// What lists, statistics and events cost a server: asked while jobs go through, and at rest.
#pragma once

#include <chrono>
#include <string>

#include "base/result.h"
#include "bench/load/report.h"
#include "bench/load/server_process.h"

namespace daybook::bench {

// Until the server rests: what it still owes (compactions of what was written before) is no part of
// what is measured. Returns the seconds that it took. kUnavailable "NO_REST" after `patience`.
Result<double> settle(int pid, std::chrono::seconds patience);

// Of each question `<store>_<question>_…`: `under_load_p50_us` and `_p99_us` while Workers run, for
// `seconds` at most; at rest `p50_us`, `p99_us` and `cpu_us`, processor time of the whole server a
// call.
Status ask_all(const ServerProcess& child, const std::string& store, double seconds, Numbers& out);

}  // namespace daybook::bench
