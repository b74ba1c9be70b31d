"""Lists are left by the header of their mails alone, where that is safe, and never unasked."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from mail_fake import mail_house
from mail_servers import certify, server_context
from mailboxes import NOW, simple
from small_evening import evening

from voiced.plugin import Effect, IntentDenied, IntentFailed
from voiced.testing.context import FakeContext
from voiced_intents import mail, talk
from voiced_intents.mail import unsubscribe, unsubscribing
from voiced_intents.mail.headers import Headers
from voiced_intents.mail.index.place import outgoing_file
from voiced_intents.mail.outgoing import Outgoing, State
from voiced_intents.mail.unsubscribe_way import Way, way_of
from voiced_intents.mail.unsubscribing import LIST, post

CLICK = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
URL = "https://lists.shop.example/leave?u=17"


def newsletter(header: str, *, click: bool = True, number: int = 1) -> bytes:
    more = f"List-Unsubscribe: {header}\r\n{CLICK if click else ''}".encode()
    raw = simple(number, sender="Shop News", subject="Sale")
    return raw.replace(b"MIME-Version", more + b"MIME-Version")


@pytest.fixture
def house(tmp_path):
    with mail_house(tmp_path) as made:
        yield made


@pytest.fixture
def asked(monkeypatch):
    """Where one click went."""
    found = []
    monkeypatch.setattr(unsubscribing, "post", lambda url, _timeout_s: found.append(url))
    return found


def filled(house, header, *, click=True):
    house.put("INBOX", newsletter(header, click=click))
    house.index()
    return FakeContext(now=NOW, settings=house.settings)


@pytest.mark.parametrize(
    ("header", "click", "way"),
    [
        (f"<mailto:out@shop.example>, <{URL}>", True, Way(url=URL)),
        (f"<{URL}>, <mailto:out@shop.example?subject=bye>", False,
         Way(address="out@shop.example", subject="bye", text="unsubscribe")),
        ("<http://shop.example/x>, <mailto:a@b.example>", True,
         Way(address="a@b.example", subject="unsubscribe", text="unsubscribe")),
        ("<mailto:a%40b.example?body=take%20me%0D%0ABcc:%20x@y.example>", False,
         Way(address="a@b.example", subject="unsubscribe", text="take me Bcc: x@y.example")),
    ],
)  # fmt: skip
def test_one_click_goes_before_a_mail_and_nothing_else_counts(header, click, way):
    assert way_of(Headers(unsubscribe=header, has_one_click=click)) == way


@pytest.mark.parametrize(
    ("header", "click"),
    [
        (f"<{URL}>", False),
        ("<http://shop.example/leave>", True),
        ("<https://user@shop.example/leave>", True),
        ("<https://shop.example:8443/leave>", True),
        ("<https://127.0.0.1/leave>", True),
        ("<https://0x7f.1/leave>", True),
        ("<https://localhost/leave>", True),
        ("<https://printer.local/leave>", True),
        ("<https://[::1]/leave>", True),
        ("<https://[::1/leave>", True),
        ("<mailto:a@b.example,c@d.example>", False),
        ("<mailto:a@b.example?cc=c@d.example>", False),
        ("<mailto:a@b.example?bcc=c@d.example>", False),
        ("<mailto:?to=c@d.example>", False),
        ("<javascript:alert(1)>", True),
    ],
)
def test_what_is_not_plain_is_not_done(header, click):
    with pytest.raises(IntentFailed) as caught:
        way_of(Headers(unsubscribe=header, has_one_click=click))

    assert "follow no links" in caught.value.spoken


def test_without_the_header_it_is_said():
    with pytest.raises(IntentFailed) as caught:
        way_of(Headers())

    assert caught.value.spoken == "That mail does not say how to unsubscribe."


def test_a_look_alike_is_warned_of():
    way = Way(url="https://sh\u043ep.example/leave")

    assert "look alike" in way.spoken


def test_it_is_asked_about_with_the_server_that_hears_of_it(house, asked, tmp_path):
    filled(house, f"<{URL}>")
    known = {mail.Settings: house.settings}
    with evening((mail, talk), known, tmp_path / "journal", NOW) as spoken:
        assert "Sale" in spoken.say("do I have new mail")
        question = spoken.say("unsubscribe from this newsletter")
        assert "the list of Shop News, at lists.shop.example. Shall I?" in question
        spoken.say("okay")
        assert asked == []
        told = spoken.say("yes, unsubscribe")

    assert asked == [URL]
    assert told == "I asked lists.shop.example to take you off the list of Shop News."


@pytest.mark.parametrize("said", ["it", "that mail", "the first one"])
def test_the_mail_that_was_told_is_looked_at(house, asked, tmp_path, said):
    filled(house, f"<{URL}>")
    known = {mail.Settings: house.settings}
    with evening((mail, talk), known, tmp_path / "journal", NOW) as spoken:
        spoken.say("do I have new mail")

        assert "at lists.shop.example. Shall I?" in spoken.say(f"unsubscribe me from {said}")
    assert asked == []


@pytest.mark.parametrize("said", ["no", "what time is it", "yes"])
def test_without_a_clear_yes_nothing_leaves(house, asked, tmp_path, said):
    filled(house, f"<{URL}>")
    known = {mail.Settings: house.settings}
    with evening((mail, talk), known, tmp_path / "journal", NOW) as spoken:
        assert "Shall I?" in spoken.say("unsubscribe from shop news")
        spoken.say(said)

    assert asked == []
    assert house.sent == []


def test_it_is_outward_to_somebody_new():
    assert unsubscribe.effect is Effect.O2
    assert unsubscribe.critical == ("mailing_list",)


def test_a_mail_is_sent_once_and_kept(house, asked):
    context = filled(house, "<mailto:out@shop.example?subject=leave%2017>", click=False)
    (found,) = LIST.resolve("shop news", context)
    assert found.spoken == "the list of Shop News, by a mail to out@shop.example"

    reply = asyncio.run(unsubscribe.function(context, mailing_list=found.value))

    ((recipients, content),) = house.sent
    assert recipients == ("out@shop.example",)
    assert b"Subject: leave 17\r\n" in content
    assert reply.text.startswith("I sent a mail to out@shop.example")
    assert asked == []
    assert house.subjects("Sent") == ["leave 17"]
    assert Outgoing(outgoing_file(house.settings)).count() == {State.SENT: 1}


@contextmanager
def web_server(folder, code):
    """An https server that notes what it is asked."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            seen.append((self.path, body, self.headers.get("Cookie")))
            self.send_response(code)
            self.send_header("Location", f"https://localhost:{self.server.server_port}/other")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            """Quiet."""

    certificate = certify(folder)
    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.socket = server_context(certificate).wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server.server_port, certificate, seen
    finally:
        server.shutdown()
        server.server_close()


def test_one_click_is_one_post_and_no_redirect_is_followed(tmp_path, monkeypatch):
    import ssl

    monkeypatch.setattr(unsubscribing, "refuse_private", lambda _host: None)
    for code, is_taken in ((200, True), (302, False), (500, False)):
        with web_server(tmp_path, code) as (port, certificate, seen):
            tls = ssl.create_default_context(cafile=certificate)
            if is_taken:
                post(f"https://localhost:{port}/leave?u=17", 5.0, tls)
            else:
                with pytest.raises(IntentFailed):
                    post(f"https://localhost:{port}/leave?u=17", 5.0, tls)
        assert seen == [("/leave?u=17", b"List-Unsubscribe=One-Click", None)]


@pytest.mark.parametrize("host", ["localhost", "ip6-localhost"])
def test_nothing_is_asked_in_ones_own_network(host):
    with pytest.raises((IntentDenied, IntentFailed)):
        post(f"https://{host}/leave", 1.0)
