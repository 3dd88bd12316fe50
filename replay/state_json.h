// The entries of a state as JSON objects, one line each. Private to this folder.
#pragma once

#include <string>

#include "scheduler/state.h"

namespace daybook::replay {

std::string component_json(const scheduler::Component& component);
std::string definition_json(const scheduler::Definition& definition);
std::string sending_json(const scheduler::Sending& sending);
std::string rule_json(const scheduler::Rule& rule);
std::string job_json(const scheduler::JobView& job);

}  // namespace daybook::replay
