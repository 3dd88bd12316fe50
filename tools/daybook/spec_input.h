// JSON objects from files, and options put into them.
#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "tools/daybook/cli.h"

namespace daybook::cli {

// The object in the file, "-" for standard input; {} when `file` is empty.
Result<boost::json::object> read_spec(const Environment& env, const std::string& file);
// The whole of a file, or of standard input for "-".
Result<std::string> read_input(const Environment& env, const std::string& file,
                               std::size_t bytes_max);

inline void set_text(boost::json::object& spec, const char* name, const std::string& value) {
  if (!value.empty()) {
    spec[name] = value;
  }
}

}  // namespace daybook::cli
