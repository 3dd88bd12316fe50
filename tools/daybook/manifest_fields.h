// Which keys a spec may have, of what type, and what their absence means.
#pragma once

#include <span>
#include <string_view>

#include <boost/json/object.hpp>

#include "tools/daybook/manifest.h"

namespace daybook::cli {

enum class FieldType {
  kText,
  kRuntime,  // text; of several names of one runtime all mean the same
  kComponentId,
  kDuration,  // text that base/time_text.h reads
  kInteger,
  kNumber,
  kBoolean,
  kTexts,     // list of texts; an element may be {codeFile: path}
  kTextMap,   // names to texts
  kJson,      // a map of names to values of any kind
  kJsonList,  // a list of such maps
  kObject,    // `members` says which
  kObjects,   // list of objects, each with `members`
  kCodeFile,  // the file's content goes under the name "code"
};

struct Field {
  std::string_view name;
  FieldType type = FieldType::kText;
  std::string_view absent =
      {};  // what absence means, as JSON; empty: absence is a value of its own
  bool required = false;
  std::span<const Field> members = {};
};

std::span<const Field> fields_of(ResourceKind kind);
std::string_view class_of(ResourceKind kind);  // "components", "job-definitions", …

// Equal forms for equal meanings: members that are not in `fields` or have their absent value are
// left out, durations are microseconds. Lets a spec be compared with what a server says it has.
boost::json::object normalized(const boost::json::object& spec, std::span<const Field> fields);

// Those members of `stored` that `named` names too, however deep.
boost::json::object restricted(const boost::json::object& stored, const boost::json::object& named,
                               std::span<const Field> fields);

// A rule's short form, {componentId, parameters} of its only component, as the long one.
boost::json::object long_form(boost::json::object rule);

// "name, name and name": for errors that list what is possible.
std::string names_of(std::span<const Field> fields);

}  // namespace daybook::cli
