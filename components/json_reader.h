// Reads JSON that others wrote: bounded depth, UTF-8 only, unknown members refused by name. Private
// to components.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/ids.h"
#include "base/result.h"

namespace daybook::components {

// One whole document; `reason` names the failure.
Result<boost::json::value> parse_json(std::string_view text, std::string_view reason,
                                      std::string_view field = {});

// Members of one object; errors name them with the path before them, e.g. "effects[2].definition".
class Members {
 public:
  // Refuses what is not an object.
  static Result<Members> of(const boost::json::value& value, std::string_view path);

  // Refuses every member whose name is not listed.
  Status only(std::initializer_list<std::string_view> names) const;

  // The member, or null when it is absent or JSON null.
  const boost::json::value* find(std::string_view name) const;
  // "" when absent.
  Result<std::string> text(std::string_view name, std::size_t bytes_max) const;
  // `absent` when absent.
  Result<std::int64_t> number(std::string_view name, std::int64_t absent, std::int64_t min,
                              std::int64_t max) const;
  // Zero when absent; never negative, at most `max`.
  Result<Duration> duration(std::string_view name, Duration max) const;

  std::string path_of(std::string_view name) const;
  const boost::json::object& object() const { return *object_; }

 private:
  Members(const boost::json::object& object, std::string_view path)
      : object_(&object), path_(path) {}

  const boost::json::object* object_;
  std::string path_;
};

}  // namespace daybook::components
