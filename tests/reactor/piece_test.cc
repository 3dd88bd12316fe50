#include "components/reactor/piece.h"

#include <gtest/gtest.h>

namespace daybook::reactor {
namespace {

TEST(Piece, SaysWhetherMoreMayCome) {
  const struct {
    std::string_view text;
    Piece is;
  } kCases[] = {
      {"", Piece::kNothing},
      {"  // a comment\n", Piece::kNothing},
      {"1 + 2", Piece::kWhole},
      {"let x = 5 // and\n", Piece::kWhole},
      {"x.match", Piece::kWhole},
      {"`match`", Piece::kWhole},
      {"'(' is /[(]/", Piece::kWhole},
      {"1)", Piece::kWhole},
      {"[1,\n 2]", Piece::kWhole},
      {"[1,", Piece::kInside},
      {"from {\n  a = (1)", Piece::kInside},
      {"'a text", Piece::kInside},
      {"$'a {b", Piece::kInside},
      {"1 /* a comment", Piece::kInside},
      {"let f(x) =>", Piece::kAsking},
      {"let x = // nothing yet", Piece::kAsking},
      {"x match", Piece::kAsking},
      {"x match\n  1 |>", Piece::kAsking},
      {"1 +", Piece::kAsking},
      {"a and not", Piece::kAsking},
  };
  for (const auto& [text, is] : kCases) {
    EXPECT_EQ(piece_of(text), is) << text;
  }
}

}  // namespace
}  // namespace daybook::reactor
