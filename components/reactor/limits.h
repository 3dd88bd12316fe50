// Bounds of a component in the reactor language and of its runs (I14): every one has an error and a
// test. What a program may cost is decided here and nowhere else.
#pragma once

#include <cstddef>
#include <cstdint>

namespace daybook::reactor {

// Of one program; places in it are of 32 bits. The API takes less.
inline constexpr std::size_t kProgramBytesMax = 16U << 20;
// Brackets, lambdas, matches and interpolations inside each other: the parser and the evaluator
// recurse by them.
inline constexpr std::size_t kNestingMax = 96;
// Operands in one chain: a + b + c, a.b.c, x select … where …: a chain is a tree as deep as it is
// long.
inline constexpr std::size_t kChainMax = 200;
// Nodes inside each other that the checker follows, through the bodies of functions that are
// called; what is deeper is checked in the run. Each takes five kilobytes of stack in the builds
// with sanitizers.
inline constexpr std::size_t kCheckDepthMax = 500;
// Errors listed for one program; more help nobody.
inline constexpr std::size_t kDiagnosticsMax = 50;
// Modules that a component imports, theirs included.
inline constexpr std::size_t kModulesMax = 64;
// Names alive in one function, parameters included.
inline constexpr std::size_t kSlotsMax = 4096;
inline constexpr std::size_t kStatementsMax = 16 * 1024;  // of one block
inline constexpr std::size_t kFieldsMax = 1000;           // of one record
inline constexpr std::size_t kRegexesMax = 256;           // each costs kilobytes
// Of RE2's instructions, about 16 bytes and half a microsecond each: of one regular expression
// (`\pL{100}` has 120,000), and of all of a component with its modules.
inline constexpr std::size_t kRegexInstructionsMax = 128 * 1024;
inline constexpr std::size_t kRegexInstructionsAllMax = 256 * 1024;
// Places of a pattern (regex_cost.h, in eighths) up to which a byte costs nanoseconds whatever the
// text; and places times bytes of one match, beyond which a text is refused: 100 ms at most.
inline constexpr std::size_t kRegexNarrowUnits = 80;
inline constexpr std::size_t kRegexMatchUnits = 32U << 20;
inline constexpr std::size_t kArgumentsMax = 32;
// Bodies of functions without declared types are checked once for each shape of arguments; so
// often in one program, and so deep.
inline constexpr std::size_t kCallChecksMax = 10'000;
inline constexpr std::size_t kCallDepthMax = 64;
// The member types of one union, beyond which literals count as their kinds, then as `value`.
inline constexpr std::size_t kUnionMax = 64;
// Parts of one type, those of types with names counted each time; beyond it a written type is
// refused, and one that was inferred is `value`.
inline constexpr std::size_t kTypePartsMax = 1000;
inline constexpr std::size_t kTypeDepthMax = 64;
// Nodes that the checker looks at, and comparisons of types; then the rest is checked in the run.
inline constexpr std::size_t kCheckStepsMax = 2'000'000;

// The contract of a component (contract.h): the patterns in its types, compiled on the thread that
// decides (8 ms), and what one check may take there, a few milliseconds. Beyond it the run decides.
inline constexpr std::size_t kContractRegexInstructionsMax = 16 * 1024;
inline constexpr std::uint64_t kContractStepsMax = 200'000;
inline constexpr std::size_t kContractMemoryMax = 16U << 20;

// One run.
struct RunLimits {
  std::uint64_t steps = 50'000'000;  // nodes evaluated; about five seconds
  std::size_t memory = 64U << 20;    // bytes of values, all that the run ever made
  std::size_t depth = 1000;          // calls and expressions inside each other
  std::size_t frames = 64 * 1024;    // variables alive in calls inside each other
  std::size_t output = 1U << 20;     // bytes of the result and the effects as JSON
  std::size_t effects = 256;
  std::size_t questions = 256;     // queries and calls
  std::size_t answers = 1U << 20;  // bytes of them and their answers, all together
};

}  // namespace daybook::reactor
