// One HTTP request as the handlers see it: plain values, no library types.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace daybook::api {

// kOther: a method that exists in HTTP but is not offered anywhere here (answered with 405).
enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOther };

std::string_view method_name(Method method);

// Name as sent; value without the white space around it.
struct HeaderField {
  std::string_view name;
  std::string_view value;
};

// How the body is delimited; what else HTTP knows is refused by the gate.
enum class Framing : std::uint8_t { kNone, kLength, kChunked };

// Stands for what was sent as %2F; no path holds it otherwise.
inline constexpr char kHiddenSlash = '\x01';

// The header of a request that passed the gate. Everything but the two paths borrows the raw bytes.
struct Head {
  Method method = Method::kOther;
  std::string_view target;
  std::string path;  // percent-decoded, without the query
  // The same for the router: what was sent as %2F is kHiddenSlash here, part of a name and no
  // separator.
  std::string route_path;
  std::string_view query;  // raw, without '?'
  std::vector<HeaderField> fields;
  Framing framing = Framing::kNone;
  std::uint64_t length = 0;  // of the body, for kLength
  bool http10 = false;
  bool keep_alive = true;
  bool expects_continue = false;

  // Value of the first field of that name in any case; "" when there is none.
  std::string_view find(std::string_view name) const;
  bool has(std::string_view name) const;
};

struct Request {
  // The raw header block, which `head` borrows: moving the request keeps it in place.
  std::vector<char> raw;
  Head head;
  std::string body;
};

}  // namespace daybook::api
