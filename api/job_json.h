// Jobs as JSON: what a request says of a new one, and how a job is shown.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/field_reader.h"
#include "base/json_writer.h"
#include "projections/rows.h"
#include "scheduler/commands.h"

namespace daybook::api {

// Reads {jobDefinitionId, parameters, runAt, priority, tags, uniqueKey}. `now` bounds runAt.
scheduler::NewJob read_job(const JsonValue& value, std::string path, Micros now,
                           FieldErrors& errors);

// The members of a job, without the braces. max_attempts is its definition's, as it stands now.
void write_job_members(JsonWriter& json, const projections::JobRow& job,
                       std::optional<std::uint32_t> max_attempts);

// A job as its JobCreated event tells it.
projections::JobRow created_row(const events::Meta& meta, const events::JobCreated& event);

// The body of an answer to POST /resources/jobs: one job with the receipt.
std::string created_json(const projections::JobRow& job, Seq seq, std::string_view hash);

}  // namespace daybook::api
