#include "bench/peers/client/session.h"

#include "bench/peers/client/beanstalk_session.h"
#include "bench/peers/client/daybook_session.h"
#include "bench/peers/client/daybook_socket_session.h"
#include "bench/peers/client/failure.h"
#include "bench/peers/client/nats_session.h"
#include "bench/peers/client/redis_session.h"

namespace daybook::peers {

std::unique_ptr<Session> make_session(std::string_view peer, const std::string& queue,
                                      std::size_t id) {
  if (peer == "daybook") {
    return std::make_unique<DaybookSession>(queue, id);
  }
  if (peer == "daybook-socket") {
    return std::make_unique<DaybookSocketSession>(queue, id);
  }
  if (peer == "beanstalkd") {
    return std::make_unique<BeanstalkSession>();
  }
  if (peer == "redis") {
    return std::make_unique<RedisSession>(id);
  }
  if (peer == "nats") {
    return std::make_unique<NatsSession>(id);
  }
  throw Failure("no such peer: " + std::string(peer));
}

void append_job(std::string& out, std::size_t number) {
  const std::size_t end = out.size() + kJobBytes;
  out += R"({"n":)";
  out += std::to_string(number);
  out += R"(,"pad":")";
  constexpr std::size_t kTail = 2;
  out.append(end - kTail - out.size(), 'x');
  out += R"("})";
}

}  // namespace daybook::peers
