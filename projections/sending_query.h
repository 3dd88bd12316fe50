// Questions to the sending list. Private to projections/; any thread, on a view of its own.
#pragma once

#include <vector>

#include "projections/sending_rows.h"
#include "projections/store.h"
#include "projections/views.h"

namespace daybook::projections::sending_query {

Result<std::optional<SendingRow>> find(const View& view, SendingId sending);
Result<Page<SendingRow>> list(const View& view, const SendingFilter& filter,
                              const PageRequest& request);
Result<SendingCounts> counts(const View& view);
// As Views::sendings_due().
Result<std::vector<Views::EndedSending>> ended_before(const View& view, Micros cutoff,
                                                      std::size_t limit,
                                                      RetentionPlace::Reached& reached,
                                                      Micros settled);

}  // namespace daybook::projections::sending_query
