#include "components/sender.h"

#include <utility>

#include <curl/curl.h>

#include "base/check.h"
#include "components/address_policy.h"
#include "components/mail_address.h"
#include "components/post_transfer.h"
#include "components/smtp_transfer.h"
#include "components/transfer_pool.h"

namespace daybook::components {
namespace {

// The part between "://" and the next ':' or '/'.
std::string_view host_of(std::string_view url) {
  const auto begin = url.find("://");
  url.remove_prefix(begin == std::string_view::npos ? url.size() : begin + 3);
  return url.substr(0, url.find_first_of(":/"));
}

bool is_this_machine(std::string_view host) {
  return host == "localhost" || host.starts_with("127.");
}

Status check_mail(const MailOptions& mail) {
  const auto bad = [](std::string_view why, std::string_view setting) {
    return fail(Code::kInvalid, "BAD_SETTING", why, setting);
  };
  if (mail.url.empty()) {
    return {};
  }
  const bool tls_from_start = mail.url.starts_with("smtps://");
  if ((!tls_from_start && !mail.url.starts_with("smtp://")) || host_of(mail.url).empty()) {
    return bad("must be smtp://host:port or smtps://host:port", "mail.url");
  }
  if (mail.url.find('@') != std::string::npos) {
    return bad("holds a user name: give mail.user and mail.password", "mail.url");
  }
  DAYBOOK_TRY(check_mail_address(mail.from, "mail.from"));
  const bool in_the_clear = !tls_from_start && mail.tls != MailTls::kRequired;
  if (!mail.user.empty() && in_the_clear && !is_this_machine(host_of(mail.url))) {
    return bad("a password crosses a network only with TLS: required", "mail.tls");
  }
  return {};
}

Delivery undeliverable(const Error& error) {
  Delivery out;
  out.failure = Failure{error.reason, error.message, "", false};
  return out;
}

class NetSender final : public Sender {
 public:
  NetSender(SenderOptions options, std::vector<Network> allowed, const Clock& clock)
      : options_(std::move(options)),
        policy_(options_.http.allow_private, std::move(allowed)),
        posts_{options_.http, policy_, clock},
        pool_(options_.slots) {}
  ~NetSender() override { pool_.shutdown(); }

  Status start() { return pool_.start(); }
  bool can(Transport transport) const override;
  void send(const Parcel& parcel, std::function<void(Delivery)> done) override;
  void shutdown() override { pool_.shutdown(); }

 private:
  const SenderOptions options_;
  const AddressPolicy policy_;
  const HttpSettings posts_;
  TransferPool pool_;  // last: its threads use what stands before it
};

bool NetSender::can(Transport transport) const {
  switch (transport) {
    case Transport::kEmail:
      return !options_.mail.url.empty();
    case Transport::kActor:
      return !options_.actors_endpoint.empty();
    case Transport::kHttp:
      return true;
  }
  return false;
}

void NetSender::send(const Parcel& parcel, std::function<void(Delivery)> done) {
  if (parcel.transport == Transport::kEmail) {
    auto mail = write_mail(parcel, options_.mail);
    if (!mail) {
      done(undeliverable(mail.error()));
      return;
    }
    pool_.add(std::make_unique<SmtpTransfer>(std::move(*mail), options_.mail, std::move(done)));
    return;
  }
  auto post = parcel.transport == Transport::kHttp
                  ? write_post(parcel, options_.http.ports)
                  : write_actor_post(parcel, options_.actors_endpoint);
  if (!post) {
    done(undeliverable(post.error()));
    return;
  }
  pool_.add(std::make_unique<PostTransfer>(posts_, parcel.id, *post, std::move(done)));
}

}  // namespace

Result<std::unique_ptr<Sender>> Sender::open(SenderOptions options, const Clock& clock) {
  static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
  DAYBOOK_CHECK(once == CURLE_OK, "curl starts");
  DAYBOOK_TRY(check_mail(options.mail));
  if (!options.actors_endpoint.empty()) {
    DAYBOOK_ASSIGN(options.actors_endpoint, read_actors_endpoint(options.actors_endpoint));
  }
  DAYBOOK_ASSIGN(std::vector<Network> allowed, read_networks(options.http.allowed_networks));
  auto out = std::make_unique<NetSender>(std::move(options), std::move(allowed), clock);
  DAYBOOK_TRY(out->start());
  return out;
}

}  // namespace daybook::components
