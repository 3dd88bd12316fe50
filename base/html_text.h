// Text put into HTML.
#pragma once

#include <string>
#include <string_view>

namespace daybook {

// Appends `text` so that HTML shows it as it is, in content and in attributes with either quotes:
// & < > " ' are escaped.
void append_html_text(std::string& out, std::string_view text);

}  // namespace daybook
