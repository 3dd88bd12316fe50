// The words of a mail: placeholders put in, header texts encoded. Private to components.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/json_value.h"
#include "base/result.h"
#include "components/json_reader.h"

namespace daybook::components {

enum class Placing { kLine, kText, kHtml };

// What stands for {name} in the texts of a mail: members of `dynamic`, texts as they are, null as
// nothing, other values as JSON. A name with a brace in it is never found.
class Placeholders {
 public:
  explicit Placeholders(const std::vector<JsonValue::Member>& dynamic);

  // `text` with every {name} replaced that is known; nothing when that gives more than `bytes_max`.
  // kHtml escapes & < > " ' in what is put in; kLine makes control characters spaces.
  std::optional<std::string> fill(std::string_view text, Placing placing,
                                  std::size_t bytes_max) const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

struct MailTexts {
  std::string subject;
  std::string plain_text;
  std::string html;
};

// Of a mail with `subject`, `body` and `dynamic`. kInvalid "INVALID_FIELD", naming the text that
// is over its limit once it is filled in.
Result<MailTexts> fill_mail(const Members& mail);

// A header's text (RFC 2047): plain ASCII of moderate length as it is, else UTF-8 in base64 words,
// folded. Never holds a line end that is not a fold.
std::string header_text(std::string_view text);

// "Name" <address>, the name encoded; the address alone when there is no name.
std::string header_mailbox(std::string_view name, std::string_view address);

// "Sun, 16 Nov 2025 00:00:00 +0000" (RFC 5322).
std::string header_date(Micros time);

// Every line ends in CRLF.
std::string crlf_lines(std::string_view text);

}  // namespace daybook::components
