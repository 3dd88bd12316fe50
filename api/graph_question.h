// What the body of POST /resources/graph asks.
#pragma once

#include <vector>

#include "api/field_reader.h"
#include "graph/query.h"

namespace daybook::api {

// Reads [{edge, filter, orderBy, limit, count, after, node: {fields, navigate}}].
std::vector<graph::Query> read_questions(const JsonValue& body, FieldErrors& errors);

// The place of a fault in the body: "[2].node.navigate[0].filter" for "navigate[0].filter".
std::string place_in_body(std::size_t question, std::string_view field);

}  // namespace daybook::api
