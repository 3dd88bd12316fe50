#include "api/query.h"

#include <algorithm>
#include <charconv>

#include "api/gate.h"
#include "base/limits/http.h"
#include "base/time_text.h"
#include "base/utf8.h"

namespace daybook::api {
namespace {

bool contains(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string in_quotes(std::string_view name) {
  return "there is no query parameter \"" + std::string(name) + "\" here";
}

}  // namespace

Answer<Query> Query::parse(std::string_view raw, std::span<const std::string_view> allowed,
                           std::span<const std::string_view> common) {
  Query out;
  while (!raw.empty()) {
    const auto end = raw.find('&');
    const auto pair = raw.substr(0, end);
    raw = end == std::string_view::npos ? std::string_view() : raw.substr(end + 1);
    const auto equals = pair.find('=');
    std::string name;
    std::string value;
    if (!percent_decode(pair.substr(0, equals), true, name) ||
        (equals != std::string_view::npos &&
         !percent_decode(pair.substr(equals + 1), true, value))) {
      return refuse(Code::kMalformed, "MALFORMED_QUERY", "the query holds a broken percent escape");
    }
    DAYBOOK_TRY(check_text(name, kHttpTargetBytesMax, "query"));
    DAYBOOK_TRY(check_text(value, kHttpTargetBytesMax, name));
    if (!contains(allowed, name) && !contains(common, name)) {
      return refuse(Code::kInvalid, "UNKNOWN_PARAMETER", in_quotes(name), name);
    }
    if (out.find(name)) {
      return refuse(Code::kInvalid, "REPEATED_PARAMETER", "the query parameter is repeated", name);
    }
    out.values_.emplace_back(std::move(name), std::move(value));
  }
  return out;
}

std::optional<std::string_view> Query::find(std::string_view name) const {
  for (const auto& [key, value] : values_) {
    if (key == name) {
      return value;
    }
  }
  return std::nullopt;
}

Result<std::uint64_t> Query::number(std::string_view name, std::uint64_t absent, std::uint64_t min,
                                    std::uint64_t max) const {
  const auto text = find(name);
  if (!text) {
    return absent;
  }
  std::uint64_t value = 0;
  const auto* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, value);
  if (text->empty() || error != std::errc() || stop != end || value < min || value > max) {
    return fail(Code::kInvalid, "INVALID_FIELD",
                "must be a whole number from " + std::to_string(min) + " to " + std::to_string(max),
                name);
  }
  return value;
}

Result<std::optional<Micros>> Query::time(std::string_view name) const {
  const auto found = find(name);
  if (!found) {
    return std::optional<Micros>();
  }
  // In a query a plus sign that was not escaped reads as a space: "…T02:00:00 01:00".
  std::string text(*found);
  const auto day_end = text.find('T');
  const auto space = day_end == std::string::npos ? day_end : text.find(' ', day_end);
  if (space != std::string::npos) {
    text[space] = '+';
  }
  DAYBOOK_ASSIGN(const Micros time, parse_due_time(text, name));
  return std::optional<Micros>(time);
}

Result<std::vector<std::string>> Query::list(std::string_view name) const {
  std::vector<std::string> out;
  const auto found = find(name);
  for (std::string_view rest = found.value_or(""); found;) {
    const std::size_t comma = rest.find(',');
    const std::string part(rest.substr(0, comma));
    if (part.empty() || std::find(out.begin(), out.end(), part) != out.end()) {
      return fail(Code::kInvalid, "INVALID_FIELD",
                  part.empty() ? "has an empty part" : "names '" + part + "' twice", name);
    }
    out.push_back(part);
    if (comma == std::string_view::npos) {
      break;
    }
    rest.remove_prefix(comma + 1);
  }
  return out;
}

Result<std::vector<std::string>> Query::fields(std::span<const std::string_view> known) const {
  DAYBOOK_ASSIGN(auto names, list("fields"));
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) != known.end()) {
      continue;
    }
    std::string all;
    for (const std::string_view field : known) {
      all.append(all.empty() ? "" : ", ").append(field);
    }
    return fail(Code::kInvalid, "INVALID_FIELD",
                "there is no field '" + name + "'; the fields are: " + all, "fields");
  }
  return names;
}

Result<projections::PageRequest> Query::page() const {
  projections::PageRequest out;
  out.bytes_max = kPageBytesMax;
  DAYBOOK_ASSIGN(out.limit, number("limit", kPageLimitDefault, 1, kPageLimitMax));
  out.after = find("after").value_or("");
  out.before = find("before").value_or("");
  if (!out.after.empty() && !out.before.empty()) {
    return fail(Code::kInvalid, "INVALID_FIELD", "after and before exclude each other", "before");
  }
  return out;
}

}  // namespace daybook::api
