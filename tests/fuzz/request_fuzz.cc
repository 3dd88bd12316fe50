// Any bytes as a connection's requests, and their bodies as every kind of body: the same requests
// however the bytes are cut, and each refused or read, never harm.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "api/component_json.h"
#include "api/definition_json.h"
#include "api/job_json.h"
#include "api/message_reader.h"
#include "api/query.h"
#include "api/router.h"
#include "base/check.h"
#include "base/json_check.h"

namespace daybook::api {
namespace {

using Step = MessageReader::Step;

struct Taken {
  std::vector<std::string> requests;  // method, path, body
  bool refused = false;

  bool operator==(const Taken&) const = default;
};

class NoComponents final : public components::ComponentDirectory {
 public:
  std::optional<std::string> spec(std::string_view) const override { return std::nullopt; }
};

void read_body(const std::string& body) {
  if (!check_json(body)) {
    return;
  }
  const JsonValue value(body);
  FieldErrors errors;
  static_cast<void>(read_job(value, "", Micros{}, errors));
  static_cast<void>(read_definition(value, "x", errors));
  if (const auto component = read_component(body, "x", {}, NoComponents())) {
    DAYBOOK_CHECK(check_json(component->command.component.spec).has_value(), "a spec is JSON");
  }
  std::string again;
  JsonWriter json(again);
  json.value(value.kind() == JsonValue::Kind::kString ? value.string() : std::string());
  DAYBOOK_CHECK(check_json(again).has_value(), "text that was read can be written");
}

std::string take(const Request& request) {
  const Match found = match(routes(), request.head.method, request.head.path);
  if (found.route != nullptr) {
    static_cast<void>(Query::parse(request.head.query, found.route->query));
  }
  read_body(request.body);
  return std::string(method_name(request.head.method)) + " " + request.head.path + "\n" +
         request.body;
}

Taken feed(const std::uint8_t* data, std::size_t size, std::size_t piece) {
  MessageReader reader;
  Taken out;
  Request request;
  for (;;) {
    const Step step = reader.step(request);
    if (step == Step::kRefused) {
      out.refused = true;
      return out;
    }
    if (step == Step::kDone) {
      out.requests.push_back(take(request));
      continue;
    }
    if (step == Step::kContinue) {
      continue;
    }
    if (size == 0) {
      return out;
    }
    const auto space = reader.space();
    const std::size_t count = std::min({piece, size, space.size()});
    std::copy_n(data, count, space.begin());
    reader.received(count);
    data += count;
    size -= count;
  }
}

}  // namespace
}  // namespace daybook::api

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using daybook::api::feed;
  const auto whole = feed(data, size, size + 1);
  DAYBOOK_CHECK(feed(data, size, 1) == whole, "how the bytes are cut makes no difference");
  DAYBOOK_CHECK(feed(data, size, 7) == whole, "how the bytes are cut makes no difference");
  return 0;
}
