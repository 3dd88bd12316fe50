// One try of an HTTP post: of httpPost, or of messageActor to the operator's endpoint. Private to
// components.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "components/address_policy.h"
#include "components/http_spec.h"
#include "components/sender.h"
#include "components/transfer.h"

namespace daybook::components {

struct Post {
  std::string url;
  HttpHeaders headers;
  std::string body;     // bytes of the request
  bool checked = true;  // the address policy holds; not for what the operator configured
};

// The request that the recorded content asks for; `ports` are those that an URL may name.
Result<Post> write_post(const Parcel& parcel, const std::vector<std::uint16_t>& ports);
Result<Post> write_actor_post(const Parcel& parcel, const std::string& endpoint);

struct PostSettings {
  const HttpOptions& options;
  const AddressPolicy& policy;
  const Clock& clock;
};

class PostTransfer final : public Transfer {
 public:
  PostTransfer(const PostSettings& settings, SendingId id, Post post,
               std::function<void(Delivery)> done);
  ~PostTransfer() override;
  PostTransfer(const PostTransfer&) = delete;
  PostTransfer& operator=(const PostTransfer&) = delete;

  CURL* handle() const override { return easy_; }
  void finish(CURLcode code) override;
  void abandon() override;

 private:
  void add_header(std::string_view name, std::string_view value);
  void set_headers(SendingId id);
  Delivery delivery(CURLcode code) const;

  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static std::size_t take_body(char* data, std::size_t size, std::size_t count, void* self);

  const PostSettings& settings_;
  const Post post_;
  const std::function<void(Delivery)> done_;
  CURL* const easy_;
  curl_slist* headers_ = nullptr;
  std::string body_;  // the beginning of the answer
  std::string refused_;
  char error_[CURL_ERROR_SIZE] = {};
};

}  // namespace daybook::components
