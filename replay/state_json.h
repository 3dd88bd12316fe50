// The entries of a state as JSON objects, one line each. Private to this folder.
#pragma once

#include <string>

#include "base/result.h"
#include "log/event_reader.h"
#include "scheduler/state.h"

namespace daybook::replay {

std::string component_json(const scheduler::Component& component);
std::string definition_json(const scheduler::Definition& definition);
std::string sending_json(const scheduler::Sending& sending);
std::string rule_json(const scheduler::Rule& rule);
std::string token_json(const scheduler::AccessToken& token);
// All but what its creation says for good.
std::string job_json(const scheduler::JobView& job);
// And with that: from the log.
Result<std::string> whole_job_json(const scheduler::JobView& job, log::EventReader& reader);

}  // namespace daybook::replay
