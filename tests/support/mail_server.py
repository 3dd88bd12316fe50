#!/usr/bin/python3
"""A real SMTP server (aiosmtpd) on a free loopback port, for the outbox tests.

usage: mail_server.py FOLDER [--auth USER:PASSWORD] [--tls CERTIFICATE KEY] [--require-tls]

Prints the port on one line, then the name of each mail that it has stored, until its standard input
closes. A mail is a file: the envelope and whether TLS was on in three lines, then the mail as it came.
Recipients decide what it answers: later@… 451, never@… 550; hold@… stores the mail and answers only
when FOLDER/release is there.
"""

import argparse
import asyncio
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Mails:
    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("later@"):
            return "451 4.3.0 not now"
        if address.startswith("never@"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        name = os.path.join(self.folder, "%04d.mail" % self.count)
        with open(name + ".draft", "wb") as out:
            out.write(("from %s\nto %s\n" % (envelope.mail_from, " ".join(envelope.rcpt_tos))).encode())
            out.write(("tls %s\n" % ("yes" if session.ssl else "no")).encode())
            out.write(envelope.content)
        os.rename(name + ".draft", name)
        print(name, flush=True)
        if any(address.startswith("hold@") for address in envelope.rcpt_tos):
            while not os.path.exists(os.path.join(self.folder, "release")):
                await asyncio.sleep(0.02)
        return "250 2.0.0 stored as %04d" % self.count


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--auth")
    parser.add_argument("--tls", nargs=2)
    parser.add_argument("--require-tls", action="store_true")
    arguments = parser.parse_args()
    options = {"hostname": "127.0.0.1", "port": 0}
    if arguments.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*arguments.tls)
        options["tls_context"] = context
        options["require_starttls"] = arguments.require_tls
    if arguments.auth:
        user, password = arguments.auth.encode().split(b":", 1)

        def authenticate(server, session, envelope, mechanism, given):
            fits = given.login == user and given.password == password
            return AuthResult(success=fits, handled=False)

        options["authenticator"] = authenticate
        options["auth_required"] = True
        options["auth_require_tls"] = bool(arguments.tls)
    asyncio.run(serve(Mails(arguments.folder), options))


async def serve(mails, options):
    loop = asyncio.get_running_loop()
    host = options.pop("hostname")
    port = options.pop("port")
    server = await loop.create_server(
        lambda: SMTP(mails, hostname="mail.test", loop=loop, **options), host=host, port=port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()
    os._exit(0)


if __name__ == "__main__":
    main()
