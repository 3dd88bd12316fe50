// A sending as the API shows it.
#pragma once

#include "base/json_writer.h"
#include "events/types.h"
#include "projections/sending_rows.h"

namespace daybook::api {

// The members of one sending, without braces. `waits_for` says why a pending one without a failed
// try cannot leave; empty: it can.
void write_sending_members(JsonWriter& json, const projections::SendingRow& sending,
                           std::string_view waits_for);

// The row as the list will show it, from the event that creates it.
projections::SendingRow created_sending(const events::Meta& meta,
                                        const events::SendingCreated& event);

}  // namespace daybook::api
