#include "replay/ledger.h"

#include <charconv>
#include <optional>
#include <sstream>
#include <string>

#include "base/hex.h"

namespace daybook::replay {
namespace {

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

std::optional<CommandId> parse_request(std::string_view text) {
  const auto id = JobId::parse(text);  // any UUID
  return id ? std::optional(CommandId{id->high, id->low}) : std::nullopt;
}

// Empty when the line is sound, else what is wrong with it.
std::string_view take_line(const std::string& line, Ledger& out) {
  std::istringstream words(line);
  std::string what;
  std::string first;
  std::string second;
  std::string rest;
  words >> what >> first >> second >> rest;
  if (what.empty() || what.front() == '#') {
    return {};
  }
  if (!rest.empty()) {
    return "there is something after the last word";
  }
  if (what == "ack") {
    const auto seq = parse_number<std::uint64_t>(first);
    const auto hash = parse_hash(second);
    if (!seq || *seq == 0 || !hash) {
      return "an acknowledgement is: ack <seq> <hash of 64 digits>";
    }
    const auto [at, fresh] = out.acknowledged.emplace(Seq{*seq}, *hash);
    return fresh || at->second == *hash ? "" : "two hashes were acknowledged for one event";
  }
  const auto request = parse_request(first);
  if (what == "refused") {
    if (!request || !second.empty()) {
      return "a refusal is: refused <requestId>";
    }
    out.refused.emplace(*request, 0);
    return {};
  }
  if (what == "unknown") {
    const auto commands = second.empty() ? std::optional(1U) : parse_number<std::uint32_t>(second);
    if (!request || !commands || *commands == 0) {
      return "an unknown outcome is: unknown <requestId> [<commands>]";
    }
    out.unknown[*request] += *commands;
    return {};
  }
  return "a line begins with ack, refused, unknown or #";
}

}  // namespace

Result<Ledger> Ledger::read(std::istream& in) {
  Ledger out;
  std::string line;
  for (std::uint64_t number = 1; std::getline(in, line); ++number) {
    if (const auto problem = take_line(line, out); !problem.empty()) {
      return fail(Code::kMalformed, "BAD_LEDGER", problem, "line " + std::to_string(number));
    }
  }
  if (in.bad()) {
    return fail(Code::kIo, "LEDGER_UNREADABLE", "the ledger cannot be read");
  }
  return out;
}

}  // namespace daybook::replay
