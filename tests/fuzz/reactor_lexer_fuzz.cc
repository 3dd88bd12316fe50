// Any bytes as a program's text: read into words that follow each other and lie in the text.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "components/reactor/lexer.h"
#include "components/reactor/limits.h"

namespace daybook::reactor {
namespace {

void test_one(const std::uint8_t* data, std::size_t size) {
  const Source source("fuzz", std::string(reinterpret_cast<const char*>(data), size));
  std::vector<Diagnostic> diagnostics;
  const std::vector<Token> tokens =
      lex(source, 0, static_cast<std::uint32_t>(source.text().size()), diagnostics);
  DAYBOOK_CHECK(!tokens.empty() && tokens.back().kind == TokenKind::kEnd, "the end is there");
  DAYBOOK_CHECK(diagnostics.size() <= kDiagnosticsMax, "few diagnostics");
  std::uint32_t behind = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token& t = tokens[i];
    DAYBOOK_CHECK(t.offset >= behind && t.offset <= size, "in order and inside");
    DAYBOOK_CHECK(t.close == 0 || (t.close > i && t.close < tokens.size()), "closed later");
    DAYBOOK_CHECK(t.line_column <= t.column || !t.first_on_line, "the first of its line");
    if (!t.text.empty()) {
      const auto begin = static_cast<std::size_t>(t.text.data() - source.text().data());
      DAYBOOK_CHECK(begin >= t.offset && begin + t.text.size() <= size, "of the text");
    }
    DAYBOOK_CHECK(t.kind != TokenKind::kBad || !diagnostics.empty(), "a reason is given");
    behind = t.offset;
  }
}

}  // namespace
}  // namespace daybook::reactor

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  daybook::reactor::test_one(data, size);
  return 0;
}
