// What a component's run may take: every bound with the reason for its number (I14). A test hits
// each of them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace daybook {

// Components. Arguments and environment of a child: one argument is at most what Linux takes
// (MAX_ARG_STRLEN).
inline constexpr std::size_t kExecArgumentsMax = 256;
inline constexpr std::size_t kExecArgumentBytesMax = 128 * 1024 - 1;
inline constexpr std::size_t kExecEnvironmentMax = 256;
// What is kept of the end of each of a child's streams: enough for a stack trace. As JSON, where a
// control character takes six bytes, at most what leaves room for both in an event's details.
inline constexpr std::size_t kOutputTailBytes = 8 * 1024;
inline constexpr std::size_t kOutputTailJsonBytes = 24 * 1024;
// A child fills no disk: the largest file that it may write, and what its private directory may
// hold in all, unless the operator says otherwise.
inline constexpr std::uint64_t kExecFileBytesMax = 4ULL * 1024 * 1024 * 1024;
inline constexpr std::uint64_t kExecDirectoryBytesDefault = kExecFileBytesMax;
// Entries of that directory, and the bytes of names that a look at it keeps: a million files are
// looked at and removed in seconds.
inline constexpr std::uint64_t kExecDirectoryEntriesMax = 1'000'000;
inline constexpr std::size_t kMeterBytesMax = 64 * 1024 * 1024;
// Processes and threads of one run that names no limit: enough for a runtime of virtual machines
// or a parallel build, far from what a machine can hold.
inline constexpr std::uint64_t kExecProcessesDefault = 512;
// Of the limit of processes of the server's user, what no child of that user may take: the
// server's own threads come out of it.
inline constexpr std::uint64_t kExecProcessesReserve = 64;
// Orders that wait in a runtime for a free slot; the dispatcher offers no more than there are
// slots.
inline constexpr std::size_t kOrdersWaitingMax = 1024;
// A program when neither it nor its definition names a timeout: a hung one gives its slot back some
// day.
inline constexpr std::int64_t kExecTimeoutDefaultUs = 24LL * 3600 * 1'000'000;
// Until the file of a program is open and it runs; other programs wait meanwhile. Whole seconds.
inline constexpr std::int64_t kExecStartUs = 5'000'000;
// Directories beside its own that a component may name to write to.
inline constexpr std::size_t kExecWritableMax = 16;
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
// One compilation for whoever stores a component, or keeps contracts: real ones take milliseconds.
inline constexpr std::int64_t kCompileTimeUs = 10LL * 1'000'000;
// Contracts that are kept to check parameters with, some kilobytes each.
inline constexpr std::size_t kContractCacheBytes = 16 * 1024 * 1024;

}  // namespace daybook
