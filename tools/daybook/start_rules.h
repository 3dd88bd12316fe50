// What runs rules in a server.
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/result.h"
#include "base/supervisor.h"
#include "components/outside.h"
#include "components/rules.h"
#include "log/data_dir.h"

namespace daybook::cli {

// With a data directory a run that ended the server again and again is set aside, and the
// supervisor told. `outside`, `clock` and `supervisor` outlive it.
Result<std::unique_ptr<components::RuleEvaluator>> make_rule_evaluator(components::Outside& outside,
                                                                       const Clock& clock,
                                                                       const log::DataDir* data_dir,
                                                                       Supervisor& supervisor);

}  // namespace daybook::cli
