// Reads the index of events (event_index.h). Private to projections/; any thread, one view for each
// query.
#pragma once

#include "projections/store.h"
#include "projections/views.h"

namespace daybook::projections::event_query {

// As Views::find_events(), of all but the job.
Result<FoundEvents> find(const View& view, const EventSelection& selection,
                         const EventStretch& stretch);
// Those of one job, from its history.
Result<FoundEvents> find_of_job(const View& history, const EventSelection& selection,
                                const EventStretch& stretch);

}  // namespace daybook::projections::event_query
