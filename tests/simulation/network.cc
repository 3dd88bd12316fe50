#include "tests/simulation/network.h"

#include <utility>

namespace daybook::simulation {
namespace {

constexpr Duration kPatience = seconds(10);

}  // namespace

void Network::connect(Server* server) {
  server_ = server;
  ++connections_;
  for (const auto& [id, commands] : std::exchange(unanswered_, {})) {
    oracle_.not_told(id, commands);
  }
}

void Network::finish(const std::shared_ptr<Open>& open, const Reply* reply) {
  if (!std::exchange(open->over, true) && open->sent.done) {
    open->sent.done(reply);
  }
}

CommandId Network::send(Sent sent) {
  scheduler::Request request;
  request.id = shared_.entropy.command_id();
  const CommandId id = request.id;
  request.actor = sent.actor;
  request.commands.push_back(sent.command);
  request.key = sent.key;
  const auto open = std::make_shared<Open>(Open{std::move(sent)});
  request.answer = [this, open, id](std::vector<Reply> replies) {
    answered(open, id, std::move(replies));
  };
  if (server_ != nullptr && server_->submit(std::move(request))) {
    unanswered_.emplace(id, 1);
  }
  shared_.after(kPatience, [open] { finish(open, nullptr); });
  return id;
}

void Network::answered(const std::shared_ptr<Open>& open, const CommandId& id,
                       std::vector<Reply> replies) {
  unanswered_.erase(id);
  oracle_.told(id, replies);
  if (open->sent.on_answer) {
    open->sent.on_answer(id, replies.front());
  }
  if (!shared_.calm && shared_.random.chance(shared_.choices.lost_answers)) {
    return;
  }
  shared_.after(shared_.random.between(millis(0), millis(50)),
                [open, reply = std::move(replies.front())] { finish(open, &reply); });
}

}  // namespace daybook::simulation
