#include "bench/load/swf.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace daybook::bench {
namespace {

constexpr std::size_t kColumns = 18;
// The largest trace of the archive has under 400 MB as text.
constexpr std::size_t kTextBytesMax = std::size_t{1} << 30;

std::string_view trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t\r");
  if (from == std::string_view::npos) {
    return {};
  }
  return text.substr(from, text.find_last_not_of(" \t\r") - from + 1);
}

tl::unexpected<Error> malformed(std::size_t line, const std::string& what) {
  return fail(Code::kMalformed, "BAD_TRACE", what, "line " + std::to_string(line));
}

// Some traces give seconds with a fraction: it is dropped.
bool read_number(std::string_view word, std::int64_t& out) {
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), out);
  return error == std::errc() && (end == word.data() + word.size() || *end == '.');
}

Result<SwfJob> parse_job(std::string_view line, std::size_t number) {
  std::array<std::int64_t, kColumns> values{};
  std::size_t columns = 0;
  for (std::size_t at = 0; columns < kColumns;) {
    at = line.find_first_not_of(" \t", at);
    if (at == std::string_view::npos) {
      break;
    }
    const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
    if (!read_number(line.substr(at, end - at), values[columns])) {
      return malformed(number, "column " + std::to_string(columns + 1) + " is not a number");
    }
    ++columns;
    at = end;
  }
  if (columns < kColumns) {
    return malformed(number, "a job has 18 columns, this line has " + std::to_string(columns));
  }
  if (values[1] < 0) {
    return malformed(number, "the time of submission is negative");
  }
  return SwfJob{values[0], values[1],  std::max<std::int64_t>(values[3], 0),
                values[4], values[11], values[13]};
}

}  // namespace

std::string_view SwfTrace::header_value(std::string_view name) const {
  for (const std::string_view line : header) {
    if (line.starts_with(name) && line.size() > name.size() && line[name.size()] == ':') {
      return trimmed(line.substr(name.size() + 1));
    }
  }
  return {};
}

Result<SwfTrace> parse_swf(std::string_view text) {
  SwfTrace out;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.starts_with(';')) {
      out.header.emplace_back(trimmed(line.substr(1)));
    } else if (!line.empty()) {
      DAYBOOK_ASSIGN(const SwfJob job, parse_job(line, number));
      out.jobs.push_back(job);
    }
  }
  const std::string_view start = out.header_value("UnixStartTime");
  if (!start.empty() && !read_number(start, out.unix_start)) {
    return fail(Code::kMalformed, "BAD_TRACE", "UnixStartTime is not a number");
  }
  std::stable_sort(out.jobs.begin(), out.jobs.end(),
                   [](const SwfJob& a, const SwfJob& b) { return a.submit < b.submit; });
  return out;
}

Result<SwfTrace> read_swf(const std::filesystem::path& file) {
  gzFile in = gzopen(file.c_str(), "rb");
  if (in == nullptr) {
    return fail(Code::kNotFound, "NOT_FOUND", "cannot open " + file.string());
  }
  std::string text;
  std::vector<char> block(std::size_t{1} << 16);
  int got = 0;
  while ((got = gzread(in, block.data(), static_cast<unsigned>(block.size()))) > 0 &&
         text.size() < kTextBytesMax) {
    text.append(block.data(), static_cast<std::size_t>(got));
  }
  const bool closed = gzclose(in) == Z_OK;
  if (got < 0 || !closed) {
    return fail(Code::kMalformed, "BAD_TRACE", "cannot read " + file.string());
  }
  if (got > 0) {
    return fail(Code::kTooLarge, "TRACE_TOO_LARGE", "a trace has at most 1 GiB of text");
  }
  return parse_swf(text);
}

}  // namespace daybook::bench
