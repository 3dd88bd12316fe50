#include "events/codec.h"

#include <array>
#include <string>
#include <utility>

#include "base/check.h"
#include "events/catalogue.h"
#include "events/codec_parts.h"

namespace daybook::events {
namespace {

constexpr flatbuffers::uoffset_t kVerifierDepth = 8;
constexpr flatbuffers::uoffset_t kVerifierTables = 8;

// Verifies the payload as a table of type T and reads it as alternative E.
template <typename T, typename E>
bool read_as(Bytes payload, Event& event, Text& actor) {
  flatbuffers::Verifier verifier(payload.data(), payload.size(), kVerifierDepth, kVerifierTables);
  if (!verifier.VerifyBuffer<T>(nullptr)) {
    return false;
  }
  const T* table = flatbuffers::GetRoot<T>(payload.data());
  actor = table->actor() == nullptr ? Text("system") : parts::text(table->actor());
  return parts::read(*table, event.emplace<E>());
}

using Reader = bool (*)(Bytes, Event&, Text&);

// In the order of the catalogue: the reader of schema version 1 of each type.
constexpr std::array<Reader, std::variant_size_v<Event>> kReaders = {
    read_as<fb::ServerStarted, ServerStarted>,
    read_as<fb::ComponentPut, ComponentPut>,
    read_as<fb::ComponentDeleted, ComponentDeleted>,
    read_as<fb::DefinitionPut, DefinitionPut>,
    read_as<fb::DefinitionDeleted, DefinitionDeleted>,
    read_as<fb::JobCreated, JobCreated>,
    read_as<fb::JobStarted, JobStarted>,
    read_as<fb::JobCompleted, JobCompleted>,
    read_as<fb::JobFailed, JobFailed>,
    read_as<fb::JobRetryScheduled, JobRetryScheduled>,
    read_as<fb::JobCancelRequested, JobCancelRequested>,
    read_as<fb::JobCancelled, JobCancelled>,
    read_as<fb::LeaseExtended, LeaseExtended>,
    read_as<fb::LeaseExpired, LeaseExpired>,
    read_as<fb::JobRemoved, JobRemoved>,
    read_as<fb::IdempotencyKeyUsed, IdempotencyKeyUsed>,
    read_as<fb::LogTrimmed, LogTrimmed>,
    read_as<fb::RetentionApplied, RetentionApplied>,
    read_as<fb::SendingCreated, SendingCreated>,
    read_as<fb::SendingRetryScheduled, SendingRetryScheduled>,
    read_as<fb::SendingSent, SendingSent>,
    read_as<fb::SendingBounced, SendingBounced>,
    read_as<fb::SendingCancelled, SendingCancelled>,
    read_as<fb::SendingRemoved, SendingRemoved>,
    read_as<fb::RulePut, RulePut>,
    read_as<fb::RuleDeleted, RuleDeleted>,
    read_as<fb::RuleApplied, RuleApplied>,
    read_as<fb::RulesAdvanced, RulesAdvanced>,
    read_as<fb::ClockStepped, ClockStepped>,
    read_as<fb::ContractDerived, ContractDerived>,
    read_as<fb::TokenCreated, TokenCreated>,
    read_as<fb::TokenRotated, TokenRotated>,
    read_as<fb::TokenRevoked, TokenRevoked>,
    read_as<fb::TokenExpired, TokenExpired>,
};

Meta meta_of(const Header& header) {
  return Meta{header.seq,          header.time,        header.command,     header.cause,
              Epoch{header.epoch}, header.batch_index, header.batch_count, {}};
}

}  // namespace

struct Encoder::Builder {
  flatbuffers::FlatBufferBuilder buffer{4096};
};

Encoder::Encoder() : builder_(std::make_unique<Builder>()) {}
Encoder::~Encoder() = default;

Bytes Encoder::encode(const Event& event, std::string_view actor) {
  auto& buffer = builder_->buffer;
  buffer.Clear();
  const parts::Actor who = actor == "system" ? parts::Actor{} : parts::text(buffer, actor);
  std::visit([&](const auto& e) { parts::write(buffer, who, e); }, event);
  return {buffer.GetBufferPointer(), buffer.GetSize()};
}

Result<Recorded> decode(const RecordView& record) {
  const auto corrupt = [&](std::string_view what) {
    return fail(Code::kCorrupt, "CORRUPT_RECORD",
                "record " + std::to_string(record.header.seq.value) + ": " + std::string(what));
  };
  const auto entry = find_type(record.header.type);
  if (!entry) {
    return fail(Code::kCorrupt, "UNKNOWN_EVENT_TYPE",
                "record " + std::to_string(record.header.seq.value) + ": event type " +
                    std::to_string(record.header.type) + " is not known to this version");
  }
  if (record.header.version == 0 || record.header.version > entry->version) {
    return corrupt("schema version " + std::to_string(record.header.version) + " of " +
                   std::string(entry->name) + " is not known to this version");
  }
  Recorded out{meta_of(record.header), ServerStarted{}};
  if (!kReaders[entry->type - 1U](record.payload, out.event, out.meta.actor)) {
    return corrupt("the payload is not a valid " + std::string(entry->name));
  }
  return out;
}

}  // namespace daybook::events
