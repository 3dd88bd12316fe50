#include "api/content_coding.h"

#define ZLIB_CONST
#include <zlib.h>

#include <algorithm>

#include "base/ascii.h"
#include "base/limits/http_work.h"

namespace daybook::api {
namespace {

constexpr int kGzipWindowBits = 15 + 16;  // the largest window; with the header of gzip
constexpr int kGzipMemoryLevel = 8;

// The part of `rest` before the next `end`, without the white space around it.
std::string_view take_item(std::string_view& rest, char end) {
  const auto at = rest.find(end);
  auto item = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
  const auto first = item.find_first_not_of(" \t");
  return first == std::string_view::npos
             ? std::string_view()
             : item.substr(first, item.find_last_not_of(" \t") - first + 1);
}

// Of "q=0.5": anything that is no zero, and no weight at all, is one above zero.
bool has_weight(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view one = take_item(parameters, ';');
    if (one.size() > 2 && lower_case(one[0]) == 'q' && one[1] == '=') {
      return one.find_first_of("123456789", 2) != std::string_view::npos;
    }
  }
  return true;
}

}  // namespace

bool accepts_gzip(const Head& head) {
  std::optional<bool> named;
  bool any = false;
  for (const HeaderField& field : head.fields) {
    if (!same_word(field.name, "accept-encoding")) {
      continue;
    }
    std::string_view rest = field.value;
    while (!rest.empty()) {
      std::string_view parameters = take_item(rest, ',');
      const std::string_view coding = take_item(parameters, ';');
      const bool taken = has_weight(parameters);
      if (same_word(coding, "gzip") || same_word(coding, "x-gzip")) {
        named = named.value_or(true) && taken;
      } else if (coding == "*") {
        any = taken;
      }
    }
  }
  return named.value_or(any);
}

std::optional<std::string> gzip(std::string_view text) {
  z_stream stream{};
  if (deflateInit2(&stream, kHttpGzipLevel, Z_DEFLATED, kGzipWindowBits, kGzipMemoryLevel,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    return std::nullopt;  // no memory
  }
  std::string out;
  out.resize(text.size());
  stream.next_in = reinterpret_cast<const Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  // When it does not fit into as many bytes as the text has, it is not wanted.
  const bool whole = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return whole ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace daybook::api
