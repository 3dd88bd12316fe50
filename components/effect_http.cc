// httpPost: one signed POST, recorded as a sending and made afterwards.
#include "base/json_writer.h"
#include "base/limits/components.h"
#include "components/effect_parts.h"
#include "components/http_spec.h"

namespace daybook::components::effects {

Result<Effect> read_http_post(const Members& members) {
  DAYBOOK_TRY(members.only({"effect", "url", "headers", "body"}));
  SendEffect out;
  out.transport = Transport::kHttp;
  out.category = kCategoryDefault;
  DAYBOOK_ASSIGN(out.recipient, members.text("url", kUrlBytesMax));
  // Which ports may be reached is the server's setting: it is checked when the post is made.
  DAYBOOK_TRY(check_url(out.recipient, {}, members.path_of("url")));
  JsonWriter content(out.content);
  content.begin_object();
  if (const auto* headers = members.find("headers")) {
    DAYBOOK_TRY(read_headers(*headers, members.path_of("headers")));
    content.raw_member("headers", headers->text());
  }
  // A body that is null is a body: the four letters.
  if (const auto* body = members.member("body")) {
    content.raw_member("body", body->text());
  }
  content.end_object();
  DAYBOOK_TRY(check_content(out.content, members.path_of("body")));
  return out;
}

}  // namespace daybook::components::effects
