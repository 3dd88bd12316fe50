// The end of every list: {"<collection>":[…], "totalCount", "firstCursor", "lastCursor",
// "asOfSeq"}.
#pragma once

#include "base/json_writer.h"
#include "projections/rows.h"

namespace daybook::api {

// Writes what follows the collection, and closes the object.
template <typename Row>
void end_page(JsonWriter& json, const projections::Page<Row>& page) {
  if (page.total_count) {
    json.member("totalCount", *page.total_count);
  }
  json.member_or_null("firstCursor", !page.first_cursor.empty(), page.first_cursor);
  json.member_or_null("lastCursor", !page.last_cursor.empty(), page.last_cursor);
  json.member("asOfSeq", page.as_of);
  json.end_object();
}

}  // namespace daybook::api
