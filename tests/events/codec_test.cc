#include "events/codec.h"

#include <gtest/gtest.h>

#include "base/limits/resources.h"
#include "base/limits/write_path.h"
#include "events/catalogue.h"
#include "events/json.h"
#include "tests/events/samples.h"

namespace daybook::events {
namespace {

// Lays `payload` out as a record of that type, and reads the record back.
struct Stored {
  std::vector<std::uint8_t> bytes;
  RecordView view;

  Stored(std::uint16_t type, std::uint16_t version, Bytes payload) {
    Header header;
    header.seq = Seq{9};
    header.time = samples::kTime;
    header.type = type;
    header.version = version;
    header.epoch = 3;
    header.batch_index = 1;
    header.batch_count = 4;
    header.command = CommandId{1, 2};
    header.cause = Seq{5};
    Sha256 digest;
    append_record(bytes, header, payload, genesis(), digest);
    view = *read_record(bytes);
  }
};

Stored store(const Event& event, std::string_view actor = "token-7") {
  Encoder encoder;
  const CatalogueEntry& entry = entry_of(event);
  return {entry.type, entry.version, encoder.encode(event, actor)};
}

TEST(Codec, EveryEventComesBackWithAllItsMembers) {
  for (const Event& event : samples::all()) {
    const Stored stored = store(event);
    const auto read = decode(stored.view);
    ASSERT_TRUE(read) << entry_of(event).name << ": " << read.error().text();
    EXPECT_EQ(read->event.index(), event.index());
    EXPECT_EQ(data_json(read->event), data_json(event));
    EXPECT_EQ(read->meta.actor, "token-7");
    // Encoding what was read gives the same bytes: members that JSON leaves out came back too.
    Encoder encoder;
    const Bytes again = encoder.encode(read->event, read->meta.actor);
    EXPECT_TRUE(std::equal(again.begin(), again.end(), stored.view.payload.begin(),
                           stored.view.payload.end()))
        << entry_of(event).name;
  }
}

TEST(Codec, MembersThatJsonHidesComeBack) {
  const Stored started = store(samples::job_started(42));
  EXPECT_EQ(std::get<JobStarted>(decode(started.view)->event).secret,
            samples::job_started(42).secret);
  for (const Event& event : samples::all()) {
    if (const auto* completed = std::get_if<JobCompleted>(&event)) {
      const Stored stored = store(*completed);
      EXPECT_EQ(std::get<JobCompleted>(decode(stored.view)->event).end.report, 0xfeed'beefU);
    }
  }
}

TEST(Codec, TheHeaderGivesTheMeta) {
  const Stored stored = store(ComponentDeleted{"c"}, "system");
  const auto read = decode(stored.view);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->meta.seq, Seq{9});
  EXPECT_EQ(read->meta.time, samples::kTime);
  EXPECT_EQ(read->meta.command, (CommandId{1, 2}));
  EXPECT_EQ(read->meta.cause, Seq{5});
  EXPECT_EQ(read->meta.epoch, Epoch{3});
  EXPECT_EQ(read->meta.batch_index, 1U);
  EXPECT_EQ(read->meta.batch_count, 4U);
  EXPECT_EQ(read->meta.actor, "system");
}

TEST(Codec, EmptyMembersStayEmpty) {
  JobCreated bare;
  bare.job = samples::job(1);
  bare.definition = "d";
  const Stored stored = store(bare);
  const auto read = decode(stored.view);
  ASSERT_TRUE(read);
  const auto& back = std::get<JobCreated>(read->event);
  EXPECT_TRUE(back.parameters.text.empty());
  EXPECT_TRUE(back.tags.empty());
  EXPECT_TRUE(back.unique_key.empty());
  EXPECT_TRUE(back.parent.is_null());
}

TEST(Codec, UnknownTypesAndVersionsAreRefusedByName) {
  Encoder encoder;
  const Bytes payload = encoder.encode(ComponentDeleted{"c"}, "system");
  for (const std::uint16_t type : {std::uint16_t{0}, std::uint16_t{35}, std::uint16_t{0xffff}}) {
    const auto read = decode(Stored(type, 1, payload).view);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Code::kCorrupt);
    EXPECT_EQ(read.error().reason, "UNKNOWN_EVENT_TYPE");
  }
  for (const std::uint16_t version : {std::uint16_t{0}, std::uint16_t{2}}) {
    const auto read = decode(Stored(3, version, payload).view);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().reason, "CORRUPT_RECORD");
    EXPECT_NE(read.error().message.find("record 9"), std::string::npos);
  }
}

