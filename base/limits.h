// Every bound of the system, with the reason for its number (I14). A test hits each of them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace daybook {

// Identifiers (api.md: `[A-Za-z0-9][A-Za-z0-9._-]{0,127}`); component ids are paths, so they get
// twice that.
inline constexpr std::size_t kIdBytesMax = 128;
inline constexpr std::size_t kComponentIdBytesMax = 256;
inline constexpr std::size_t kDisplayNameBytesMax = 256;
inline constexpr std::size_t kDescriptionBytesMax = 4096;
// One job: parameters and results are documents, not files; a file belongs in a store that the job
// names.
inline constexpr std::size_t kParametersBytesMax = 256 * 1024;
inline constexpr std::size_t kResultBytesMax = 1024 * 1024;
// What queries and calls of one run answered, recorded with its end so that a replay can repeat it.
inline constexpr std::size_t kAnswersBytesMax = 1024 * 1024;
inline constexpr std::size_t kErrorMessageBytesMax = 16 * 1024;
inline constexpr std::size_t kErrorDetailsBytesMax = 64 * 1024;
inline constexpr std::size_t kTagsMax = 16;
inline constexpr std::size_t kTagBytesMax = 64;
inline constexpr std::size_t kUniqueKeyBytesMax = 128;
inline constexpr std::size_t kIdempotencyKeyBytesMax = 128;
// Component code; the largest component of the original's cookbook has under 20 KiB.
inline constexpr std::size_t kComponentCodeBytesMax = 1024 * 1024;
// A component's whole description: code of the largest size, JSON escapes included, in one event.
inline constexpr std::size_t kSpecBytesMax = 3 * 1024 * 1024;
// Effects of one attempt, all in one batch with its result.
inline constexpr std::size_t kEffectsMax = 256;

// Sendings: what a mail or a post may hold is bounded by what a component may print.
inline constexpr std::size_t kSendingContentBytesMax = 1024 * 1024;
inline constexpr std::size_t kMailAddressBytesMax = 254;  // RFC 5321, 4.5.3.1.3
inline constexpr std::size_t kMailSubjectBytesMax = 998;  // RFC 5322, 2.1.1
// A text of a mail with its placeholders filled in: a few bytes of content could stand for any
// number.
inline constexpr std::size_t kMailTextBytesMax = 4 * 1024 * 1024;
inline constexpr std::size_t kMailRecipientsMax = 64;  // in cc, and in bcc
inline constexpr std::size_t kActorMessagesMax = 64;
// Tries of a sending: enough for a server that is restarted or lists a new sender as grey.
inline constexpr std::uint32_t kSendingAttemptsMax = 4;
// One mail from connect to the server's yes, and what is kept of a line that the server says.
inline constexpr std::int64_t kMailTimeoutUs = 60LL * 1'000'000;
inline constexpr std::size_t kSmtpReplyBytesMax = 1024;
// A sending that nothing is configured to deliver waits so long for the operator, then it bounces.
inline constexpr std::int64_t kSendingUndeliverableUs = 24LL * 3600 * 1'000'000;
// Ended sendings stay in the list so long.
inline constexpr std::int64_t kSendingRetentionUs = 14LL * 86'400 * 1'000'000;

// Rules. Components of one rule, each compiled and run for every event that it asks for, and their
// parameters together.
inline constexpr std::size_t kRulesMax = 10'000;
inline constexpr std::size_t kRuleComponentsMax = 16;
inline constexpr std::size_t kRuleParametersBytesMax = kParametersBytesMax;
// A job that a rule schedules within this time is one rule deeper than what led to it, and so deep
// rules may go: enough for any chain that somebody thought of, soon for one that feeds itself.
inline constexpr std::int64_t kRuleLoopWindowUs = 60LL * 1'000'000;
inline constexpr std::uint32_t kRuleDepthMax = 16;
// Rules say how far they ran after so many events: what a restart looks at again, in about 0.1 s.
inline constexpr std::uint64_t kRulesAdvanceEvents = 10'000;
// Applications in one request: enough for one sync to serve many, few enough to be soon done.
inline constexpr std::size_t kRuleRoundMax = 64;
// One evaluation, its questions included.
inline constexpr std::int64_t kRuleTimeoutUs = 10LL * 1'000'000;
// Changes of a rule that are kept until rules have run for the events before them.
inline constexpr std::size_t kRuleVersionsMax = 16;

