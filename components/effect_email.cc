// sendEmail: a mail, recorded as a sending and delivered afterwards.
#include "base/json_writer.h"
#include "base/limits/resources.h"
#include "base/limits/sendings.h"
#include "base/utf8.h"
#include "components/effect_parts.h"
#include "components/mail_address.h"
#include "components/mail_text.h"

namespace daybook::components::effects {
namespace {

constexpr std::string_view kReservedCategory = "system:";

Status read_body(JsonWriter& content, const Members& members) {
  const auto* value = members.find("body");
  const std::string field = members.path_of("body");
  if (value == nullptr) {
    return fail(Code::kInvalid, "INVALID_FIELD", "Is required.", field);
  }
  DAYBOOK_ASSIGN(const Members body, Members::of(*value, field));
  DAYBOOK_TRY(body.only({"plainText", "html"}));
  content.key("body");
  content.begin_object();
  bool empty = true;
  for (const char* name : {"plainText", "html"}) {
    DAYBOOK_ASSIGN(const std::string text, body.text(name, kSendingContentBytesMax));
    DAYBOOK_TRY(check_text(text, kSendingContentBytesMax, body.path_of(name)));
    if (!text.empty()) {
      content.member(name, text);
      empty = false;
    }
  }
  content.end_object();
  if (empty) {
    return fail(Code::kInvalid, "INVALID_FIELD", "Needs plainText, html, or both.", field);
  }
  return {};
}

Status read_addresses(JsonWriter& content, const Members& members, const char* name) {
  const auto* value = members.find(name);
  if (value == nullptr) {
    return {};
  }
  const std::string field = members.path_of(name);
  const auto list = elements_of(value);
  if (!list || list->size() > kMailRecipientsMax) {
    return fail(Code::kInvalid, "INVALID_FIELD",
                "Must be an array of at most " + std::to_string(kMailRecipientsMax) + " addresses.",
                field);
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::string at = field + "[" + std::to_string(i) + "]";
    DAYBOOK_TRY(check_mail_address(text_of((*list)[i]).value_or(""), at));
  }
  if (!list->empty()) {
    content.raw_member(name, value->text());
  }
  return {};
}

Status read_address(JsonWriter& content, const Members& members, const char* name) {
  DAYBOOK_ASSIGN(const std::string text, members.text(name, kMailAddressBytesMax));
  if (!text.empty()) {
    DAYBOOK_TRY(check_mail_address(text, members.path_of(name)));
    content.member(name, text);
  }
  return {};
}

Status read_dynamic(JsonWriter& content, const Members& members) {
  if (const auto* value = members.find("dynamic")) {
    DAYBOOK_TRY(Members::of(*value, members.path_of("dynamic")));
    DAYBOOK_TRY(fill_mail(members));  // a few bytes may stand for many
    content.raw_member("dynamic", value->text());
  }
  return {};
}

}  // namespace

Result<SendEffect> read_email(const Members& members) {
  SendEffect out;
  out.transport = Transport::kEmail;
  DAYBOOK_ASSIGN(out.recipient, line(members, "to", kMailAddressBytesMax, true));
  DAYBOOK_TRY(check_mail_address(out.recipient, members.path_of("to")));
  DAYBOOK_ASSIGN(out.category, line(members, "category", kTagBytesMax, false));
  if (out.category.empty()) {
    out.category = kCategoryDefault;
  }
  if (out.category.starts_with(kReservedCategory)) {
    return fail(Code::kInvalid, "INVALID_FIELD",
                "Categories that begin with 'system:' are reserved.", members.path_of("category"));
  }
  JsonWriter content(out.content);
  content.begin_object();
  DAYBOOK_ASSIGN(const std::string subject, line(members, "subject", kMailSubjectBytesMax, true));
  content.member("subject", subject);
  DAYBOOK_TRY(read_body(content, members));
  DAYBOOK_TRY(read_addresses(content, members, "cc"));
  DAYBOOK_TRY(read_addresses(content, members, "bcc"));
  DAYBOOK_TRY(read_address(content, members, "from"));
  DAYBOOK_ASSIGN(const std::string from_name,
                 line(members, "fromName", kDisplayNameBytesMax, false));
  if (!from_name.empty()) {
    content.member("fromName", from_name);
  }
  DAYBOOK_TRY(read_address(content, members, "replyTo"));
  DAYBOOK_TRY(read_dynamic(content, members));
  content.end_object();
  DAYBOOK_TRY(check_content(out.content, members.path_of("body")));
  return out;
}

Result<Effect> read_send_email(const Members& members) {
  DAYBOOK_TRY(members.only({"effect", "to", "subject", "body", "cc", "bcc", "from", "fromName",
                            "replyTo", "category", "dynamic"}));
  DAYBOOK_ASSIGN(SendEffect effect, read_email(members));
  return effect;
}

}  // namespace daybook::components::effects
