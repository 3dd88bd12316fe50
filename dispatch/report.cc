#include "dispatch/report.h"

#include <algorithm>
#include <utility>

#include "base/limits/resources.h"
#include "base/sha256.h"
#include "dispatch/failure.h"

namespace daybook::dispatch {
namespace {

// Parts are preceded by their length, so that no two outcomes have the same form.
void add_part(std::string& out, std::string_view part) {
  out.append(std::to_string(part.size())).append(":").append(part);
}

void add_effect(std::string& out, const scheduler::ScheduleEffect& effect) {
  add_part(out, effect.job.definition);
  add_part(out, effect.job.parameters);
  add_part(out, effect.job.run_at ? std::to_string(effect.job.run_at->value) : "");
  add_part(out, effect.after ? std::to_string(effect.after->value) : "");
  add_part(out, effect.job.priority ? std::to_string(*effect.job.priority) : "");
  for (const auto& tag : effect.job.tags) {
    add_part(out, tag);
  }
  add_part(out, effect.job.unique_key);
}

void add_effect(std::string& out, const scheduler::NewSending& sending) {
  add_part(out, sending.id.text());
  add_part(out, sending.recipient);
  add_part(out, sending.category);
  add_part(out, sending.content);
}

std::uint64_t digest_of(const scheduler::ReportAttempt& report) {
  std::string form(report.cancelled ? "c" : report.failed ? "f" : "r");
  add_part(form, report.result);
  if (report.failed) {
    add_part(form, report.failed->code);
    add_part(form, report.failed->message);
    add_part(form, report.failed->details);
    form += report.failed->retryable ? '1' : '0';
  }
  add_part(form, report.output);
  add_part(form, report.answers);
  for (const auto& effect : report.effects) {
    std::visit([&](const auto& kind) { add_effect(form, kind); }, effect);
    form += ';';
  }
  const Hash hash = sha256(form);
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    out = out << 8 | hash[i];
  }
  return out;
}

}  // namespace

scheduler::ReportAttempt make_report(const scheduler::Token& token, JobId job,
                                     components::RunOutcome outcome, const EffectRules& rules) {
  scheduler::ReportAttempt out;
  out.token = token;
  out.job = job;
  out.cancelled = outcome.cancelled;
  // Half a JSON document is none; a run that asked that much is told so by its failure.
  if (outcome.answers.size() <= kAnswersBytesMax) {
    out.answers = std::move(outcome.answers);
  } else if (!outcome.failure) {
    outcome.failure = {"ANSWERS_TOO_LARGE", "What its queries were answered is over its limit.", "",
                       false};
  }
  if (outcome.failure) {
    out.failed = failed_of(std::move(*outcome.failure));
  } else if (outcome.result.size() > kResultBytesMax) {
    out.failed = {"OUTPUT_TOO_LARGE", "The result is over its limit.", "", false};
  } else if (!outcome.cancelled) {
    auto effects = make_effects(token, std::move(outcome.effects), rules);
    if (effects) {
      out.result = std::move(outcome.result);
      out.output = std::move(outcome.output);
      out.effects = std::move(*effects);
      out.effect_places = std::move(outcome.effect_places);
    } else {
      out.failed = effect_failure(effects.error(), outcome.effect_places);
    }
  }
  out.digest = digest_of(out);
  return out;
}

scheduler::ReportAttempt make_refused_report(const scheduler::Token& token, JobId job,
                                             const Error& refusal) {
  components::RunOutcome outcome;
  outcome.failure = components::Failure{"REPORT_REFUSED", refusal.text(), "", false};
  return make_report(token, job, std::move(outcome));
}

std::size_t report_bytes(const scheduler::ReportAttempt& report) {
  std::size_t out = report.result.size() + report.output.size();
  if (report.failed) {
    out += report.failed->message.size() + report.failed->details.size();
  }
  out += report.answers.size();
  for (const auto& effect : report.effects) {
    const auto* job = std::get_if<scheduler::ScheduleEffect>(&effect);
    out += job != nullptr ? job->job.parameters.size()
                          : std::get<scheduler::NewSending>(effect).content.size();
  }
  return out;
}

}  // namespace daybook::dispatch
