// CRC-32C (Castagnoli, RFC 3720 appendix B.4): the SSE4.2 instruction where the machine has it,
// else a table.
#pragma once

#include <cstdint>
#include <span>

namespace daybook {

std::uint32_t crc32c(std::span<const std::uint8_t> bytes, std::uint32_t seed = 0);
// The way of machines without the instruction; the same answer.
std::uint32_t crc32c_by_table(std::span<const std::uint8_t> bytes, std::uint32_t seed = 0);

}  // namespace daybook
