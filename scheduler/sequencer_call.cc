// One command whose answer is waited for.
#include <future>
#include <memory>
#include <utility>

#include "scheduler/sequencer.h"

namespace daybook::scheduler {

Result<Reply> Sequencer::call(Command command, std::string actor, CommandId id) {
  // Shared: the answering thread may still be inside set_value() when the waiter goes on.
  const auto promise = std::make_shared<std::promise<std::vector<Result<Reply>>>>();
  auto future = promise->get_future();
  Request request;
  request.id = id;
  request.actor = std::move(actor);
  request.commands.push_back(std::move(command));
  request.answer = [promise](std::vector<Result<Reply>> replies) {
    promise->set_value(std::move(replies));
  };
  DAYBOOK_TRY(submit(std::move(request)));
  return std::move(future.get().front());
}

}  // namespace daybook::scheduler