// HTTP.
inline constexpr std::size_t kHttpHeaderBytesMax = 16 * 1024;
inline constexpr std::size_t kHttpHeadersMax = 64;
inline constexpr std::size_t kHttpBodyBytesMax = 8 * 1024 * 1024;
inline constexpr std::size_t kHttpTargetBytesMax = 4096;
inline constexpr std::size_t kHttpConnectionsMax = 4096;
inline constexpr std::size_t kHttpStreamsMax = 256;
// Reads that wait for a query thread or for the views; beyond it 503.
inline constexpr std::size_t kHttpQueriesMax = 1024;
// A header must be complete by then, however slowly it drips; a body and an answer may stall this
// long beyond what the slowest rate (1 KiB/s) needs.
inline constexpr std::int64_t kHttpHeaderTimeoutUs = 10LL * 1'000'000;
inline constexpr std::int64_t kHttpStallTimeoutUs = 10LL * 1'000'000;
inline constexpr std::int64_t kHttpBytesPerSecondMin = 1024;
inline constexpr std::int64_t kHttpIdleTimeoutUs = 60LL * 1'000'000;
// A read waits this long for the views to catch up with the log.
inline constexpr std::int64_t kHttpFreshTimeoutUs = 5LL * 1'000'000;
inline constexpr std::int64_t kHttpHeartbeatUs = 15LL * 1'000'000;
inline constexpr std::int64_t kHttpDrainTimeoutUs = 5LL * 1'000'000;
// At an orderly stop, what the server runs may still end for so long.
inline constexpr std::int64_t kRunDrainTimeoutUs = 5LL * 1'000'000;
// One piece of a stream: what a slow reader costs in memory.
inline constexpr std::size_t kHttpStreamPieceBytes = 64 * 1024;
// Bytes of rows on one page: it ends early, and its cursor says where, before it fills the memory.
inline constexpr std::size_t kPageBytesMax = 8 * 1024 * 1024;
// A larger body is read on a query thread, so that it holds up no other connection.
inline constexpr std::size_t kInlineBodyBytesMax = 64 * 1024;
// Events looked at for one page of a filtered feed; the page's lastCursor says how far it got.
inline constexpr std::size_t kEventsScanMax = 100'000;
inline constexpr int kJsonDepthMax = 32;
inline constexpr std::size_t kPageLimitDefault = 50;
inline constexpr std::size_t kPageLimitMax = 1000;
inline constexpr std::size_t kJobsPerRequestMax = 10'000;

// The write path: one group commit holds at most so many events and bytes, so a sync stays short.
inline constexpr std::size_t kBatchEventsMax = 16'384;
inline constexpr std::size_t kBatchBytesMax = 8 * 1024 * 1024;
// Commands waiting for the sequencer; beyond it callers get kExhausted and should back off.
inline constexpr std::size_t kInboxCommandsMax = 16'384;
// Largest payload of one event: a result of the largest size, its effects and names.
inline constexpr std::size_t kEventPayloadBytesMax = 4 * 1024 * 1024;

// Decision state.
inline constexpr std::size_t kDefinitionsMax = 100'000;
inline constexpr std::size_t kComponentsMax = 100'000;
// Reports whose answer is remembered, so that a repeated report gets the first answer (about 64
// thousand, 24 B each).
inline constexpr std::size_t kReportMemory = 65'536;
// Idempotency keys are kept for this long (contract.md promises 24 hours or more).
inline constexpr std::int64_t kIdempotencyWindowUs = 25LL * 3600 * 1'000'000;
inline constexpr std::size_t kIdempotencyKeysMax = 1'000'000;

// Definitions: ranges of their fields.
inline constexpr std::uint32_t kAttemptsMax = 1000;
inline constexpr std::int64_t kBackoffMaxUs = 7LL * 86'400 * 1'000'000;
inline constexpr std::int64_t kTimeoutMaxUs = 7LL * 86'400 * 1'000'000;
inline constexpr std::int64_t kLeaseMinUs = 1'000'000;
inline constexpr std::int64_t kLeaseMaxUs = 86'400LL * 1'000'000;
inline constexpr std::uint32_t kConcurrencyMax = 100'000;
inline constexpr int kPriorityMin = -100;
inline constexpr int kPriorityMax = 100;
inline constexpr std::int64_t kRetentionDefaultUs = 14LL * 86'400 * 1'000'000;
inline constexpr std::int64_t kRetentionMaxUs = 3650LL * 86'400 * 1'000'000;
// A job may be scheduled this far ahead: ten years.
inline constexpr std::int64_t kRunAtAheadMaxUs = 3650LL * 86'400 * 1'000'000;

// A wall clock that runs ahead of the monotonic clock by more than this between two batches is not
// believed.
inline constexpr std::int64_t kClockJumpMaxUs = 3600LL * 1'000'000;
// At start: a wall clock this far ahead of the last event must be confirmed by the operator.
inline constexpr std::int64_t kStartJumpMaxUs = 90LL * 86'400 * 1'000'000;

