#include "dispatch/outbox.h"

#include <thread>
#include <utility>
#include <vector>

#include "base/thread.h"
#include "dispatch/outbox_rounds.h"

namespace daybook::dispatch {

struct Outbox::Impl {
  Impl(log::Log& log, scheduler::Sequencer& sequencer, components::Sender& sender_in,
       const Clock& clock, Entropy& entropy, OutboxOptions options)
      : sender(sender_in),
        rounds(log, sequencer, sender_in, clock, entropy, std::move(options)),
        mail(rounds.mail()) {}

  void work() {
    std::vector<OutboxRounds::Message> messages;
    do {
      mail->wait(rounds.patience(), messages);
    } while (rounds.round(messages));
    (void)mail->close();
  }

  components::Sender& sender;
  OutboxRounds rounds;
  const std::shared_ptr<OutboxRounds::Mail> mail;
  std::thread thread;
};

Outbox::Outbox(log::Log& log, scheduler::Sequencer& sequencer, components::Sender& sender,
               const Clock& clock, Entropy& entropy, OutboxOptions options)
    : impl_(std::make_unique<Impl>(log, sequencer, sender, clock, entropy, std::move(options))) {}

Outbox::~Outbox() {
  stop();
}

void Outbox::recover(const scheduler::State& state, Seq applied) {
  impl_->rounds.recover(state, applied);
}

Status Outbox::start() {
  impl_->rounds.begin();
  DAYBOOK_ASSIGN(impl_->thread, start_thread("outbox", [this] { impl_->work(); }));
  impl_->mail->poke();  // for what is due
  return {};
}

// First nothing new begins, then what goes on is abandoned, then what was said is recorded.
void Outbox::stop() {
  if (!impl_->thread.joinable()) {
    return;
  }
  (void)impl_->mail->post(Closing{});
  impl_->sender.shutdown();
  (void)impl_->mail->post(Quit{});
  impl_->thread.join();
}

OutboxMetrics Outbox::metrics() const {
  return impl_->rounds.metrics();
}

Seq Outbox::applied() const {
  return impl_->rounds.applied();
}

}  // namespace daybook::dispatch
