// JSON of any source: every bound with the reason for its number (I14). A test hits each of them.
#pragma once

namespace daybook {

// Of a value that somebody hands over: parameters, a result, the details of an error. It counts
// from the value itself, so what one request takes every other carries.
inline constexpr int kJsonDepthMax = 32;
// Of a document that holds such values: a list of reports with effects with parameters needs four
// levels more, a page of events about them five.
inline constexpr int kJsonDocumentDepthMax = 64;

}  // namespace daybook
