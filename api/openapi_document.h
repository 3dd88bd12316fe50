// The description of the HTTP surface: api/openapi.json, built into the program.
#pragma once

#include <string_view>

namespace daybook::api {

std::string_view openapi_document();

}  // namespace daybook::api
