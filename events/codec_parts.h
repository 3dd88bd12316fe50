// What the codec's files share; private to this folder (it shows FlatBuffers).
#pragma once

#include <cstring>

#include "events_generated.h"
#include <flatbuffers/flatbuffers.h>

#include "events/types.h"

namespace daybook::events::parts {

using Builder = flatbuffers::FlatBufferBuilder;
using Actor = flatbuffers::Offset<flatbuffers::String>;
using Texts = flatbuffers::Offset<flatbuffers::String>;

// Absent stands for empty: the common case costs no bytes.
inline Texts text(Builder& b, Text value) {
  return value.empty() ? Texts{} : b.CreateString(value.data(), value.size());
}

inline Text text(const flatbuffers::String* value) {
  return value == nullptr ? Text{} : Text{value->data(), value->size()};
}

inline flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> hash(Builder& b, const Hash& value) {
  return b.CreateVector(value.data(), value.size());
}

// False when the member is there but is not a hash.
inline bool hash(const flatbuffers::Vector<std::uint8_t>* value, Hash& out) {
  if (value == nullptr || value->size() != out.size()) {
    return value == nullptr;
  }
  std::memcpy(out.data(), value->data(), out.size());
  return true;
}

inline fb::Id id(JobId value) {
  return fb::Id(value.high, value.low);
}

inline JobId id(const fb::Id* value) {
  return value == nullptr ? JobId{} : JobId{value->high(), value->low()};
}

inline fb::Id id(SendingId value) {
  return fb::Id(value.high, value.low);
}

inline SendingId sending_id(const fb::Id* value) {
  return value == nullptr ? SendingId{} : SendingId{value->high(), value->low()};
}

using TextList = flatbuffers::Vector<Texts>;

// Absent stands for an empty list, too.
inline flatbuffers::Offset<TextList> texts(Builder& b, const std::vector<Text>& values) {
  if (values.empty()) {
    return {};
  }
  std::vector<Texts> offsets;
  offsets.reserve(values.size());
  for (const Text value : values) {
    offsets.push_back(b.CreateString(value.data(), value.size()));
  }
  return b.CreateVector(offsets);
}

inline void texts(const TextList* values, std::vector<Text>& out) {
  if (values == nullptr) {
    return;
  }
  out.reserve(values->size());
  for (const flatbuffers::String* value : *values) {
    out.push_back(text(value));
  }
}

template <typename Table>
Failure failure_of(const Table& t) {
  return {text(t.code()), text(t.message()), Json{text(t.details())}};
}

// One pair per event: write() starts from the actor's offset; read() fills the event and says
// whether it is sound.
void write(Builder& b, Actor actor, const ServerStarted& e);
void write(Builder& b, Actor actor, const ComponentPut& e);
void write(Builder& b, Actor actor, const ComponentDeleted& e);
void write(Builder& b, Actor actor, const DefinitionPut& e);
void write(Builder& b, Actor actor, const DefinitionDeleted& e);
void write(Builder& b, Actor actor, const JobCreated& e);
void write(Builder& b, Actor actor, const JobStarted& e);
void write(Builder& b, Actor actor, const JobCompleted& e);
void write(Builder& b, Actor actor, const JobFailed& e);
void write(Builder& b, Actor actor, const JobRetryScheduled& e);
void write(Builder& b, Actor actor, const JobCancelRequested& e);
void write(Builder& b, Actor actor, const JobCancelled& e);
void write(Builder& b, Actor actor, const LeaseExtended& e);
void write(Builder& b, Actor actor, const LeaseExpired& e);
void write(Builder& b, Actor actor, const JobRemoved& e);
void write(Builder& b, Actor actor, const IdempotencyKeyUsed& e);
void write(Builder& b, Actor actor, const LogTrimmed& e);
void write(Builder& b, Actor actor, const RetentionApplied& e);
void write(Builder& b, Actor actor, const SendingCreated& e);
void write(Builder& b, Actor actor, const SendingRetryScheduled& e);
void write(Builder& b, Actor actor, const SendingSent& e);
void write(Builder& b, Actor actor, const SendingBounced& e);
void write(Builder& b, Actor actor, const SendingCancelled& e);
void write(Builder& b, Actor actor, const SendingRemoved& e);
void write(Builder& b, Actor actor, const RulePut& e);
void write(Builder& b, Actor actor, const RuleDeleted& e);
void write(Builder& b, Actor actor, const RuleApplied& e);
void write(Builder& b, Actor actor, const RulesAdvanced& e);
void write(Builder& b, Actor actor, const ClockStepped& e);
void write(Builder& b, Actor actor, const ContractDerived& e);
void write(Builder& b, Actor actor, const TokenCreated& e);
void write(Builder& b, Actor actor, const TokenRotated& e);
void write(Builder& b, Actor actor, const TokenRevoked& e);
void write(Builder& b, Actor actor, const TokenExpired& e);

bool read(const fb::ServerStarted& t, ServerStarted& e);
bool read(const fb::ComponentPut& t, ComponentPut& e);
bool read(const fb::ComponentDeleted& t, ComponentDeleted& e);
bool read(const fb::DefinitionPut& t, DefinitionPut& e);
bool read(const fb::DefinitionDeleted& t, DefinitionDeleted& e);
bool read(const fb::JobCreated& t, JobCreated& e);
bool read(const fb::JobStarted& t, JobStarted& e);
bool read(const fb::JobCompleted& t, JobCompleted& e);
bool read(const fb::JobFailed& t, JobFailed& e);
bool read(const fb::JobRetryScheduled& t, JobRetryScheduled& e);
bool read(const fb::JobCancelRequested& t, JobCancelRequested& e);
bool read(const fb::JobCancelled& t, JobCancelled& e);
bool read(const fb::LeaseExtended& t, LeaseExtended& e);
bool read(const fb::LeaseExpired& t, LeaseExpired& e);
bool read(const fb::JobRemoved& t, JobRemoved& e);
bool read(const fb::IdempotencyKeyUsed& t, IdempotencyKeyUsed& e);
bool read(const fb::LogTrimmed& t, LogTrimmed& e);
bool read(const fb::RetentionApplied& t, RetentionApplied& e);
bool read(const fb::SendingCreated& t, SendingCreated& e);
bool read(const fb::SendingRetryScheduled& t, SendingRetryScheduled& e);
bool read(const fb::SendingSent& t, SendingSent& e);
bool read(const fb::SendingBounced& t, SendingBounced& e);
bool read(const fb::SendingCancelled& t, SendingCancelled& e);
bool read(const fb::SendingRemoved& t, SendingRemoved& e);
bool read(const fb::RulePut& t, RulePut& e);
bool read(const fb::RuleDeleted& t, RuleDeleted& e);
bool read(const fb::RuleApplied& t, RuleApplied& e);
bool read(const fb::RulesAdvanced& t, RulesAdvanced& e);
bool read(const fb::ClockStepped& t, ClockStepped& e);
bool read(const fb::ContractDerived& t, ContractDerived& e);
bool read(const fb::TokenCreated& t, TokenCreated& e);
bool read(const fb::TokenRotated& t, TokenRotated& e);
bool read(const fb::TokenRevoked& t, TokenRevoked& e);
bool read(const fb::TokenExpired& t, TokenExpired& e);

}  // namespace daybook::events::parts
