// One try to hand a mail to the operator's SMTP server. Private to components.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "components/sender.h"
#include "components/transfer.h"

namespace daybook::components {

struct Mail {
  std::string envelope_from;
  std::vector<std::string> recipients;  // to, cc and bcc
  std::string text;                     // headers and body as they will be written, encoded
};

// The recorded content with its placeholders filled in. kInvalid when no sender's address is known
// or the content is not one that this version writes.
Result<Mail> write_mail(const Parcel& parcel, const MailOptions& options);

class SmtpTransfer final : public Transfer {
 public:
  SmtpTransfer(Mail mail, const MailOptions& options, std::function<void(Delivery)> done);
  ~SmtpTransfer() override;
  SmtpTransfer(const SmtpTransfer&) = delete;
  SmtpTransfer& operator=(const SmtpTransfer&) = delete;

  CURL* handle() const override { return easy_; }
  void finish(CURLcode code) override;
  void abandon() override;
  void cut() override;

 private:
  void set_session(const MailOptions& options);
  void set_envelope();
  void set_content();
  Delivery delivery(CURLcode code) const;

  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int close_socket(void* self, curl_socket_t socket);
  static std::size_t give_text(char* into, std::size_t size, std::size_t count, void* self);
  static std::size_t take_line(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t ignore(char* data, std::size_t size, std::size_t count, void* self);

  const Mail mail_;
  const std::function<void(Delivery)> done_;
  CURL* const easy_;
  curl_slist* recipients_ = nullptr;
  std::size_t given_ = 0;               // bytes of the text
  std::vector<curl_socket_t> sockets_;  // open ones
  std::string last_line_;               // of what the server said
  char error_[CURL_ERROR_SIZE] = {};
};

}  // namespace daybook::components
