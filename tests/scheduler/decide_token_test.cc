// Tokens: made, given another secret, ended.
#include "base/limits/access.h"
#include "tests/scheduler/access_engine.h"

namespace daybook::scheduler {
namespace {

class DecideToken : public AccessTest {};

TEST_F(DecideToken, IsCreatedWithWhatItPermits) {
  CreateToken command = token("ci", {"jobs/nightly:write", "jobs:read"});
  command.display_name = "CI";
  command.expires_at = engine.now + hours(1);
  engine.ok<Done>(command);
  EXPECT_EQ(engine.written, Names{"TokenCreated"});
  const AccessToken* kept = engine.state.find_token("ci");
  ASSERT_NE(kept, nullptr);
  EXPECT_EQ(kept->display_name, "CI");
  EXPECT_EQ(kept->permissions, command.permissions);
  EXPECT_EQ(kept->secret_hash, command.secret_hash);
  EXPECT_EQ(kept->expires_at, command.expires_at);
  const access::Rights* rights = engine.state.rights_of("ci", engine.now);
  ASSERT_NE(rights, nullptr);
  EXPECT_TRUE(rights->allows(access::Noun::kJobs, "nightly", access::Verb::kWrite));
  EXPECT_FALSE(rights->allows(access::Noun::kJobs, "other", access::Verb::kWrite));
  EXPECT_EQ(engine.state.rights_of("ci", engine.now + hours(1)), nullptr);
}

TEST_F(DecideToken, BadOnesAreRefusedByField) {
  EXPECT_EQ(engine.refusal(token("CI", {"*:*"})), "BAD_TOKEN_ID tokenId");
  EXPECT_EQ(engine.refusal(token("system", {"*:*"})), "BAD_TOKEN_ID tokenId");
  EXPECT_EQ(engine.refusal(token("local", {"*:*"})), "BAD_TOKEN_ID tokenId");
  EXPECT_EQ(engine.refusal(token("ci", {})), "NO_PERMISSIONS permissions");
  EXPECT_EQ(engine.refusal(token("ci", {"jobs:read", "jobs:fly"})),
            "BAD_PERMISSION permissions[1]");
  CreateToken late = token("ci", {"*:*"});
  late.expires_at = engine.now;
  EXPECT_EQ(engine.refusal(late), "EXPIRES_IN_PAST expiresAt");
  add_token("ci", {"*:*"});
  EXPECT_EQ(engine.refusal(token("ci", {"*:*"})), "TOKEN_EXISTS tokenId");
}

TEST_F(DecideToken, NobodyGivesWhatHeDoesNotHave) {
  add_token("admin", {"*:*"});
  add_token("clerk", {"tokens:*", "jobs/a:write"});
  engine.actor = "clerk";
  EXPECT_EQ(engine.refusal(token("x", {"jobs:write"})), "FORBIDDEN");
  EXPECT_EQ(engine.refusal(token("x", {"*:*"})), "FORBIDDEN");
  EXPECT_EQ(engine.refusal(token("x", {"jobs/*:write"})), "BAD_PERMISSION permissions[0]");
  EXPECT_EQ(engine.refusal(token("x", {"jobs/a*:write"})), "FORBIDDEN");
  engine.ok<Done>(token("x", {"jobs/a:write", "jobs/a/b:write", "tokens/x:read"}));
}

TEST_F(DecideToken, NobodyRenewsOrTakesWhatHeDoesNotHave) {
  add_token("admin", {"*:*"});
  add_token("second", {"*:*"});
  add_token("clerk", {"tokens:*", "jobs/a:write"});
  add_token("worker", {"workers:lease"});
  engine.actor = "clerk";
  EXPECT_EQ(engine.refusal(RotateToken{"admin", sha256("x")}), "FORBIDDEN");
  EXPECT_EQ(engine.refusal(RevokeToken{"admin"}), "FORBIDDEN");
  EXPECT_EQ(engine.refusal(RotateToken{"worker", sha256("x")}), "FORBIDDEN");
  EXPECT_EQ(engine.refusal(RotateToken{"nobody", sha256("x")}), "NOT_FOUND");
  engine.actor = "worker";  // who sees no tokens is told of none, but for his own
  EXPECT_EQ(engine.refusal(RotateToken{"clerk", sha256("x")}), "NOT_FOUND");
  engine.ok<Done>(RotateToken{"worker", sha256("new")});
  EXPECT_EQ(engine.state.find_token("worker")->secret_hash, sha256("new"));
  engine.ok<Done>(RevokeToken{"worker"});
  EXPECT_EQ(engine.refusal(RevokeToken{"worker"}), "UNAUTHORIZED");
}

TEST_F(DecideToken, TheLastOneThatMayEverythingStays) {
  add_token("admin", {"*:*"});
  CreateToken brief = token("brief", {"*:*"});
  brief.expires_at = engine.now + seconds(10);
  engine.ok<Done>(brief);
  engine.actor = "admin";
  engine.now = engine.now + seconds(10);
  EXPECT_EQ(engine.refusal(RevokeToken{"admin"}), "LAST_OWNER_TOKEN");
  engine.ok<Done>(token("second", {"*:*"}));
  engine.ok<Done>(RevokeToken{"admin"});
  engine.actor = "local";  // an open server asks for none
  engine.ok<Done>(RevokeToken{"second"});
}

TEST_F(DecideToken, ExpiredOnesAreNotedOnce) {
  CreateToken brief = token("brief", {"jobs:read"});
  brief.expires_at = engine.now + seconds(10);
  engine.ok<Done>(brief);
  add_token("ci", {"jobs:read"});
  engine.ok<Done>(ExpireTokens{});
  EXPECT_TRUE(engine.written.empty());
  engine.now = engine.now + seconds(10);
  engine.ok<Done>(ExpireTokens{});
  EXPECT_EQ(engine.written, Names{"TokenExpired"});
  EXPECT_EQ(engine.state.find_token("brief"), nullptr);
  engine.ok<Done>(ExpireTokens{});
  EXPECT_TRUE(engine.written.empty());
}

TEST_F(DecideToken, ExpiryIsReadOnTheWallClock) {
  CreateToken brief = token("brief", {"jobs:read"});
  brief.expires_at = engine.now + seconds(10);
  engine.ok<Done>(brief);
  engine.set_back(seconds(60));
  engine.now = engine.now + seconds(10);
  EXPECT_NE(engine.state.rights_of("brief", engine.now), nullptr);
  engine.now = engine.now + seconds(60);
  EXPECT_EQ(engine.state.rights_of("brief", engine.now), nullptr);
}

TEST_F(DecideToken, ThereAreSoManyAtMostAndExpiredOnesMakeRoom) {
  CreateToken brief = token("brief", {"jobs:read"});
  brief.expires_at = engine.now + seconds(10);
  engine.ok<Done>(brief);
  for (std::size_t i = 1; i < kTokensMax; ++i) {
    engine.ok<Done>(token("t" + std::to_string(i), {"jobs:read"}));
  }
  EXPECT_EQ(engine.refusal(token("one-more", {"jobs:read"})), "TOO_MANY_TOKENS");
  engine.now = engine.now + seconds(10);
  engine.ok<Done>(token("one-more", {"jobs:read"}));
  EXPECT_EQ(engine.written, (Names{"TokenExpired", "TokenCreated"}));
}

TEST_F(DecideToken, ManyExpiredOnesTakeSeveralCommands) {
  for (std::size_t i = 0; i <= kTokensExpiredPerCommandMax; ++i) {
    CreateToken brief = token("t" + std::to_string(i), {"jobs:read"});
    brief.expires_at = engine.now + seconds(10);
    engine.ok<Done>(brief);
  }
  engine.now = engine.now + seconds(10);
  engine.ok<Done>(ExpireTokens{});
  EXPECT_EQ(engine.written.size(), kTokensExpiredPerCommandMax);
  engine.ok<Done>(ExpireTokens{});
  EXPECT_EQ(engine.written.size(), 1U);
}

TEST_F(DecideToken, AnIdIsNotGivenAgainWhileJobsOrRulesHaveIt) {
  add_token("ci", {"jobs:write"});
  engine.actor = "ci";
  const JobId job = engine.create("d");
  engine.actor = "local";
  engine.ok<Done>(RevokeToken{"ci"});
  EXPECT_EQ(engine.refusal(token("ci", {"*:*"})), "TOKEN_ID_IN_USE tokenId");
  engine.ok<CancelOutcome>(CancelJob{job});
  add_token("ci", {"rules:write"});
  engine.actor = "ci";
  engine.component("a.hrule", events::Runtime::kReactor);
  engine.ok<RuleOutcome>(PutRule{"r", {{"a.hrule", ""}}, ""});
  engine.actor = "local";
  engine.ok<Done>(RevokeToken{"ci"});
  EXPECT_EQ(engine.refusal(token("ci", {"*:*"})), "TOKEN_ID_IN_USE tokenId");
  engine.ok<Done>(DeleteRule{"r"});
  engine.ok<Done>(token("ci", {"*:*"}));
}

TEST_F(DecideToken, AFullDiskMakesNoNewOnesButEndsThem) {
  add_token("ci", {"jobs:read"});
  engine.closed = make_error(Code::kNoSpace, "DISK_WATERMARK", "full");
  EXPECT_EQ(engine.refusal(token("x", {"jobs:read"})), "DISK_WATERMARK");
  engine.ok<Done>(RotateToken{"ci", sha256("x")});
  engine.ok<Done>(RevokeToken{"ci"});
}

}  // namespace
}  // namespace daybook::scheduler
