// What stands below the headers of a mail (RFC 2045, 2046). Private to components.
#pragma once

#include <string>
#include <string_view>

namespace daybook::components {

struct MailPart {
  std::string_view type;  // "text/plain; charset=UTF-8"
  std::string_view text;  // its lines end in CRLF
};

// The headers of one part, an empty line, and its text, encoded: quoted-printable, or base64 where
// that is shorter.
std::string mail_part(const MailPart& part);

// A mail with its last headers: one text is the mail itself; of two, the same in a plainer and a
// richer form, a client shows one. `id` makes the line between them.
std::string mail_body(std::string_view plain_text, std::string_view html, std::string_view id);

}  // namespace daybook::components
