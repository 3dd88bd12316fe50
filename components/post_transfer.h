// One try of an HTTP post: of httpPost, or of messageActor to the operator's endpoint. Private to
// components.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "components/http_exchange.h"
#include "components/sender.h"
#include "components/transfer.h"

namespace daybook::components {

struct Post {
  std::string url;
  HttpHeaders headers;
  std::string body;     // bytes of the request
  bool checked = true;  // the address policy holds; not for what the operator configured
};

// The operator's endpoint, without slashes at its end.
Result<std::string> read_actors_endpoint(std::string_view text);
std::string actor_url(const std::string& endpoint, std::string_view type, std::string_view id);

// The request that the recorded content asks for; `ports` are those that an URL may name.
Result<Post> write_post(const Parcel& parcel, const std::vector<std::uint16_t>& ports);
Result<Post> write_actor_post(const Parcel& parcel, const std::string& endpoint);

class PostTransfer final : public Transfer {
 public:
  PostTransfer(const HttpSettings& settings, SendingId id, const Post& post,
               std::function<void(Delivery)> done);

  CURL* handle() const override { return exchange_.handle(); }
  void finish(CURLcode code) override;
  void abandon() override;

 private:
  Delivery delivery(CURLcode code) const;

  HttpExchange exchange_;
  const std::function<void(Delivery)> done_;
};

}  // namespace daybook::components
