// CreateSending, and sendings as effects; CancelSending.
#include "base/limits/sendings.h"
#include "scheduler/decide_parts.h"

namespace daybook::scheduler {

Status create_sending(const Context& context, const SendingSource& source,
                      const std::string& prefix, Decision& out) {
  const NewSending& sending = source.sending;
  DAYBOOK_TRY(check_owner(source.owner, access::Noun::kSendings, {}));
  // The edge looks at sizes too; here they guard the bound of an event, which must not be passed.
  if (sending.content.size() > kSendingContentBytesMax) {
    return fail(Code::kTooLarge, "TOO_LARGE", "the content is over its limit", prefix + "body");
  }
  bool taken = sending.id.is_null() || context.state.find_sending(sending.id).has_value();
  for (const events::Event& event : out.events) {
    const auto* other = std::get_if<events::SendingCreated>(&event);
    taken = taken || (other != nullptr && other->sending == sending.id);
  }
  if (taken) {
    return fail(Code::kConflict, "SENDING_EXISTS", "there is a sending of this id",
                prefix + "sendingId");
  }
  events::SendingCreated event;
  event.sending = sending.id;
  event.transport = sending.transport;
  event.recipient = sending.recipient;
  event.category = sending.category;
  event.content = {sending.content};
  event.job = source.job;
  event.effect_of = source.effect_of;
  event.effect_index = source.effect_index;
  out.events.emplace_back(event);
  return {};
}

Status decide(const Context& context, const CreateSending& command, Decision& out) {
  DAYBOOK_TRY(check_open(context));
  return create_sending(context, {command.sending, {}, {}, 0, owner_of_actor(context)}, "", out);
}

Status decide(const Context& context, const CancelSending& command, Decision& out) {
  const auto sending = context.state.find_sending(command.sending);
  if (!sending) {
    return fail(Code::kNotFound, "NOT_FOUND",
                "there is no pending sending " + command.sending.text());
  }
  out.cause = sending->created;
  out.events.emplace_back(events::SendingCancelled{command.sending});
  return {};
}

}  // namespace daybook::scheduler
