// messageActor: messages to an actor of the system that the operator configured, recorded as a
// sending and posted there afterwards.
#include <algorithm>

#include "base/json_writer.h"
#include "base/limits/components.h"
#include "base/limits/resources.h"
#include "base/limits/sendings.h"
#include "components/effect_parts.h"

namespace daybook::components::effects {
namespace {

struct Target {
  std::string type;
  std::string id;
};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Takes the prefix off, whatever its case.
void strip(std::string_view& text, std::string_view prefix) {
  if (text.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), text.begin(),
                                                 [](char a, char b) { return a == lower(b); })) {
    text.remove_prefix(prefix.size());
  }
}

// "[resources/][actors/]<type>/<id>"
Result<Target> read_path(const Members& members) {
  const Result<std::string> path = line(members, "path", kUrlBytesMax, true);
  if (!path) {
    return tl::unexpected(path.error());
  }
  std::string_view rest = *path;
  strip(rest, "/");
  strip(rest, "resources/");
  strip(rest, "actors/");
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == rest.size()) {
    return fail(Code::kInvalid, "INVALID_FIELD", "Must be actors/<type>/<id>.",
                members.path_of("path"));
  }
  return Target{std::string(rest.substr(0, slash)), std::string(rest.substr(slash + 1))};
}

Result<Target> read_target(const Members& members) {
  Target out;
  const bool by_path = members.find("path") != nullptr;
  if (by_path && (members.find("actorType") != nullptr || members.find("actorId") != nullptr)) {
    return fail(Code::kInvalid, "INVALID_FIELD", "Give either path or actorType and actorId.",
                members.path_of("path"));
  }
  if (by_path) {
    DAYBOOK_ASSIGN(out, read_path(members));
  } else {
    DAYBOOK_ASSIGN(out.type, line(members, "actorType", kIdBytesMax, true));
    DAYBOOK_ASSIGN(out.id, line(members, "actorId", kIdBytesMax, true));
  }
  DAYBOOK_TRY(check_resource_id(out.type, members.path_of(by_path ? "path" : "actorType")));
  if (out.id.size() > kIdBytesMax || out.id.find('/') != std::string::npos) {
    return fail(Code::kInvalid, "INVALID_FIELD",
                "An actor's id has at most 128 bytes and no slashes.",
                members.path_of(by_path ? "path" : "actorId"));
  }
  return out;
}

Status add_message(JsonWriter& out, const Members& members, std::string_view type_name) {
  DAYBOOK_ASSIGN(const std::string type, line(members, type_name, kIdBytesMax, true));
  out.begin_object();
  out.member("type", type);
  if (const auto* body = members.find("body")) {
    out.raw_member("body", body->text());
  }
  out.end_object();
  return {};
}

Status add_messages(JsonWriter& out, const Members& members) {
  const auto* value = members.find("messages");
  if (value == nullptr) {
    return add_message(out, members, "messageType");
  }
  const std::string field = members.path_of("messages");
  if (members.find("messageType") != nullptr || members.find("body") != nullptr) {
    return fail(Code::kInvalid, "INVALID_FIELD", "Give either messages or messageType and body.",
                field);
  }
  const auto list = elements_of(value);
  if (!list || list->empty() || list->size() > kActorMessagesMax) {
    return fail(Code::kInvalid, "INVALID_FIELD",
                "Must be an array of 1 to " + std::to_string(kActorMessagesMax) + " messages.",
                field);
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    DAYBOOK_ASSIGN(const Members message,
                   Members::of((*list)[i], field + "[" + std::to_string(i) + "]"));
    DAYBOOK_TRY(message.only({"type", "body"}));
    DAYBOOK_TRY(add_message(out, message, "type"));
  }
  return {};
}

}  // namespace

Result<Effect> read_message_actor(const Members& members) {
  DAYBOOK_TRY(
      members.only({"effect", "path", "actorType", "actorId", "messages", "messageType", "body"}));
  DAYBOOK_ASSIGN(const Target target, read_target(members));
  SendEffect out;
  out.transport = Transport::kActor;
  out.category = kCategoryDefault;
  out.recipient = target.type + "/" + target.id;
  JsonWriter content(out.content);
  content.begin_object();
  content.key("messages");
  content.begin_array();
  DAYBOOK_TRY(add_messages(content, members));
  content.end_array();
  content.end_object();
  DAYBOOK_TRY(check_content(out.content, members.path_of("messages")));
  return out;
}

}  // namespace daybook::components::effects
