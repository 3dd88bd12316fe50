#include "components/reactor/near.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace daybook::reactor {
namespace {

TEST(Near, FindsTheWordThatWasLikelyMeant) {
  struct Case {
    std::string word;
    std::vector<std::string> known;
    std::string found;
  };
  const Case cases[] = {
      {"slect", {"sum", "select", "where"}, "select"},     // left out
      {"wehre", {"where", "here"}, "where"},               // swapped
      {"cuontt", {"count"}, "count"},                      // swapped and added
      {"paramters", {"parameters", "at"}, "parameters"},   //
      {"OrderID", {"orderid", "OrderId"}, "OrderId"},      // the nearest
      {"nam", {"ham", "name", "lam"}, "ham"},              // the first of those as near
      {"nam", {"lam", "name", "ham"}, "ham"},              // in any order
      {"total", {"tax"}, ""},                              // too far
      {"text", {"next"}, "next"},                          //
      {"text", {"nexus"}, ""},                             // short words are near sooner
      {"xy", {"xyz", "xx"}, ""},                           // too short to say
      {std::string(31, 'a'), {std::string(31, 'a')}, ""},  // nobody mistypes that
      {"anything", {}, ""},
  };
  for (const Case& c : cases) {
    Near near(c.word);
    near.offer_all(c.known);
    EXPECT_EQ(near.found(), c.found) << c.word;
    EXPECT_EQ(near.hint(), c.found.empty() ? "" : "; there is '" + c.found + "'");
  }
}

}  // namespace
}  // namespace daybook::reactor
