// Whether this process may have what a server needs. Where it may not, libraries abort in the
// middle of a start; asked before, it is an error with a text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"

namespace daybook::cli {

// A server with few connections: RocksDB twice, pipes of children, sockets.
inline constexpr std::size_t kDescriptorsNeeded = 256;

// kExhausted "TOO_FEW_DESCRIPTORS" below kDescriptorsNeeded, "TOO_FEW_THREADS" when so many threads
// cannot run at once: makes and ends them.
Status check_process_limits(std::size_t threads);

// Whether the address is free: kIo "LISTEN_FAILED". Who takes it in between is found out later.
Status check_address(const std::string& host, std::uint16_t port);

// Adds a note when what programs write and the data share a file system: what they fill, the server
// lacks.
void note_shared_disk(const std::filesystem::path& data, const std::filesystem::path& runs,
                      std::vector<std::string>& notes);

}  // namespace daybook::cli
