// Makes one try to deliver a sending: a mail by SMTP, an HTTP post, messages to an actor.
//
// Mail: libcurl's SMTP with STARTTLS or TLS and a password, where the operator gives one. A reply
// 4xx is worth another try, 5xx is not; one recipient refused refuses the mail. The Message-ID is
// made of the sending's id, so a receiver can recognise a repeat. Posts: as http components
// (http_runtime.h), with the sending's id as Idempotency-Key.
//
// Threads: one for each try that goes on, up to `slots`; `done` is called there and must not block.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "components/http_runtime.h"
#include "components/runtime.h"

namespace daybook::components {

enum class MailTls : std::uint8_t {
  kRequired,       // STARTTLS, or nothing is said
  kOpportunistic,  // STARTTLS where the server offers it
  kOff,
};

struct MailOptions {
  std::string url;  // smtp://host:port, or smtps://host:port for TLS from the start; empty: none
  std::string user;
  std::string password;
  std::string from;  // address of mails that name none
  std::string from_name;
  MailTls tls = MailTls::kRequired;
  std::string ca_file;  // empty: the system's certificates
};

struct SenderOptions {
  MailOptions mail;
  std::string actors_endpoint;  // https://host; empty: messageActor is not offered
  HttpOptions http;             // slots are not used
  std::size_t slots = 32;       // tries at once; the caller offers no more
};

// What is sent; content as the effect recorded it.
struct Parcel {
  SendingId id;
  Transport transport = Transport::kEmail;
  std::string recipient;
  std::string content;  // JSON text
  Micros created;
};

struct Delivery {
  std::string response;            // what the other side said
  std::optional<Failure> failure;  // absent: it took it
  bool abandoned = false;          // the sender was shut down before it was over
};

class Sender {
 public:
  // One that uses the network. Fails with kInvalid, naming the setting: an URL or address that is
  // none, a password that would cross a network in the clear.
  static Result<std::unique_ptr<Sender>> open(SenderOptions options, const Clock& clock);
  virtual ~Sender() = default;
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  // Whether the operator configured what that transport needs.
  virtual bool can(Transport transport) const = 0;
  // `done` is called once, or by send() itself when the content cannot be sent or the sender is
  // shut down.
  virtual void send(const Parcel& parcel, std::function<void(Delivery)> done) = 0;
  // Abandons every try, waits until all have been told.
  virtual void shutdown() = 0;

 protected:
  Sender() = default;
};

}  // namespace daybook::components
