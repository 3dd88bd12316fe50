// Every bound of the graph, with the reason for its number (I14). A test hits each of them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace daybook::graph {

// Rows of one navigation: the language has no paging, so an answer is a page for a program.
inline constexpr std::size_t kGraphRowsMax = 100;
// Rows of a whole answer, with all that is navigated to: 100 rows with 100 each, and no third level
// of that size.
inline constexpr std::size_t kGraphAnswerRowsMax = 10'000;
// Bytes of a whole answer: what fits a result and a page.
inline constexpr std::size_t kGraphAnswerBytesMax = 8 * 1024 * 1024;
// Navigations inside one another.
inline constexpr std::size_t kGraphDepthMax = 8;
inline constexpr std::size_t kGraphFieldsMax = 256;
inline constexpr std::size_t kGraphNavigationsMax = 16;
inline constexpr std::size_t kGraphOrderTermsMax = 8;
// Edges in one request, and how long all of them together may take.
inline constexpr std::size_t kGraphEdgesMax = 16;
inline constexpr std::int64_t kGraphTimeoutUs = 10LL * 1'000'000;

// Rows looked at for one list where no index answers the filter; about a quarter of a second of the
// job list.
inline constexpr std::size_t kGraphScanMax = 20'000;
// Rows between two looks at the clock.
inline constexpr std::size_t kGraphDeadlineRows = 64;

// A filter: what a person writes, or a program with a list of ids in it.
inline constexpr std::size_t kFilterBytesMax = 64 * 1024;
inline constexpr std::size_t kFilterDepthMax = 64;
inline constexpr std::size_t kFilterNodesMax = 1024;
inline constexpr std::size_t kFilterItemsMax = 1000;
// Digits of a number, before and after its point together; exponents of JSON numbers reach no
// further than these.
inline constexpr std::size_t kFilterDigitsMax = 1000;

// Configured sets: bytes and rows read of one source for one answer.
inline constexpr std::size_t kSourceBytesMax = 64 * 1024 * 1024;
inline constexpr std::size_t kSourceLineBytesMax = 4 * 1024 * 1024;
inline constexpr std::size_t kSetsMax = 64;
// Depth of records and lists inside a declared type.
inline constexpr std::size_t kTypeDepthMax = 8;

}  // namespace daybook::graph