// Reading ahead (log/prefetch.h): a batch is worth a hand-over between threads, and a few of them
// fit the cache.
inline constexpr std::size_t kPrefetchBatchBytes = 256 * 1024;
inline constexpr std::size_t kPrefetchBatchRecords = 2048;
inline constexpr std::size_t kPrefetchBatches = 4;
// One line of an NDJSON import: the largest payload in base64 beside its readable form with every
// byte escaped.
inline constexpr std::size_t kNdjsonLineBytesMax = 48 * 1024 * 1024;

// The dispatcher: starts proposed in one command, so that one tick never holds up the inbox.
inline constexpr std::size_t kStartsPerCommandMax = 512;
inline constexpr std::size_t kRemovalsPerCommandMax = 1024;
inline constexpr std::size_t kLeaseJobsMax = 1000;
inline constexpr std::int64_t kLeaseWaitMaxMs = 60'000;
// Long polls open at once: as many as there may be connections.
inline constexpr std::size_t kLongPollsMax = 4096;
inline constexpr std::size_t kLeaseDefinitionsMax = 1000;
// Workers that are remembered for the list; the longest unseen make room.
inline constexpr std::size_t kWorkersMax = 10'000;
// Events that the dispatcher folds before it looks at its mail again, and reports that it sends in
// one request: together under half a group.
inline constexpr std::size_t kDispatchEventsMax = 4096;
inline constexpr std::size_t kReportBytesMax = 4 * 1024 * 1024;

// Components. Arguments and environment of a child: one argument is at most what Linux takes
// (MAX_ARG_STRLEN).
inline constexpr std::size_t kExecArgumentsMax = 256;
inline constexpr std::size_t kExecArgumentBytesMax = 128 * 1024 - 1;
inline constexpr std::size_t kExecEnvironmentMax = 256;
// What is kept of a failed child's error output: enough for a stack trace.
inline constexpr std::size_t kStderrTailBytes = 8 * 1024;
// A child fills no disk: the largest file that it may write.
inline constexpr std::uint64_t kExecFileBytesMax = 4ULL * 1024 * 1024 * 1024;
// Orders that wait in a runtime for a free slot; the dispatcher offers no more than there are
// slots.
inline constexpr std::size_t kOrdersWaitingMax = 1024;
// Landlock rules of one child: the entries beside the hidden directories on the way down to them.
inline constexpr std::size_t kSandboxRulesMax = 512;
inline constexpr std::size_t kUrlBytesMax = 2048;
inline constexpr std::size_t kHttpHeaderValueBytesMax = 4096;
// Total header bytes of one answer to an http component.
inline constexpr std::size_t kAnswerHeaderBytesMax = 64 * 1024;
// An http component's request when neither it nor its definition names a timeout.
inline constexpr std::int64_t kHttpTimeoutDefaultUs = 60LL * 1'000'000;
inline constexpr std::int64_t kHttpConnectTimeoutUs = 10LL * 1'000'000;

// Patterns of the component language: a page of text, and what RE2 may use for one (its default).
inline constexpr std::size_t kRegexPatternBytesMax = 4096;
inline constexpr std::int64_t kRegexMemoryBytesMax = 8LL * 1024 * 1024;

// Compiled components that are kept, and how long a run in the reactor language may take when its
// definition names no timeout.
inline constexpr std::size_t kProgramCacheBytes = 64 * 1024 * 1024;
inline constexpr std::int64_t kReactorTimeoutUs = 60LL * 1'000'000;

// Views: rows looked at in vain for one page of a filter that no index answers in full; about 50
// ms.
inline constexpr std::size_t kJobScanMax = 5'000;
// Index ranges merged for one page: definitions that the caller may see times statuses.
inline constexpr std::size_t kJobMergeMax = 256;
// Buckets read for one statistics query: half a year of minutes of one definition, under a second.
inline constexpr std::size_t kStatisticsBucketsMax = 300'000;
// Definitions that one look for ended jobs visits; the next look goes on behind them.
inline constexpr std::size_t kRetentionDefinitionsMax = 4'096;
// One fold: events decoded together, folded into one batch, and how long a busy projection gathers
// before it writes.
inline constexpr std::size_t kFoldChunkEventsMax = 2'048;
inline constexpr std::size_t kFoldChunkBytesMax = 1024 * 1024;
inline constexpr std::size_t kFoldChunksMax = 4;
inline constexpr std::size_t kFoldBatchEventsMax = 16'384;
// Far behind the log a fold gathers until its changes take about so much memory: a hundred thousand
// events of short jobs, so that most jobs begin and end within one batch.
inline constexpr std::size_t kFoldBatchBytesMax = 64 * 1024 * 1024;
inline constexpr std::int64_t kFoldBatchUs = 25'000;

}  // namespace daybook
