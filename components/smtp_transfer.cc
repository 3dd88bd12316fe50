#include "components/smtp_transfer.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "base/limits/components.h"
#include "base/limits/sendings.h"
#include "components/json_reader.h"
#include "components/mail_address.h"
#include "components/mail_body.h"
#include "components/mail_text.h"

namespace daybook::components {
namespace {

// Members that are absent, or of another kind, are empty.
std::string text_in(const Members& content, std::string_view name) {
  const JsonValue* value = content.find(name);
  return value == nullptr ? std::string() : text_of(*value).value_or("");
}

std::vector<std::string> texts_in(const Members& content, std::string_view name) {
  std::vector<std::string> out;
  const auto list = elements_of(content.find(name));
  for (std::size_t i = 0; list && i < list->size(); ++i) {
    out.push_back(text_of((*list)[i]).value_or(""));
  }
  return out;
}

std::string joined(const std::vector<std::string>& addresses) {
  std::string out;
  for (const auto& address : addresses) {
    out += (out.empty() ? "" : ",\r\n ") + address;
  }
  return out;
}

void append(curl_slist*& list, const std::string& text) {
  auto* longer = curl_slist_append(list, text.c_str());
  DAYBOOK_CHECK(longer != nullptr, "curl takes a line");
  list = longer;
}

}  // namespace

Result<Mail> write_mail(const Parcel& parcel, const MailOptions& options) {
  DAYBOOK_ASSIGN(const auto value, parse_json(parcel.content, "BAD_CONTENT"));
  DAYBOOK_ASSIGN(const Members content, Members::of(value, ""));
  DAYBOOK_ASSIGN(const MailTexts texts, fill_mail(content));
  const auto cc = texts_in(content, "cc");
  Mail out;
  const std::string given_from = text_in(content, "from");
  out.envelope_from = given_from.empty() ? options.from : given_from;
  out.recipients = texts_in(content, "bcc");
  out.recipients.insert(out.recipients.begin(), cc.begin(), cc.end());
  out.recipients.insert(out.recipients.begin(), parcel.recipient);
  // What was recorded was checked when it came; what is written into headers is checked again.
  DAYBOOK_TRY(check_mail_address(out.envelope_from, "from"));
  for (const auto& address : out.recipients) {
    DAYBOOK_TRY(check_mail_address(address, "to"));
  }
  const std::string given_name = text_in(content, "fromName");
  const std::string name =
      given_name.empty() && given_from.empty() ? options.from_name : given_name;
  const std::string domain = out.envelope_from.substr(out.envelope_from.find('@') + 1);
  std::vector<std::string> headers = {
      "Date: " + header_date(parcel.created), "From: " + header_mailbox(name, out.envelope_from),
      "To: " + parcel.recipient, "Subject: " + header_text(texts.subject),
      "Message-ID: <" + parcel.id.text() + "@" + domain + ">"};
  if (!cc.empty()) {
    headers.push_back("Cc: " + joined(cc));
  }
  if (const std::string reply_to = text_in(content, "replyTo"); !reply_to.empty()) {
    DAYBOOK_TRY(check_mail_address(reply_to, "replyTo"));
    headers.push_back("Reply-To: " + reply_to);
  }
  for (const std::string& header : headers) {
    out.text += header + "\r\n";
  }
  out.text += mail_body(crlf_lines(texts.plain_text), crlf_lines(texts.html), parcel.id.text());
  return out;
}

SmtpTransfer::SmtpTransfer(Mail mail, const MailOptions& options,
                           std::function<void(Delivery)> done)
    : mail_(std::move(mail)), done_(std::move(done)), easy_(curl_easy_init()) {
  DAYBOOK_CHECK(easy_ != nullptr, "curl makes a handle");
  set_session(options);
  set_envelope();
  set_content();
}

SmtpTransfer::~SmtpTransfer() {
  curl_easy_cleanup(easy_);
  curl_slist_free_all(recipients_);
}

void SmtpTransfer::set_session(const MailOptions& options) {
  set_option(easy_, CURLOPT_URL, options.url.c_str());
  set_option(easy_, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  set_option(easy_, CURLOPT_PROXY, "");
  set_option(easy_, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  set_option(easy_, CURLOPT_NOSIGNAL, 1L);
  set_option(easy_, CURLOPT_QUICK_EXIT, 1L);
  const long use_ssl = options.tls == MailTls::kRequired        ? CURLUSESSL_ALL
                       : options.tls == MailTls::kOpportunistic ? CURLUSESSL_TRY
                                                                : CURLUSESSL_NONE;
  set_option(easy_, CURLOPT_USE_SSL, use_ssl);
  set_option(easy_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set_option(easy_, CURLOPT_SSL_VERIFYPEER, 1L);
  set_option(easy_, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options.ca_file.empty()) {
    set_option(easy_, CURLOPT_CAINFO, options.ca_file.c_str());
  }
  if (!options.user.empty()) {
    set_option(easy_, CURLOPT_USERNAME, options.user.c_str());
    set_option(easy_, CURLOPT_PASSWORD, options.password.c_str());
  }
  set_option(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(kMailTimeoutUs / 1000));
  set_option(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(kHttpConnectTimeoutUs / 1000));
  set_option(easy_, CURLOPT_ERRORBUFFER, error_);
  set_option(easy_, CURLOPT_OPENSOCKETFUNCTION, &SmtpTransfer::open_socket);
  set_option(easy_, CURLOPT_OPENSOCKETDATA, this);
  set_option(easy_, CURLOPT_CLOSESOCKETFUNCTION, &SmtpTransfer::close_socket);
  set_option(easy_, CURLOPT_CLOSESOCKETDATA, this);
  set_option(easy_, CURLOPT_HEADERFUNCTION, &SmtpTransfer::take_line);
  set_option(easy_, CURLOPT_HEADERDATA, this);
  set_option(easy_, CURLOPT_WRITEFUNCTION, &SmtpTransfer::ignore);
}

void SmtpTransfer::set_envelope() {
  const std::string from = "<" + mail_.envelope_from + ">";
  set_option(easy_, CURLOPT_MAIL_FROM, from.c_str());
  for (const auto& recipient : mail_.recipients) {
    append(recipients_, "<" + recipient + ">");
  }
  set_option(easy_, CURLOPT_MAIL_RCPT, recipients_);
}

void SmtpTransfer::set_content() {
  set_option(easy_, CURLOPT_UPLOAD, 1L);
  set_option(easy_, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(mail_.text.size()));
  set_option(easy_, CURLOPT_READFUNCTION, &SmtpTransfer::give_text);
  set_option(easy_, CURLOPT_READDATA, this);
}

std::size_t SmtpTransfer::give_text(char* into, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<SmtpTransfer*>(self);
  const std::size_t given = transfer.mail_.text.copy(into, size * count, transfer.given_);
  transfer.given_ += given;
  return given;
}

std::size_t SmtpTransfer::take_line(char* data, std::size_t size, std::size_t count, void* self) {
  const std::string_view said(data, size * count);
  if (said.starts_with("221")) {
    return said.size();  // its good-bye says nothing of the mail
  }
  auto& line = static_cast<SmtpTransfer*>(self)->last_line_;
  line = said.substr(0, kSmtpReplyBytesMax);
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) {
    line.pop_back();
  }
  return size * count;
}

std::size_t SmtpTransfer::ignore(char*, std::size_t size, std::size_t count, void*) {
  return size * count;
}

curl_socket_t SmtpTransfer::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  const int made = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (made >= 0) {
    static_cast<SmtpTransfer*>(self)->sockets_.push_back(made);
  }
  return made < 0 ? CURL_SOCKET_BAD : made;
}

int SmtpTransfer::close_socket(void* self, curl_socket_t socket) {
  std::erase(static_cast<SmtpTransfer*>(self)->sockets_, socket);
  return ::close(socket);
}

// Curl says QUIT and waits for the answer, which a server that holds up the mail does not give.
void SmtpTransfer::cut() {
  for (const curl_socket_t socket : sockets_) {
    ::shutdown(socket, SHUT_RDWR);
  }
}

void SmtpTransfer::finish(CURLcode code) {
  done_(delivery(code));
}

void SmtpTransfer::abandon() {
  Delivery out;
  out.abandoned = true;
  done_(std::move(out));
}

Delivery SmtpTransfer::delivery(CURLcode code) const {
  Delivery out;
  const std::string why = error_[0] != '\0' ? error_ : curl_easy_strerror(code);
  long reply = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &reply);
  switch (code) {
    case CURLE_OK:
      out.response = last_line_;
      break;
    case CURLE_OPERATION_TIMEDOUT:
      out.failure = Failure{"SMTP_TIMEOUT", "The mail server did not answer in time.", "", true};
      break;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
      out.failure = Failure{"SMTP_CONNECT", why + ".", "", true};
      break;
    case CURLE_USE_SSL_FAILED:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
      out.failure = Failure{"SMTP_TLS", why + ".", "", true};
      break;
    case CURLE_LOGIN_DENIED:
      // The operator's to mend, not the mail's fault.
      out.failure =
          Failure{"SMTP_LOGIN", "The mail server refused the login: " + last_line_, "", true};
      break;
    default:
      if (reply >= 400 && reply < 600) {
        out.failure =
            Failure{reply < 500 ? "SMTP_DEFERRED" : "SMTP_REFUSED", last_line_, "", reply < 500};
      } else {
        out.failure = Failure{"SMTP_PROTOCOL", why + ".", "", true};
      }
  }
  return out;
}

}  // namespace daybook::components
