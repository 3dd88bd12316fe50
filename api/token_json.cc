#include "api/token_json.h"

#include "access/rights.h"
#include "access/token_text.h"

#include "api/texts_json.h"
#include "base/limits/access.h"
#include "base/limits/resources.h"

namespace daybook::api {

scheduler::CreateToken read_token_body(const JsonValue& value, Micros now, FieldErrors& errors) {
  scheduler::CreateToken out;
  FieldReader fields(value, "", errors);
  if (!errors.empty()) {
    return out;
  }
  if (const auto id = fields.find("tokenId", JsonValue::Kind::kString, "text")) {
    out.token = id->string();
    if (Status sound = access::check_token_id(out.token, "tokenId"); !sound) {
      errors.add(std::move(sound).error());
    } else if (out.token == "self") {
      errors.add("'self' is what every token calls itself", "tokenId", "BAD_TOKEN_ID");
    }
  }
  fields.line("displayName", out.display_name, kDisplayNameBytesMax);
  if (fields.find("permissions", JsonValue::Kind::kArray, "an array of texts", Need::kRequired)) {
    fields.texts("permissions", out.permissions, kTokenPermissionsMax, kTokenPermissionsBytesMax);
    const std::vector<std::string_view> texts(out.permissions.begin(), out.permissions.end());
    if (auto rights = access::Rights::parse(texts, "permissions"); errors.empty() && !rights) {
      errors.add(std::move(rights).error());
    }
  }
  std::optional<Micros> at;
  fields.time("expiresAt", at);
  Duration in;
  fields.duration("expiresIn", in, {seconds(1), Duration{kTokenLifeMaxUs}});
  if (at && in.value > 0) {
    errors.add("and expiresAt exclude each other", "expiresIn");
  }
  out.expires_at = in.value > 0 ? now + in : at.value_or(Micros{});
  if (at && *at <= now) {
    errors.add("must be later than now", "expiresAt", "EXPIRES_IN_PAST");
  }
  fields.finish();
  return out;
}

void write_token_members(JsonWriter& json, const projections::TokenRow& row) {
  json.member("tokenId", row.token);
  json.member_or_null("displayName", !row.display_name.empty(), row.display_name);
  write_texts(json, "permissions", row.permissions);
  json.member_or_null("expiresAt", row.expires_at.value != 0, row.expires_at);
  json.member_or_null("createdAt", row.created_at.value != 0, row.created_at);
  json.member("createdBy", row.created_by);
  json.member("updatedAt", row.updated_at);
  json.member("updatedBy", row.updated_by);
}

}  // namespace daybook::api
