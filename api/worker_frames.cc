#include "api/worker_frames.h"

#include <algorithm>
#include <utility>

#include "api/field_reader.h"
#include "api/lease.h"
#include "api/worker_items.h"
#include "base/json_check.h"
#include "base/limits/definitions.h"
#include "base/limits/json.h"
#include "base/limits/worker_protocol.h"

namespace daybook::api {
namespace {

// Numbers that every JSON library can keep.
constexpr std::int64_t kFrameIdMax = (std::int64_t{1} << 53) - 1;

std::size_t read_credits(FieldReader& fields) {
  std::int64_t out = -1;
  fields.integer("credits", out, {0, static_cast<std::int64_t>(kWorkerCreditsMax)});
  if (out < 0 && fields.errors().empty()) {
    fields.errors().add("is required", fields.path_of("credits"));
  }
  return static_cast<std::size_t>(std::max<std::int64_t>(out, 0));
}

std::vector<JsonValue> read_array(FieldReader& fields, std::string_view name, std::size_t max,
                                  Need need) {
  const auto array = fields.find(name, JsonValue::Kind::kArray, "an array", need);
  if (!array) {
    return {};
  }
  auto out = array->elements();
  if (out.empty() || out.size() > max) {
    fields.errors().add("has 1 to " + std::to_string(max) + " elements", fields.path_of(name));
    out.clear();
  }
  return out;
}

HelloFrame read_hello(FieldReader& fields) {
  HelloFrame out;
  fields.resource_id("workerId", out.worker, Need::kRequired);
  const auto wishes = read_array(fields, "subscriptions", kWorkerSubscriptionsMax, Need::kRequired);
  std::size_t credits = 0;
  for (std::size_t i = 0; i < wishes.size() && fields.errors().empty(); ++i) {
    FieldReader wish(wishes[i], fields.path_of("subscriptions[" + std::to_string(i) + "]."),
                     fields.errors());
    auto& subscription = out.subscriptions.emplace_back();
    read_definitions(wish, subscription.definitions);
    subscription.credits = read_credits(wish);
    credits += subscription.credits;
    wish.finish();
  }
  if (credits > kWorkerCreditsMax) {
    fields.errors().add("has credits of more than " + std::to_string(kWorkerCreditsMax) + " jobs",
                        fields.path_of("subscriptions"));
  }
  return out;
}

CreditsFrame read_credits_frame(FieldReader& fields) {
  CreditsFrame out;
  std::int64_t subscription = 0;
  fields.integer("subscription", subscription,
                 {0, static_cast<std::int64_t>(kWorkerSubscriptionsMax) - 1});
  out.subscription = static_cast<std::size_t>(subscription);
  out.credits = read_credits(fields);
  return out;
}

HeartbeatFrame read_heartbeat_frame(FieldReader& fields, std::int64_t id) {
  HeartbeatFrame out;
  out.id = id;
  Duration lease;
  fields.duration("leaseDuration", lease, {Duration{kLeaseMinUs}, Duration{kLeaseMaxUs}});
  if (lease.value > 0) {
    out.lease = lease;
  }
  if (fields.names("leases")) {
    out.items = read_array(fields, "leases", kLeaseJobsMax, Need::kRequired);
    if (out.lease) {
      fields.errors().add("stands in each of the leases", fields.path_of("leaseDuration"));
    }
  }
  return out;
}

std::optional<std::int64_t> read_id(FieldReader& fields) {
  std::int64_t id = -1;
  fields.integer("id", id, {0, kFrameIdMax});
  return id < 0 ? std::nullopt : std::optional(id);
}

// Nothing when it is not sound: then there are errors.
std::optional<WorkerFrame> read_frame(const JsonValue& value, FieldErrors& errors,
                                      std::optional<std::int64_t>& id) {
  FieldReader fields(value, "", errors);
  if (!errors.empty()) {
    return std::nullopt;
  }
  const auto type = fields.find("type", JsonValue::Kind::kString, "text", Need::kRequired);
  if (!type) {
    return std::nullopt;
  }
  const std::string name = type->string();
  std::optional<WorkerFrame> out;
  if (name == "hello") {
    out = read_hello(fields);
  } else if (name == "credits") {
    out = read_credits_frame(fields);
  } else if (name == "report" || name == "heartbeat") {
    id = read_id(fields);
    if (!id) {
      errors.add("is required: a number from 0 to 2^53 - 1", "id");
    }
    if (name == "report") {
      out = ReportFrame{id.value_or(0),
                        read_array(fields, "reports", kLeaseJobsMax, Need::kRequired)};
    } else {
      out = read_heartbeat_frame(fields, id.value_or(0));
    }
  } else {
    errors.add("is not a type of frame", "type", "UNKNOWN_FRAME");
  }
  fields.finish();
  return errors.empty() ? std::move(out) : std::nullopt;
}

FrameFault fault_of(Error error, std::optional<std::int64_t> id = {}, bool is_json = true) {
  return {id, is_json, std::move(error)};
}

}  // namespace

WorkerMessage read_message(std::string_view text) {
  WorkerMessage out;
  if (Status sound = check_json(text, kJsonDocumentDepthMax); !sound) {
    out.fault = fault_of(std::move(sound).error(), {}, false);
    return out;
  }
  const JsonValue value(text);
  const bool is_array = value.kind() == JsonValue::Kind::kArray;
  const auto elements = is_array ? value.elements() : std::vector<JsonValue>();
  if (elements.empty() || elements.size() > kWorkerFramesPerMessageMax) {
    out.fault = fault_of(make_error(
        Code::kInvalid, "INVALID_FIELD",
        "a message is an array of 1 to " + std::to_string(kWorkerFramesPerMessageMax) + " frames",
        "message"));
    return out;
  }
  for (const JsonValue& element : elements) {
    FieldErrors errors;
    std::optional<std::int64_t> id;
    auto frame = read_frame(element, errors, id);
    if (!frame) {
      out.fault = fault_of(std::move(errors.take().front()), id);
      return out;
    }
    out.frames.push_back(std::move(*frame));
  }
  return out;
}

}  // namespace daybook::api
