#include "tools/daybook/spec_input.h"

#include <fstream>
#include <istream>

#include <boost/json.hpp>

#include "base/limits/http.h"
#include "tools/daybook/exact_json.h"

namespace daybook::cli {

Result<std::string> read_input(const Environment& env, const std::string& file,
                               std::size_t bytes_max) {
  std::ifstream opened;
  if (file != "-") {
    opened.open(file, std::ios::binary);
    if (!opened) {
      return fail(Code::kInvalid, "FILE_UNREADABLE", "'" + file + "' cannot be read");
    }
  }
  std::istream& in = file == "-" ? env.in : opened;
  std::string text;
  char block[16 * 1024];
  while (in.read(block, sizeof block) || in.gcount() > 0) {
    text.append(block, static_cast<std::size_t>(in.gcount()));
    if (text.size() > bytes_max) {
      return fail(Code::kTooLarge, "FILE_TOO_LARGE",
                  "'" + file + "' has more than " + std::to_string(bytes_max) + " bytes");
    }
  }
  if (in.bad() || (file != "-" && text.empty() && !in.eof())) {
    return fail(Code::kIo, "FILE_UNREADABLE", "'" + file + "' cannot be read");
  }
  return text;
}

Result<boost::json::object> read_spec(const Environment& env, const std::string& file) {
  if (file.empty()) {
    return boost::json::object();
  }
  DAYBOOK_ASSIGN(const std::string text, read_input(env, file, kHttpBodyBytesMax));
  DAYBOOK_ASSIGN(boost::json::value value, parse_json(text, file));
  if (!value.is_object()) {
    return fail(Code::kInvalid, "NOT_AN_OBJECT", "a spec is a JSON object", file);
  }
  return std::move(value.get_object());
}

namespace {

// The object that holds the member with that path, made where there is none.
boost::json::object& holder_of(boost::json::object& spec, std::string_view& path) {
  boost::json::object* place = &spec;
  for (std::size_t dot = 0; (dot = path.find('.')) != std::string_view::npos;
       path.remove_prefix(dot + 1)) {
    boost::json::value& inner = (*place)[path.substr(0, dot)];
    place = inner.is_object() ? &inner.get_object() : &inner.emplace_object();
  }
  return *place;
}

}  // namespace

void set_at(boost::json::object& spec, std::string_view path, boost::json::value value) {
  boost::json::object& holder = holder_of(spec, path);
  holder[path] = std::move(value);
}

Status reset_members(boost::json::object& spec, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    std::string_view path = name;
    if (!holder_of(spec, path).emplace(path, nullptr).second) {
      return fail(Code::kMalformed, "BAD_ARGUMENT", "'" + name + "' is set as well", "--reset");
    }
  }
  return {};
}

boost::json::object merge_patch(boost::json::object spec, const boost::json::object& patch) {
  for (const auto& [name, value] : patch) {
    if (value.is_null()) {
      spec.erase(name);
    } else if (value.is_object()) {
      boost::json::value& inner = spec[name];
      boost::json::object before;
      if (inner.is_object()) {
        before = std::move(inner.get_object());
      }
      inner = merge_patch(std::move(before), value.get_object());
    } else {
      spec[name] = value;
    }
  }
  return spec;
}

Result<boost::json::object> stored_at(Client& client, const std::string& target) {
  auto stored = client.get(target);
  if (!stored) {
    if (stored.error().code == Code::kNotFound) {
      return boost::json::object();
    }
    return fail(std::move(stored.error()));
  }
  if (!stored->is_object()) {
    return fail(Code::kInternal, "BAD_ANSWER", "the answer of " + target + " is no object");
  }
  return std::move(stored->get_object());
}

}  // namespace daybook::cli
