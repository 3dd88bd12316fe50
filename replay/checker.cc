#include "replay/checker.h"

#include <algorithm>

#include <boost/json/parse.hpp>

#include "base/hex.h"
#include "base/json_value.h"
#include "base/limits/json.h"
#include "base/utf8.h"
#include "events/codec.h"
#include "log/prefetch.h"
#include "replay/checker_access.h"
#include "replay/checker_findings.h"
#include "replay/checker_jobs.h"
#include "replay/progress.h"

namespace daybook::replay {
namespace {

// The first microsecond of the year 10000, and eleven years: what no sound event reaches.
constexpr std::int64_t kTimeEndUs = 253'402'300'800LL * 1'000'000;
constexpr std::int64_t kDurationMaxUs = 11LL * 366 * 86'400 * 1'000'000;

bool is_json(std::string_view text) {
  boost::system::error_code error;
  boost::json::parse_options options;
  options.max_depth = 4 * kJsonDepthMax;  // the edge is stricter; this only bounds the recursion
  boost::json::parse(text, error, {}, options);
  return !error;
}

// [{"componentId": "…", "parameters": {…}}, …], of sound JSON.
bool names_components(std::string_view text) {
  using Kind = JsonValue::Kind;
  const JsonValue list(text);
  if (list.kind() != Kind::kArray) {
    return false;
  }
  const auto elements = list.elements();
  return std::all_of(elements.begin(), elements.end(), [](const JsonValue& element) {
    const auto members =
        element.kind() == Kind::kObject ? element.members() : std::vector<JsonValue::Member>();
    return members.size() == 2 && members[0].first == "componentId" &&
           members[0].second.kind() == Kind::kString && members[1].first == "parameters" &&
           members[1].second.kind() == Kind::kObject;
  });
}

// Looks at every member of an event alike.
struct MemberRules {
  bool text_sound = true;
  bool in_range = true;

  void operator()(std::string_view, events::Text value) {
    text_sound = text_sound && !find_bad_utf8(value);
  }
  void operator()(std::string_view, const events::Json& value) {
    text_sound = text_sound && !find_bad_utf8(value.text) &&
                 (value.text.empty() || value.text == "{}" || is_json(value.text));
  }
  void operator()(std::string_view name, const std::vector<events::Text>& value) {
    for (const events::Text text : value) {
      (*this)(name, text);
    }
  }
  void operator()(std::string_view, Micros value) {
    in_range = in_range && value.value >= 0 && value.value < kTimeEndUs;
  }
  void operator()(std::string_view name, Duration value) {
    // A clock is set back, too; how far is looked at with the others.
    const bool of_clocks = name == "step" || name == "lead";
    in_range = in_range && value.value >= (of_clocks ? -kDurationMaxUs : 0) &&
               value.value <= kDurationMaxUs;
  }
  void operator()(std::string_view, const auto&) {}
};

}  // namespace

struct Checker::Impl {
  Impl(const CheckOptions& options_in, Ledger ledger_in)
      : options(options_in),
        ledger(std::move(ledger_in)),
        findings(options.violations_max),
        jobs(findings),
        access(findings),
        whole_life(options.first == Seq{1}),
        expected(options.first),
        chain(options.before.value_or(Hash{})) {}

  void check(const events::RecordView& given);
  void check_shape(const events::RecordView& record);
  void check_batch(const events::Header& header);
  void check_epoch(const events::Recorded& recorded);
  void check_ledger(const events::RecordView& record);
  void finish_ledger();
  void broken(Rule rule, Seq seq, std::string text) { findings.add(rule, seq, std::move(text)); }

  const CheckOptions options;
  Ledger ledger;
  Findings findings;
  JobRules jobs;
  AccessRules access;
  const bool whole_life;
  std::uint64_t events = 0;

