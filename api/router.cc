#include "api/router.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace daybook::api {
namespace {

std::string_view take_segment(std::string_view& rest) {
  const auto slash = rest.find('/', 1);
  const auto segment = rest.substr(0, slash);
  rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash);
  return segment;  // with its leading slash
}

// What "{x…}" stands for, "" for a pattern without one; nothing when the path is another.
std::optional<std::string_view> fit(std::string_view pattern, std::string_view path) {
  // Most patterns are of other places: what stands before their first parameter tells.
  if (!path.starts_with(pattern.substr(0, pattern.find('{')))) {
    return std::nullopt;
  }
  std::string_view id;
  while (!pattern.empty() && !path.empty()) {
    const auto expected = take_segment(pattern);
    if (expected.ends_with("...}")) {
      // All that is left but the literal end of the pattern.
      if (path.size() <= pattern.size() + 1 || !path.ends_with(pattern)) {
        return std::nullopt;
      }
      return path.substr(1, path.size() - pattern.size() - 1);
    }
    const auto segment = take_segment(path);
    if (expected.starts_with("/{")) {
      if (segment.size() < 2) {
        return std::nullopt;
      }
      id = segment.substr(1);
    } else if (segment != expected) {
      return std::nullopt;
    }
  }
  return pattern.empty() && path.empty() ? std::optional(id) : std::nullopt;
}

void add_method(std::string& list, std::string_view name) {
  if (list.find(name) == std::string::npos) {
    list += list.empty() ? "" : ", ";
    list += name;
  }
}

}  // namespace

std::span<const std::string_view> common_query(RouteKind kind) {
  static constexpr std::array<std::string_view, 1> kFreshness{"minSeq"};
  const bool fresh = kind == RouteKind::kQuery || kind == RouteKind::kGraph;
  return fresh ? std::span<const std::string_view>(kFreshness)
               : std::span<const std::string_view>();
}

Match match(std::span<const Route> table, Method method, std::string_view path) {
  const Method wanted = method == Method::kHead ? Method::kGet : method;
  Match out;
  for (const Route& route : table) {
    const auto id = fit(route.pattern, path);
    if (!id) {
      continue;
    }
    if (route.method == wanted) {
      std::string name(*id);
      std::replace(name.begin(), name.end(), kHiddenSlash, '/');
      return {&route, std::move(name), {}};
    }
    add_method(out.allow, method_name(route.method));
    if (route.method == Method::kGet) {
      add_method(out.allow, "HEAD");
    }
  }
  return out;
}

}  // namespace daybook::api
