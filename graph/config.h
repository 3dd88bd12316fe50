// A set that the operator configured: what its rows look like and where they come from. Plain
// values; tools/daybook reads them from the configuration file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "graph/schema.h"
#include "graph/set.h"

namespace daybook::graph {

enum class SourceKind : std::uint8_t { kHttp, kPostgres, kNdjson };

struct SetConfig {
  SetSchema schema;  // `indexed` is the source's business and stays empty
  SourceKind source = SourceKind::kHttp;
  std::string url;                                           // kHttp
  std::vector<std::pair<std::string, std::string>> headers;  // kHttp
  std::string connection;                                    // kPostgres, as libpq takes it
  std::string table;                                         // kPostgres, "table" or "schema.table"
  std::filesystem::path file;                                // kNdjson
};

// Opens nothing: a source that is away is found by the first question, kUnavailable "GRAPH_SOURCE".
// kInvalid "GRAPH_CONFIG" names the member.
Result<std::unique_ptr<Set>> make_configured_set(SetConfig config);

// Checks names and paths: part of make_configured_set().
Status check_config(const SetConfig& config);

}  // namespace daybook::graph