TEST(Codec, MissingRequiredMembersAreRefused) {
  const std::vector<Event> lacking = {
      ServerStarted{},
      ComponentPut{},
      ComponentDeleted{},
      DefinitionPut{},
      DefinitionDeleted{},
      JobCreated{},
      JobStarted{},
      JobCompleted{},
      JobFailed{},
      JobRetryScheduled{},
      JobCancelRequested{},
      JobCancelled{},
      LeaseExtended{},
      LeaseExpired{},
      JobRemoved{},
      IdempotencyKeyUsed{},
      SendingCreated{},
      SendingRetryScheduled{},
      SendingSent{},
      SendingBounced{},
      SendingCancelled{},
      SendingRemoved{},
      RulePut{},
      RuleDeleted{},
      RuleApplied{},
      RulesAdvanced{},
      ContractDerived{},
      TokenCreated{},
      TokenRotated{},
      TokenRevoked{},
      TokenExpired{},
  };
  for (const Event& event : lacking) {
    const Stored stored = store(event);
    const auto read = decode(stored.view);
    ASSERT_FALSE(read) << entry_of(event).name;
    EXPECT_EQ(read.error().code, Code::kCorrupt);
  }
}

TEST(Codec, EnumerationsOutOfRangeAreRefused) {
  auto all = samples::all();
  std::get<ComponentPut>(all[1]).runtime = static_cast<Runtime>(9);
  std::get<LeaseExpired>(all[13]).cause = static_cast<ExpiryCause>(0);
  std::get<JobRemoved>(all[14]).reason = static_cast<RemovalReason>(7);
  std::get<SendingCreated>(all[18]).transport = static_cast<Transport>(4);
  std::get<SendingRemoved>(all[23]).reason = static_cast<RemovalReason>(0);
  std::get<ClockStepped>(all[28]).kind = static_cast<ClockStep>(5);
  for (const std::size_t i : {1UL, 13UL, 14UL, 18UL, 23UL, 28UL}) {
    EXPECT_FALSE(decode(store(all[i]).view)) << entry_of(all[i]).name;
  }
}

TEST(Codec, ClockOffsetsThatCannotBeAreRefused) {
  const auto refused = [](const ClockStepped& event) { return !decode(store(event).view); };
  const Duration far{INT64_MAX};
  EXPECT_TRUE(refused({ClockStep::kBack, {}, {{}, Duration{-1}}, {}}));
  EXPECT_TRUE(refused({ClockStep::kForward, {}, {far, {}}, {}}));
  EXPECT_TRUE(refused({ClockStep::kForward, far, {}, {}}));
  EXPECT_TRUE(refused({ClockStep::kAway, {}, {}, Duration{-1}}));
  EXPECT_FALSE(refused({ClockStep::kAway, {}, {Duration{-1}, Duration{1}}, Duration{1}}));
}

// Bytes with sound checksums that were never a payload: what an importer may be handed.
TEST(Codec, EveryChangedBitIsRefusedOrReadWithoutHarm) {
  for (const Event& event : samples::all()) {
    const Stored sound = store(event);
    std::vector<std::uint8_t> payload(sound.view.payload.begin(), sound.view.payload.end());
    for (std::size_t bit = 0; bit < payload.size() * 8; ++bit) {
      const auto mask = static_cast<std::uint8_t>(1U << (bit % 8));
      payload[bit / 8] ^= mask;
      const Stored changed(sound.view.header.type, 1, payload);
      if (const auto read = decode(changed.view)) {
        EXPECT_FALSE(to_json(*read).empty());
      }
      payload[bit / 8] ^= mask;
    }
  }
}

TEST(Codec, EveryCutPayloadIsRefusedOrReadWithoutHarm) {
  for (const Event& event : samples::all()) {
    const Stored sound = store(event);
    for (std::size_t size = 0; size < sound.view.payload.size(); ++size) {
      const Stored cut(sound.view.header.type, 1, sound.view.payload.first(size));
      if (const auto read = decode(cut.view)) {
        EXPECT_FALSE(to_json(*read).empty());
      }
    }
  }
}

TEST(Codec, TheLargestJobFitsTheLimitOfAPayload) {
  JobCreated job;
  job.job = samples::job(1);
  const std::string parameters(kParametersBytesMax, 'p');
  const std::string tag(kTagBytesMax, 't');
  const std::string id(kIdBytesMax, 'd');
  job.definition = id;
  job.parameters = {parameters};
  job.tags.assign(kTagsMax, tag);
  EXPECT_LE(store(job).view.payload.size(), kEventPayloadBytesMax);
  EXPECT_TRUE(decode(store(job).view));
}

}  // namespace
}  // namespace daybook::events
