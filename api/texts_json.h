// A member that is a list of texts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.h"

namespace daybook::api {

inline void write_texts(JsonWriter& json, std::string_view name,
                        const std::vector<std::string>& texts) {
  json.key(name);
  json.begin_array();
  for (const std::string& text : texts) {
    json.value(text);
  }
  json.end_array();
}

}  // namespace daybook::api
