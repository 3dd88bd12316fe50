#include "access/token_table.h"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "access/token_text.h"
#include <gtest/gtest.h>

#include "base/entropy.h"
#include "base/limits/access.h"

namespace daybook::access {
namespace {

constexpr Micros kNow{1'000'000};

std::string secret_of(std::size_t number) {
  SeededEntropy entropy(number);
  return Secret::make(entropy).digits;
}

TableEntry entry(const std::string& id, std::size_t number, Micros expires_at = {}) {
  static const auto kAll = std::make_shared<const Rights>(Rights::all());
  return {id, kAll, hash_of_secret(secret_of(number)), expires_at};
}

const TableEntry* ask(const TokenTable& table, const std::string& id, std::size_t number,
                      Micros now = kNow) {
  return table.authenticate(token_text(id, secret_of(number)), now);
}

TEST(TokenTable, AnEmptyOneKnowsNobody) {
  const TokenTable table;
  EXPECT_EQ(table.size(), 0U);
  EXPECT_EQ(table.find("ci"), nullptr);
  EXPECT_EQ(table.find(""), nullptr);
  EXPECT_EQ(ask(table, "ci", 1), nullptr);
}

TEST(TokenTable, TheRightSecretOfTheRightIdIsWhoItSays) {
  TokenTable table;
  table.add(entry("ci", 1));
  table.add(entry("ann", 2));
  const TableEntry* found = ask(table, "ci", 1);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->id, "ci");
  EXPECT_TRUE(found->rights->is_all());
  EXPECT_EQ(found, table.find("ci"));
  EXPECT_EQ(ask(table, "ann", 2), table.find("ann"));
}

// An unknown id is compared with its neighbour's hash, which must not let it in.
TEST(TokenTable, TheSecretOfAnotherIsNoSecret) {
  TokenTable table;
  table.add(entry("b", 1));
  table.add(entry("d", 2));
  EXPECT_EQ(ask(table, "b", 2), nullptr);
  EXPECT_EQ(ask(table, "d", 1), nullptr);
  for (const char* unknown : {"a", "c", "e", "b-", "bb", "d0"}) {
    EXPECT_EQ(ask(table, unknown, 1), nullptr) << unknown;
    EXPECT_EQ(ask(table, unknown, 2), nullptr) << unknown;
  }
}

TEST(TokenTable, OneDigitThatIsWrongIsEnough) {
  TokenTable table;
  table.add(entry("ci", 1));
  for (std::size_t i = 0; i < kSecretDigits; ++i) {
    std::string secret = secret_of(1);
    secret[i] = secret[i] == '0' ? '1' : '0';
    EXPECT_EQ(table.authenticate(token_text("ci", secret), kNow), nullptr) << i;
  }
}

TEST(TokenTable, WhatIsNotOfTheFormIsNobody) {
  TokenTable table;
  table.add(entry("ci", 1));
  const std::string sound = token_text("ci", secret_of(1));
  EXPECT_NE(table.authenticate(sound, kNow), nullptr);
  for (const std::string& text : {std::string(), std::string("ci"), sound + "0", " " + sound,
                                  "DB" + sound.substr(2), "Bearer " + sound}) {
    EXPECT_EQ(table.authenticate(text, kNow), nullptr) << text;
  }
}

TEST(TokenTable, ATokenEndsAtTheInstantItExpires) {
  TokenTable table;
  table.add(entry("ci", 1, Micros{500}));
  table.add(entry("ever", 2));
  EXPECT_NE(ask(table, "ci", 1, Micros{499}), nullptr);
  EXPECT_EQ(ask(table, "ci", 1, Micros{500}), nullptr);
  EXPECT_EQ(ask(table, "ci", 1, Micros{501}), nullptr);
  EXPECT_NE(table.find("ci"), nullptr);
  EXPECT_TRUE(table.find("ci")->is_over(Micros{500}));
  EXPECT_NE(ask(table, "ever", 2, Micros{INT64_MAX}), nullptr);
}

TEST(TokenTable, AnEntryTakesThePlaceOfTheOneWithItsId) {
  TokenTable table;
  table.add(entry("a", 1));
  table.add(entry("b", 2));
  table.add(entry("a", 3));
  EXPECT_EQ(table.size(), 2U);
  EXPECT_EQ(ask(table, "a", 1), nullptr);
  EXPECT_NE(ask(table, "a", 3), nullptr);
  EXPECT_NE(ask(table, "b", 2), nullptr);
}

TEST(TokenTable, ACopyHasEntriesOfItsOwn) {
  TokenTable table;
  table.add(entry("a", 1));
  TokenTable copy = table;
  copy.add(entry("b", 2));
  EXPECT_EQ(table.size(), 1U);
  EXPECT_EQ(ask(copy, "a", 1), copy.find("a"));
  EXPECT_NE(copy.find("a"), table.find("a"));
}

TEST(TokenTable, AnyTextMayBeLookedUp) {
  TokenTable table;
  table.add(entry("a", 1));
  table.add(entry(std::string(kTokenIdBytesMax, 'z'), 2));
  for (const std::string& text :
       {std::string(), std::string("A"), std::string("a\0", 2), std::string("\xff\xff"),
        std::string(kTokenIdBytesMax + 1, 'z'), std::string(100'000, 'z'),
        std::string(kTokenIdBytesMax - 1, 'z')}) {
    EXPECT_EQ(table.find(text), nullptr) << text.size();
  }
  EXPECT_NE(table.find(std::string(kTokenIdBytesMax, 'z')), nullptr);
}

// Every size, for the search takes its steps from it; ids of all lengths, added in no order.
TEST(TokenTable, EachOfManyIsFoundAndVisitedInOrder) {
  TokenTable table;
  std::map<std::string, std::size_t> added;
  SeededEntropy entropy(1);
  for (std::size_t i = 0; i < 300; ++i) {
    std::string id = make_token_id(entropy) + make_token_id(entropy) + "01234567";
    id.resize(1 + i % kTokenIdBytesMax);
    added[id] = i;
    table.add({id, nullptr, Hash{static_cast<std::uint8_t>(i)}, Micros{}});
    ASSERT_EQ(table.size(), added.size());
    auto expected = added.begin();
    table.each([&](const TableEntry& visited) { EXPECT_EQ(visited.id, (expected++)->first); });
    for (const auto& [known, number] : added) {
      const TableEntry* found = table.find(known);
      ASSERT_NE(found, nullptr) << known << " of " << added.size();
      EXPECT_EQ(found->id, known);
      EXPECT_EQ(found->secret_hash[0], static_cast<std::uint8_t>(number));
      ASSERT_EQ(table.find(known + "-") != nullptr, added.count(known + "-") == 1);
    }
  }
}

TEST(TokenTable, HoldsAsManyTokensAsThereMayBe) {
  TokenTable table;
  for (std::size_t i = 0; i < kTokensMax; ++i) {
    table.add({"t" + std::to_string(i), nullptr, hash_of_secret(std::to_string(i)), Micros{}});
  }
  EXPECT_EQ(table.size(), kTokensMax);
  for (std::size_t i = 0; i < kTokensMax; ++i) {
    const TableEntry* found = table.find("t" + std::to_string(i));
    ASSERT_NE(found, nullptr) << i;
    EXPECT_EQ(found->secret_hash, hash_of_secret(std::to_string(i)));
  }
  EXPECT_EQ(table.find("t" + std::to_string(kTokensMax)), nullptr);
}

TEST(TokenTableDeathTest, AnIdThatCannotBeOneIsABug) {
  TokenTable table;
  EXPECT_DEATH(table.add(entry("", 1)), "fits its key");
  EXPECT_DEATH(table.add(entry(std::string(kTokenIdBytesMax + 1, 'a'), 1)), "fits its key");
}

TEST(TokenBook, IsEmptyAtFirst) {
  const TokenBook book;
  ASSERT_NE(book.table(), nullptr);
  EXPECT_EQ(book.table()->size(), 0U);
}

TEST(TokenBook, ReadersKeepTheTableTheyGot) {
  TokenBook book;
  TokenTable first;
  first.add(entry("a", 1));
  book.replace(std::make_shared<const TokenTable>(std::move(first)));
  const auto held = book.table();
  const TableEntry* a = ask(*held, "a", 1);
  book.replace(std::make_shared<const TokenTable>());
  EXPECT_EQ(book.table()->size(), 0U);
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(a->id, "a");
  EXPECT_EQ(ask(*held, "a", 1), a);
}

TEST(TokenBookDeathTest, ThereIsAlwaysATable) {
  TokenBook book;
  EXPECT_DEATH(book.replace(nullptr), "always a table");
}

// Each table has the tokens "t" and "n<size>": one that is half of one and half of another would
// lack one of them.
TEST(TokenBook, ReadersSeeWholeTablesAndNeverAnOlderOneAgain) {
  constexpr std::size_t kTables = 300;
  TokenBook book;
  std::atomic<bool> over{false};
  std::atomic<std::size_t> torn{0};
  const auto read = [&] {
    std::size_t newest = 0;
    while (!over.load()) {
      const auto table = book.table();
      const std::size_t size = table->size();
      const bool whole = size == 0 || (ask(*table, "t", size) != nullptr &&
                                       table->find("n" + std::to_string(size)) != nullptr);
      torn += whole && size >= newest ? 0 : 1;
      newest = size;
    }
  };
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back(read);
  }
  TokenTable next;
  for (std::size_t size = 2; size < kTables; ++size) {
    next.add(entry("t", size));
    next.add(entry("n" + std::to_string(size), 1));
    book.replace(std::make_shared<const TokenTable>(next));
  }
  over = true;
  for (std::thread& reader : readers) {
    reader.join();
  }
  EXPECT_EQ(torn, 0U);
  EXPECT_EQ(book.table()->size(), kTables - 1);
}

}  // namespace
}  // namespace daybook::access
