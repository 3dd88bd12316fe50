// What an attempt fails with, in the form in which it stands in the log. Whoever reports it (a
// program, a server that was asked, a worker) is believed in the matter and not in the form: a text
// that is too long is cut, and one that cannot be shown is made so.
#pragma once

#include <string_view>

#include "components/runtime.h"
#include "scheduler/commands.h"

namespace daybook::dispatch {

// The code keeps letters, digits, '.', '_' and '-'; others become '_', none becomes FAILED. Details
// over kErrorDetailsBytesMax become {"omittedBytes":n}.
scheduler::Failed failed_of(components::Failure failure);

// Whether an attempt can have failed with that code.
bool is_error_code(std::string_view text);

}  // namespace daybook::dispatch
