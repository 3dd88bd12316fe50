#include "base/html_text.h"

#include <gtest/gtest.h>

namespace daybook {
namespace {

TEST(HtmlText, ShowsWhatItWasGiven) {
  std::string out = "<p>";
  append_html_text(out, "a < b & \"c\" > 'd' \xc3\xa9");
  EXPECT_EQ(out, "<p>a &lt; b &amp; &quot;c&quot; &gt; &#39;d&#39; \xc3\xa9");
}

}  // namespace
}  // namespace daybook
