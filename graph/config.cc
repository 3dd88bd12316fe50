#include "graph/config.h"

#include <algorithm>

#include "base/limits/components.h"
#include "graph/limits.h"
#include "graph/order.h"
#include "graph/sources/sources.h"

namespace daybook::graph {
namespace {

constexpr std::size_t kNameBytesMax = 128;

tl::unexpected<Error> bad(const SetConfig& config, const std::string& member,
                          const std::string& why) {
  return fail(Code::kInvalid, "GRAPH_CONFIG", why, "graph." + config.schema.name + member);
}

bool is_name(const std::string& text) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !text.empty() && text.size() <= kNameBytesMax && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

Status check_type(const SetConfig& config, const Type& type, const std::string& path,
                  std::size_t depth) {
  if (depth > kTypeDepthMax) {
    return bad(config, path, "more than " + std::to_string(kTypeDepthMax) + " types in each other");
  }
  if (type.kind == Kind::kList) {
    return check_type(config, *type.element, path, depth + 1);
  }
  if (type.kind != Kind::kRecord) {
    return {};
  }
  if (type.fields.empty() || type.fields.size() > kGraphFieldsMax) {
    return bad(config, path, "must have 1 to " + std::to_string(kGraphFieldsMax) + " fields");
  }
  for (const Field& field : type.fields) {
    const std::string place = path + "." + field.name;
    if (field.name.empty() || field.name.size() > kNameBytesMax ||
        field.name.find('.') != std::string::npos) {
      return bad(config, place, "a field's name has 1 to 128 bytes and no dot");
    }
    DAYBOOK_TRY(check_type(config, field.type, place, depth + 1));
  }
  return {};
}

Status check_key(const SetConfig& config) {
  for (const std::string& path : config.schema.key) {
    const Reached reached = reach(config.schema.record, split_path(path));
    if (reached.type == nullptr) {
      return bad(config, ".key", "there is no field '" + path + "'");
    }
    if (reached.type->kind == Kind::kRecord || reached.type->kind == Kind::kList) {
      return bad(
          config, ".key",
          "a " + std::string(kind_name(reached.type->kind)) + " names no row: '" + path + "'");
    }
  }
  return {};
}

Status check_source(const SetConfig& config) {
  switch (config.source) {
    case SourceKind::kHttp:
      if (!config.url.starts_with("http://") && !config.url.starts_with("https://")) {
        return bad(config, ".url", "must begin with http:// or https://");
      }
      for (const auto& [name, value] : config.headers) {
        if (name.empty() || (name + value).find_first_of("\r\n") != std::string::npos) {
          return bad(config, ".headers", "a header is a name and a value on one line");
        }
      }
      return config.url.size() <= kUrlBytesMax ? Status()
                                               : bad(config, ".url", "is longer than 2048 bytes");
    case SourceKind::kPostgres:
      if (config.connection.empty()) {
        return bad(config, ".connection", "is required");
      }
      return config.table.empty() ? bad(config, ".table", "is required") : Status();
    case SourceKind::kNdjson:
      return config.file.empty() ? bad(config, ".file", "is required") : Status();
  }
  return {};
}

}  // namespace

Status check_config(const SetConfig& config) {
  if (!is_name(config.schema.name)) {
    return bad(config, "", "a set's name is made of letters, digits and _, at most 128");
  }
  DAYBOOK_TRY(check_type(config, config.schema.record, ".fields", 1));
  DAYBOOK_TRY(check_key(config));
  for (const Navigation& navigation : config.schema.navigations) {
    const std::string place = ".navigate." + navigation.name;
    if (!is_name(navigation.name)) {
      return bad(config, place, "a navigation's name is made of letters, digits and _");
    }
    if (navigation.on.empty()) {
      return bad(config, place + ".on", "must name at least one pair of fields");
    }
  }
  DAYBOOK_TRY(parse_order("", config.schema, "graph." + config.schema.name + ".orderBy"));
  return check_source(config);
}

Result<std::unique_ptr<Set>> make_configured_set(SetConfig config) {
  DAYBOOK_TRY(check_config(config));
  switch (config.source) {
    case SourceKind::kPostgres:
      return sources::postgres(std::move(config));
    case SourceKind::kNdjson:
      return sources::ndjson(std::move(config));
    default:
      return sources::http(std::move(config));
  }
}

}  // namespace daybook::graph
