"""A mail server on 127.0.0.1 that says what a test tells it to and remembers what it was told.

smtpd.py DIR: makes a certificate in DIR (cert.pem signs itself), then prints the ports of SMTP and of SMTP in TLS. Each line of
standard input is a JSON object: {"script": {STAGE: REPLY}} replaces what is said at a stage (banner ehlo starttls auth mail
rcpt rcpt:ADDRESS data dot quit), REPLY being a line, "close" or "hang"; "hide", "hide_tls" (under TLS) and "mechanisms" change what EHLO offers. Each is
answered by a line with what was seen since the one before."""
import asyncio
import email
import email.policy
import hashlib
import json
import logging
import subprocess
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

script, hide, hide_tls, mechanisms, seen = {}, [], [], None, {}


def forget():
    seen.clear()
    seen.update(mails=[], connections=0, quits=0, ehlo=[], logins=[], commands=[])


def parts(content):
    """The parts of a mail as the email package reads them: it is not ours."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    out = []
    for part in message.walk():
        if part.is_multipart():
            continue
        data = part.get_payload(decode=True)
        out.append({"type": part.get_content_type(), "name": part.get_filename(), "how": part.get_content_disposition(), "size": len(data),
                    "sha256": hashlib.sha256(data).hexdigest(), "defects": len(part.defects) + len(message.defects)})
    return out


class Handler:
    async def handle_EHLO(self, server, session, envelope, hostname, lines):
        session.host_name = hostname
        seen["ehlo"].append(hostname)
        hidden = hide + (hide_tls if server.in_tls or server._tls_protocol is not None else [])
        out = [line for line in lines if line[4:].split()[0] not in hidden]
        if mechanisms is not None:
            out = ["250-AUTH " + mechanisms if line.startswith("250-AUTH") else line for line in out]
        return out

    async def handle_DATA(self, server, session, envelope):
        seen["mails"].append({
            "from": envelope.mail_from, "to": envelope.rcpt_tos, "options": envelope.mail_options, "tls": server.in_tls or server._tls_protocol is not None,
            "user": session.auth_data.login.decode() if session.auth_data else None, "text": envelope.content.decode("utf-8", "replace"),
            "parts": parts(envelope.content), "widest": max(len(line) for line in envelope.content.split(b"\r\n"))})
        return "250 2.0.0 queued"


class Scripted(SMTP):
    greeted = False

    async def act(self, stage):
        reply = script.get(stage)
        seen["commands"].append(stage)
        if reply == "close":
            self.transport.abort()
        elif reply == "hang":
            await asyncio.sleep(3600)
        elif reply:
            self._writer.write(reply.encode("utf-8", "surrogateescape") + b"\r\n")  # raw bytes come as lone surrogates
            await self._writer.drain()
            if reply.startswith("421"):
                self.transport.close()
        return reply is not None

    async def push(self, status):
        if not self.greeted:
            self.greeted = True
            seen["connections"] += 1
            if await self.act("banner"):
                return
        elif status == "250 2.0.0 queued" and await self.act("dot"):
            return
        await super().push(status)

    async def smtp_EHLO(self, arg):
        await self.act("ehlo") or await super().smtp_EHLO(arg)

    async def smtp_STARTTLS(self, arg):
        await self.act("starttls") or await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg):
        await self.act("auth") or await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg):
        await self.act("mail") or await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg):
        address = arg.split("<")[-1].split(">")[0]
        await self.act("rcpt:" + address if "rcpt:" + address in script else "rcpt") or await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg):
        await self.act("data") or await super().smtp_DATA(arg)

    async def smtp_QUIT(self, arg):
        seen["quits"] += 1
        await self.act("quit") or await super().smtp_QUIT(arg)


def login(server, session, envelope, mechanism, data):
    seen["logins"].append(mechanism)
    ok = data.login == b"desk" and data.password == b"s3cret"
    return AuthResult(success=ok, handled=False, auth_data=data)


def server(context, loop, in_tls):
    made = Scripted(Handler(), loop=loop, hostname="mail.example", enable_SMTPUTF8=True, tls_context=None if in_tls else context,
                    authenticator=login, auth_require_tls=False)
    made.in_tls = in_tls
    return made


def answer(line):
    global hide, hide_tls, mechanisms
    told = json.dumps(seen)
    forget()
    order = json.loads(line)
    script.clear()
    script.update(order.get("script", {}))
    hide, hide_tls, mechanisms = order.get("hide", []), order.get("hide_tls", []), order.get("mechanisms")
    print(told, flush=True)


def certificate(where):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                    "/CN=mail.example", "-addext", "subjectAltName=IP:127.0.0.1,DNS:mail.example", "-keyout", where + "/key.pem", "-out",
                    where + "/cert.pem"], check=True, stderr=subprocess.DEVNULL)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(where + "/cert.pem", where + "/key.pem")
    return context


async def serve(where):
    loop = asyncio.get_running_loop()
    context = certificate(where)
    forget()
    plain = await loop.create_server(lambda: server(context, loop, False), "127.0.0.1", 0)
    secure = await loop.create_server(lambda: server(context, loop, True), "127.0.0.1", 0, ssl=context)
    print(plain.sockets[0].getsockname()[1], secure.sockets[0].getsockname()[1], flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        answer(line)


logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
asyncio.run(serve(sys.argv[1]))
