// JSON objects from files, options put into them, and how they change what is stored.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

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

// Sets the member with that path: "retry.maxAttempts" makes the object "retry" where there is none.
void set_at(boost::json::object& spec, std::string_view path, boost::json::value value);

inline constexpr const char* kJsonHelp =
    "File with the whole spec as JSON, - for standard input: what it leaves out is reset";

// Puts null, which resets, for the members named ("retry.maxAttempts"). kMalformed "BAD_ARGUMENT"
// when one is given a value, too.
Status reset_members(boost::json::object& spec, const std::vector<std::string>& names);

// `patch` laid over `spec` as a merge patch (RFC 7396): null removes, what is not named stays.
boost::json::object merge_patch(boost::json::object spec, const boost::json::object& patch);

// What the server holds at `target`; {} when there is nothing.
Result<boost::json::object> stored_at(Client& client, const std::string& target);

}  // namespace daybook::cli
