// Texts and JSON with placeholders "${name}", filled in. "$${" stands for "${". Private to this
// folder.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/json_value.h"
#include "base/limits/sendings.h"

namespace daybook::scheduler {

// visit("${name}", "name") for each; one that does not end is all that is left of the text.
void each_placeholder(std::string_view text,
                      const std::function<void(std::string_view, std::string_view)>& visit);

// At most so many bytes, no character cut in two.
std::string cut_text(std::string text, std::size_t bytes_max);

// What it makes stays within a bound, about, however often a large value is asked for.
class TextFill {
 public:
  // What a value is put into: a text on one line, one of many, HTML.
  enum class As { kLine, kText, kHtml };
  // The value of a placeholder, as JSON.
  using Lookup = std::function<std::string(std::string_view name)>;

  explicit TextFill(Lookup lookup) : lookup_(std::move(lookup)) {}

  std::string text(std::string_view text, As as);
  // A copy of the value; a text that is one placeholder becomes what that stands for.
  void json(const JsonValue& value, std::string& out);
  // More was asked for than may be: what was made is not whole.
  bool is_over() const { return made_ > kSendingContentBytesMax; }

 private:
  std::string plain(std::string_view name, As as);

  Lookup lookup_;
  std::size_t made_ = 0;  // bytes
};

}  // namespace daybook::scheduler