  Seq expected;
  Hash chain;
  Sha256 digest;
  events::Header last;  // of the record before
  bool any = false;
  bool in_batch = false;
  std::uint64_t epoch = 0;
  std::map<CommandId, std::uint32_t> unknown_seen;
};

void Checker::Impl::check(const events::RecordView& given) {
  ++events;
  const auto record = events::read_record(given.bytes);
  if (!record) {
    broken(Rule::kRecord, expected, record.error().message);
    expected = next(expected);
    return;
  }
  check_shape(*record);
  check_batch(record->header);
  check_ledger(*record);
  const auto recorded = events::decode(*record);
  if (!recorded) {
    broken(Rule::kPayload, record->header.seq, recorded.error().message);
  } else {
    MemberRules members;
    members("actor", recorded->meta.actor);
    members("time", recorded->meta.time);
    std::visit([&](const auto& event) { event.each(members); }, recorded->event);
    if (!members.text_sound) {
      broken(Rule::kText, record->header.seq, "a text is not UTF-8 or a document is not JSON");
    }
    const auto* rule = std::get_if<events::RulePut>(&recorded->event);
    if (rule != nullptr && members.text_sound && !names_components(rule->components.text)) {
      broken(Rule::kText, record->header.seq,
             "the components of a rule are not what a server writes");
    }
    if (!members.in_range) {
      broken(Rule::kRange, record->header.seq, "a time or a duration is out of range");
    }
    check_epoch(*recorded);
    if (whole_life) {
      jobs.apply(*recorded);
      access.apply(*recorded);
    }
  }
  last = record->header;
  any = true;
}

void Checker::Impl::check_shape(const events::RecordView& record) {
  const events::Header& header = record.header;
  if (header.seq != expected) {
    broken(Rule::kDense, header.seq,
           "stands where " + std::to_string(expected.value) + " was expected");
  }
  const bool known = any || options.before.has_value();
  if (options.chain && known && header.chain != events::chain_after(chain, record, digest)) {
    broken(Rule::kChain, header.seq, "its hash does not continue the one before");
  }
  if (any && header.time < last.time) {
    broken(Rule::kTime, header.seq, "its time is before the one of the event before");
  }
  if (header.cause >= header.seq) {
    broken(Rule::kCause, header.seq,
           "its cause is " + std::to_string(header.cause.value) + ", which is not before it");
  }
  expected = next(header.seq);
  chain = header.chain;
}

void Checker::Impl::check_batch(const events::Header& header) {
  if (in_batch) {
    const bool continues = header.batch_index == last.batch_index + 1 &&
                           header.batch_count == last.batch_count &&
                           header.command == last.command && header.time == last.time &&
                           header.epoch == last.epoch && header.cause == last.cause;
    if (!continues) {
      broken(Rule::kBatch, header.seq, "the batch before is not whole, or this is not of it");
    }
  } else if (header.batch_index != 0 && (any || whole_life)) {
    broken(Rule::kBatch, header.seq, "a batch begins in its middle");
  }
  in_batch = header.batch_index + 1 < header.batch_count;
}

void Checker::Impl::check_epoch(const events::Recorded& recorded) {
  const Seq seq = recorded.meta.seq;
  if (const auto* started = std::get_if<events::ServerStarted>(&recorded.event)) {
    if (started->epoch.value <= epoch) {
      broken(Rule::kEpoch, seq,
             "epoch " + std::to_string(started->epoch.value) + " after " + std::to_string(epoch));
    }
    epoch = std::max(epoch, started->epoch.value);
  }
  if (!whole_life && !any) {
    epoch = recorded.meta.epoch.value;
  }
  if (recorded.meta.epoch.value != epoch) {
    broken(Rule::kEpoch, seq,
           "stands under epoch " + std::to_string(recorded.meta.epoch.value) + ", the newest is " +
               std::to_string(epoch));
  }
}

void Checker::Impl::check_ledger(const events::RecordView& record) {
  const events::Header& header = record.header;
  if (const auto acked = ledger.acknowledged.find(header.seq); acked != ledger.acknowledged.end()) {
    if (acked->second != header.chain) {
      broken(Rule::kLedgerAck, header.seq,
             "was acknowledged with hash " + to_hex(acked->second) + ", stands with " +
                 to_hex(header.chain));
    }
    ledger.acknowledged.erase(acked);
  }
  if (header.batch_index != 0) {
    return;
  }
  if (ledger.refused.contains(header.command)) {
    broken(Rule::kLedgerRefused, header.seq,
           "is of request " + header.command.text() + ", which was refused");
  }
  if (const auto unknown = ledger.unknown.find(header.command);
      unknown != ledger.unknown.end() && ++unknown_seen[header.command] > unknown->second) {
    broken(Rule::kLedgerUnknown, header.seq,
           "is one batch too many of request " + header.command.text());
  }
}

void Checker::Impl::finish_ledger() {
  for (const auto& [seq, hash] : ledger.acknowledged) {
    if (seq < options.first) {
      continue;  // trimmed: the receipt is older than what can be read
    }
    broken(Rule::kLedgerAck, seq,
           "was acknowledged with hash " + to_hex(hash) + " and is not there");
  }
}

Checker::Checker(CheckOptions options, Ledger ledger)
    : impl_(std::make_unique<Impl>(options, std::move(ledger))) {}
Checker::~Checker() = default;

void Checker::check(const events::RecordView& record) {
  impl_->check(record);
}

CheckReport Checker::finish(std::optional<JobTally> server) {
  CheckReport out;
  if (impl_->in_batch) {
    impl_->broken(Rule::kBatch, impl_->last.seq, "the log ends inside a batch");
    impl_->jobs.end_batch();
  }
  impl_->finish_ledger();
  if (impl_->whole_life) {
    out.jobs = impl_->jobs.finish();
    if (server && (server->pending != out.jobs.pending || server->running != out.jobs.running)) {
      impl_->broken(Rule::kCounts, Seq{},
                    "the log has " + std::to_string(out.jobs.pending) + " pending and " +
                        std::to_string(out.jobs.running) + " running jobs, the server says " +
                        std::to_string(server->pending) + " and " +
                        std::to_string(server->running));
    }
  }
  out.events = impl_->events;
  out.violations = impl_->findings.count();
  out.first = impl_->findings.first();
  out.last = Seq{impl_->expected.value - 1};
  out.chain = impl_->chain;
  out.whole_life = impl_->whole_life;
  return out;
}

std::uint64_t Checker::violations() const {
  return impl_->findings.count();
}

namespace {

std::string line_of(const Violation& violation) {
  return std::to_string(violation.seq.value) + " " + std::string(rule_name(violation.rule)) + ": " +
         violation.text;
}

}  // namespace

std::string Checker::last_violation() const {
  return line_of(impl_->findings.last());
}

bool CheckReport::found(Rule rule) const {
  return std::any_of(first.begin(), first.end(),
                     [&](const Violation& violation) { return violation.rule == rule; });
}

std::string CheckReport::text() const {
  std::string out;
  for (const Violation& violation : first) {
    out += line_of(violation) + "\n";
  }
  if (violations > first.size()) {
    out += "and " + std::to_string(violations - first.size()) + " more\n";
  }
  return out;
}

Result<CheckReport> check_log(log::Log& log, Ledger ledger, std::optional<JobTally> server,
                              const std::function<void(Seq, Seq)>& progress) {
  const Seq from = log.first();
  const Seq until = log.last();
  CheckOptions options;
  options.first = from;
  if (from > Seq{1}) {
    options.before.reset();
  }
  Checker checker(options, std::move(ledger));
  DAYBOOK_ASSIGN(auto inner, log.read(from));
  const auto cursor = log::prefetch(std::move(inner), from, until);
  events::RecordView record;
  for (;;) {
    DAYBOOK_ASSIGN(const bool more, cursor->next(record));
    if (!more) {
      return checker.finish(server);
    }
    checker.check(record);
    if (progress && (record.header.seq.value & kProgressMask) == 0) {
      progress(record.header.seq, until);
    }
  }
}

}  // namespace daybook::replay
