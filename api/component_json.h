// Components as JSON. What is not about every component alike ("code", "command", "url", …) is the
// spec: kept together as one JSON object and shown again as members of the component.
#pragma once

#include <string>
#include <vector>

#include "api/field_reader.h"
#include "api/problem.h"
#include "base/json_writer.h"
#include "components/runtime.h"
#include "dispatch/runtime_checks.h"
#include "events/types.h"
#include "projections/rows.h"
#include "scheduler/commands.h"

namespace daybook::api {

struct ReadComponent {
  scheduler::PutComponent command;
  std::vector<Error> warnings;  // of its runtime
};

// Reads and checks a component: its form here, its spec by its runtime; `others`: what it may
// import.
Answer<ReadComponent> read_component(std::string_view body, const std::string& id,
                                     const dispatch::RuntimeChecks& runtimes,
                                     const components::ComponentDirectory& others);

// The members of a component, without the braces; a createdAt that is zero is null.
void write_component_members(JsonWriter& json, const projections::ComponentRow& row);

}  // namespace daybook::api
