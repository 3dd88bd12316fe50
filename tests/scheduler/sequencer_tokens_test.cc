// The table of tokens follows what is durable, and nobody acts whose token is gone.
#include "access/token_text.h"
#include <gtest/gtest.h>

#include "tests/scheduler/sequencer_rig.h"

namespace daybook::scheduler {
namespace {

class SequencerTokens : public SequencerRig {
 protected:
  void begin() {
    SequencerOptions options;
    options.on_tokens = [this](std::shared_ptr<const access::TokenTable> table) {
      EXPECT_NE(table, nullptr);
      book.replace(std::move(table));
    };
    start(std::move(options));
  }
  static CreateToken token(const std::string& id, std::vector<std::string> permissions) {
    CreateToken out;
    out.token = id;
    out.permissions = std::move(permissions);
    out.secret_hash = access::hash_of_secret(kSecretDigits);
    return out;
  }
  const access::TableEntry* find(const std::string& id) {
    table_ = book.table();
    return table_->find(id);
  }
  Result<Reply> by(const std::string& actor, Command command, std::string_view idempotency = {}) {
    Request asked = request({std::move(command)});
    asked.actor = actor;
    if (!idempotency.empty()) {
      asked.key = IdempotencyKey{std::string(idempotency), {}};
    }
    return std::move(ask(std::move(asked)).get()[0]);
  }

  static constexpr std::string_view kSecretDigits = "0123456789abcdefghjkmnpqrstvwxyz";
  access::TokenBook book;

 private:
  std::shared_ptr<const access::TokenTable> table_;
};

TEST_F(SequencerTokens, TheTableHasWhatWasAnswered) {
  begin();
  EXPECT_EQ(find("ci"), nullptr);
  ASSERT_TRUE(by("local", token("ci", {"jobs:read"})));
  ASSERT_NE(find("ci"), nullptr);
  EXPECT_TRUE(find("ci")->rights->allows(access::Noun::kJobs, "d", access::Verb::kRead));
  EXPECT_NE(book.table()->authenticate(access::token_text("ci", kSecretDigits), clock.wall()),
            nullptr);
  ASSERT_TRUE(by("local", RotateToken{"ci", {}}));
  EXPECT_EQ(book.table()->authenticate(access::token_text("ci", kSecretDigits), clock.wall()),
            nullptr);
  ASSERT_TRUE(by("local", RevokeToken{"ci"}));
  EXPECT_EQ(find("ci"), nullptr);
}

TEST_F(SequencerTokens, ARestartKnowsThem) {
  begin();
  ASSERT_TRUE(by("local", token("ci", {"jobs:read"})));
  book.replace(std::make_shared<access::TokenTable>());
  begin();
  EXPECT_NE(find("ci"), nullptr);
}

TEST_F(SequencerTokens, OtherEventsLeaveTheTableAlone) {
  begin();
  ASSERT_TRUE(by("local", token("ci", {"jobs:write"})));
  const auto before = book.table();
  ASSERT_TRUE(by("local", component()));
  EXPECT_EQ(book.table(), before);
}

TEST_F(SequencerTokens, WhoseTokenIsGoneIsNotKnown) {
  begin();
  ASSERT_TRUE(by("local", component()));
  ASSERT_TRUE(by("local", definition()));
  ASSERT_TRUE(by("local", token("ci", {"jobs:write"})));
  ASSERT_TRUE(by("ci", job()));
  const auto first = by("ci", job(), "key");
  ASSERT_TRUE(first);
  ASSERT_TRUE(by("local", RevokeToken{"ci"}));
  const auto refused = by("ci", job());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kUnauthorized);
  // Not even of what it had done before.
  const auto repeated = by("ci", job(), "key");
  ASSERT_FALSE(repeated);
  EXPECT_EQ(repeated.error().reason, "UNAUTHORIZED");
}

TEST_F(SequencerTokens, WhatIsNotDurableIsNotInTheTable) {
  begin();
  log.close();
  auto created = ask(request({token("ci", {"jobs:read"})}));
  log.await_append();
  EXPECT_EQ(find("ci"), nullptr);
  log.open();
  ASSERT_TRUE(created.get()[0]);
  EXPECT_NE(find("ci"), nullptr);
}

}  // namespace
}  // namespace daybook::scheduler
