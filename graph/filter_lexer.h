// Cuts a filter into tokens. Private to graph/.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "graph/filter_ast.h"

namespace daybook::graph {

struct Token {
  enum class Kind : std::uint8_t {
    kWord,
    kPath,
    kText,
    kNumber,
    kUuid,
    kInstant,
    kCompare,
    kPlus,
    kMinus,
    kOpen,
    kClose,
    kOpenList,
    kCloseList,
    kComma,
    kEnd,
  };
  Kind kind = Kind::kEnd;
  std::string text;               // as in Operand; of all others as written
  std::vector<std::string> path;  // of kWord and kPath
  Place place;
};

// Ends with kEnd. kInvalid "GRAPH_FILTER" (filter_error); at most kFilterBytesMax bytes.
Result<std::vector<Token>> lex(std::string_view filter, std::string_view field);

// kInvalid `reason`: "line 2, column 7: <message>", the line, and a caret under the place.
tl::unexpected<Error> filter_error(std::string_view filter, Place place, std::string_view message,
                                   std::string_view field, std::string_view reason);

}  // namespace daybook::graph
