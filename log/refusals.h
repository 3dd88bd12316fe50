// The errors of the log's contract (log/log.h), worded once for every implementation.
#pragma once

#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"

namespace daybook::log {

// A position as messages name it.
std::string number(Seq seq);

// kConflict "NOT_HEAD": the group does not start right after the log's last record.
tl::unexpected<Error> refuse_not_head(Seq first, Seq last);
// kNotFound "LOG_TRIMMED".
tl::unexpected<Error> refuse_trimmed(Seq position, Seq first);
// kInvalid "TRIM_PAST_END".
tl::unexpected<Error> refuse_trim(Seq through, Seq last);
// Where a cursor may start: kInvalid "BAD_POSITION" for 0 and beyond last + 1, kNotFound
// "LOG_TRIMMED" before first.
Status check_position(Seq from, Seq first, Seq last);

// kNotFound "LOG_TRIMMED" for one who cannot do without the events from `needed` on; says what
// brings them back. `who` begins the sentence: "the views need".
tl::unexpected<Error> refuse_without(std::string_view who, Seq needed, Seq first);

}  // namespace daybook::log
