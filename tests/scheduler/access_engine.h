// An engine with a component, a definition, and a short way to make tokens.
#pragma once

#include "tests/scheduler/engine.h"

namespace daybook::scheduler {

class AccessTest : public EngineTest {
 protected:
  void SetUp() override {
    engine.component("c");
    engine.definition("d");
  }

  static CreateToken token(const std::string& id, std::vector<std::string> permissions) {
    CreateToken out;
    out.token = id;
    out.permissions = std::move(permissions);
    out.secret_hash = sha256("secret of " + id);
    return out;
  }
  void add_token(const std::string& id, std::vector<std::string> permissions) {
    engine.ok<Done>(token(id, std::move(permissions)));
  }
  // As somebody else, for one command.
  template <typename T>
  T as(const std::string& actor, const Command& command) {
    const std::string before = std::exchange(engine.actor, actor);
    T out = engine.ok<T>(command);
    engine.actor = before;
    return out;
  }
  std::string refusal_to(const std::string& actor, const Command& command) {
    const std::string before = std::exchange(engine.actor, actor);
    std::string out = engine.refusal(command);
    engine.actor = before;
    return out;
  }
};

}  // namespace daybook::scheduler
