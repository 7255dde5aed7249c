# SPDX-License-Identifier: Apache-2.0
"""The door under strain: gates that die, a database that freezes, a stop in
the middle of things, and strangers who try to keep people out."""
import os
import random
import re
import signal
import socket
import subprocess
import threading
import time

import pytest

from browser import (Browser, all_gates_ready, is_ready, query_of,
                     send_raw)
from conftest import APPLICATION, PEOPLE
from installation import wait_until


def start_tls(place, plain=None):
    plain = plain or socket.create_connection(("127.0.0.1", place.port), 20)
    return place.tls_context().wrap_socket(plain, server_hostname="localhost")


def validate(place, ticket):
    return Browser(place).get("/cas/serviceValidate?" + query_of(
        {"service": APPLICATION, "ticket": ticket}))


def in_parallel(work, arguments):
    threads = [threading.Thread(target=work, args=(one,)) for one in arguments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.fixture
def settings(own_installation):
    """Changes lines of the settings file and restarts; puts all back."""
    place = own_installation
    before = place.config.read_text()

    def change(**lines):
        place.stop()
        text = place.config.read_text()
        for name, value in lines.items():
            text, count = re.subn(rf"(?m)^{name} =.*$", f"{name} = {value}",
                                  text)
            if count == 0:
                text = text.replace("[server]\n",
                                    f"[server]\n{name} = {value}\n", 1)
        place.config.write_text(text)
        place.start()
        return place

    yield change
    place.stop()
    place.config.write_text(before)
    place.start()


def test_a_gate_without_a_registry_refuses_no_good_ticket(own_installation):
    place = own_installation
    ticket = Browser(place).sign_in("alice", PEOPLE["alice"],
                                    APPLICATION).ticket
    old = place.gates()
    place.database("stop")
    try:
        for gate in old:
            os.kill(gate, signal.SIGKILL)
        wait_until("new gates", lambda: len(place.gates()) == 2 and
                   not set(place.gates()) & set(old))
        answer = validate(place, ticket)
    finally:
        place.database("start")
    wait_until("ready", lambda: all_gates_ready(place))
    assert answer.status == 503, answer.text


def test_good_tickets_are_good_right_after_gates_were_killed(own_installation):
    place = own_installation
    browser = Browser(place)
    browser.sign_in("alice", PEOPLE["alice"])
    refused = []

    def check(ticket):
        try:
            if "INVALID_TICKET" in validate(place, ticket).text:
                refused.append(ticket)
        except OSError:
            pass  # the gate that had the connection is gone

    for _ in range(3):
        tickets = [browser.ticket_for(APPLICATION) for _ in range(12)]
        for gate in place.gates():
            os.kill(gate, signal.SIGKILL)
        in_parallel(check, tickets)
        wait_until("ready", lambda: all_gates_ready(place))
    assert not refused


def test_T162_a_stranger_cannot_lock_a_person_out_of_their_own_browser(
        own_installation):
    place = own_installation
    place.add_account("victim", "quite a good password", "--name", "Victim")
    own, stranger = Browser(place), Browser(place)
    assert own.sign_in("victim", "quite a good password").status == 303
    own.get("/cas/logout")
    for _ in range(5):
        assert stranger.sign_in("victim", "wrong").status == 401
    assert stranger.sign_in("victim", "quite a good password").status == 429
    assert own.sign_in("victim", "quite a good password").status == 303


def test_the_proof_of_a_known_browser_is_for_one_account(own_installation):
    place = own_installation
    place.add_account("first", "quite a good password", "--name", "First")
    place.add_account("second", "quite a good password", "--name", "Second")
    own, stranger = Browser(place), Browser(place)
    assert own.sign_in("first", "quite a good password").status == 303
    own.get("/cas/logout")
    for _ in range(5):
        assert stranger.sign_in("second", "wrong").status == 401
    assert own.sign_in("second", "quite a good password").status == 429


def test_T139_a_forged_proof_of_a_known_browser_buys_no_further_try(
        own_installation):
    place = own_installation
    name = "__Host-browser"
    place.add_account("target", "quite a good password", "--name", "Target")
    place.add_account("thief", "quite a good password", "--name", "Thief")
    own = Browser(place)
    assert own.sign_in("thief", "quite a good password").status == 303
    proof = own.jar[name]
    flipped = ("1" if proof[0] == "0" else "0") + proof[1:]
    forged = (proof, flipped, proof[:-1], "0" * 43, "z" * 43, "\\" * 43)
    assert len(proof) == 43
    statuses = []
    for value in forged:
        thief = Browser(place)
        thief.jar[name] = value
        statuses.append(thief.sign_in("target", "wrong").status)
    assert statuses == [401] * 5 + [429]


def test_gateway_and_logout_do_not_carry_a_planted_ticket(own_installation):
    browser = Browser(own_installation)
    planted = APPLICATION + "?ticket=ST-planted"
    for path in ("/cas/login?" + query_of({"service": planted,
                                           "gateway": "true"}),
                 "/cas/logout?" + query_of({"service": planted})):
        answer = browser.get(path)
        assert answer.status in (302, 303)
        assert answer.location == APPLICATION


def test_HEAD_spends_no_ticket_and_ends_no_session(own_installation):
    browser = Browser(own_installation)
    ticket = browser.sign_in("bob", PEOPLE["bob"], APPLICATION).ticket
    query = query_of({"service": APPLICATION, "ticket": ticket})
    for path in ("/cas/serviceValidate?" + query, "/cas/logout"):
        answer = browser.request("HEAD", path)
        assert answer.status == 405
        assert answer.header("Allow") == "GET, POST"
    assert "authenticationSuccess" in validate(own_installation, ticket).text
    assert browser.ticket_for(APPLICATION)


def test_a_public_address_with_its_default_port_written_out(settings):
    place = settings(url="https://localhost:443/cas")
    browser = Browser(place)
    browser.host = "localhost"
    page = browser.login_page()
    answer = browser.request(
        "POST", "/cas/login", None,
        query_of({**page.form.fields, "username": "alice",
                  "password": PEOPLE["alice"]}).encode(),
        {"Origin": "https://localhost", "Sec-Fetch-Site": "same-origin"})
    assert answer.status == 303


def test_of_two_X_Forwarded_For_lines_the_last_counts(settings):
    place = settings(trusted_proxies="127.0.0.1")
    mark = place.log_size()
    send_raw(place, b"GET /cas/login HTTP/1.1\r\nHost: localhost:%d\r\n"
             b"X-Forwarded-For: 198.51.100.9\r\n"
             b"X-Forwarded-For: 203.0.113.7\r\n"
             b"Connection: close\r\n\r\n" % place.port)
    line, = [line for line in place.log(mark).splitlines()
             if 'event="access"' in line and "/cas/login" in line]
    assert 'client="203.0.113.7"' in line


def test_more_sign_ins_than_can_be_hashed_leave_room_for_some(settings):
    """The queue never works for those who have gone."""
    place = settings(memory="65536", passes="4", gates="1")
    began = time.monotonic()
    late = []

    def flood(number):
        browser, count = Browser(place), 0
        while time.monotonic() < began + 14:
            count += 1
            try:
                status = browser.sign_in(f"nobody{number}x{count}",
                                         "wrong").status
            except OSError:
                status = 0
            if time.monotonic() > began + 7:
                late.append(status)

    in_parallel(flood, range(120))
    assert late.count(401) >= 1, {one: late.count(one) for one in set(late)}




def test_SIGTERM_right_after_the_start_is_a_clean_stop(own_installation):
    place = own_installation
    place.stop()
    codes = set()
    for _ in range(16):
        mark = place.log_size()
        with open(place.log_file, "ab") as log:
            server = subprocess.Popen(
                [*place.prefix, str(place.folder / "program/portillon"),
                 "--config", str(place.config), "serve"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=place.folder, env=place.environment())
        while "process started" not in place.log(mark):
            assert server.poll() is None
        time.sleep(random.random() ** 4 * 0.05)  # most often at once
        server.send_signal(signal.SIGTERM)
        codes.add(server.wait(30))
    place.start()
    assert codes == {0}


def test_SIGTERM_resets_no_connection_that_was_made(own_installation):
    place = own_installation
    outcomes = []

    def visit(_):
        for _ in range(40):
            try:
                plain = socket.create_connection(("127.0.0.1", place.port), 15)
            except OSError:
                return  # refused: the door is closed
            try:
                stream = start_tls(place, plain)
                stream.sendall(b"GET /cas/login HTTP/1.1\r\n"
                               b"Host: localhost:%d\r\n"
                               b"Connection: close\r\n\r\n" % place.port)
                outcomes.append("answered" if stream.recv(4096) else "closed")
            except OSError as fault:
                outcomes.append(type(fault).__name__)

    visitors = threading.Thread(target=in_parallel, args=(visit, range(16)))
    visitors.start()
    wait_until("visitors", lambda: len(outcomes) > 20)
    place.server.send_signal(signal.SIGTERM)
    code = place.server.wait(40)
    place.server = None
    visitors.join()
    place.start()
    assert code == 0
    assert set(outcomes) == {"answered"}, outcomes


def test_while_draining_newcomers_are_refused_at_once(own_installation):
    place = own_installation
    slow = [start_tls(place) for _ in range(8)]
    for stream in slow:
        stream.sendall(b"GET /cas/login HTTP/1.1\r\nHo")
    mark = place.log_size()
    place.server.send_signal(signal.SIGTERM)
    wait_until("the stop", lambda: 'event="stopping"' in place.log(mark))
    time.sleep(0.3)
    with pytest.raises(OSError):
        newcomer = socket.create_connection(("127.0.0.1", place.port), 1)
        newcomer.sendall(b"\x16\x03\x01")
        newcomer.recv(10)
    code = place.server.wait(30)
    place.server = None
    place.start()
    assert code == 0


def signal_all(processes, number):
    """Some of a database's processes come and go."""
    for process in processes:
        try:
            os.kill(process, number)
        except ProcessLookupError:
            pass


def test_a_frozen_database_does_not_spoil_the_stop(own_installation):
    place = own_installation
    page = Browser(place).login_page()
    cookie = page.cookies()["__Host-login"][0]
    spoiled = []

    def attempt(name):
        browser = Browser(place)
        browser.jar["__Host-login"] = cookie
        try:
            browser.submit(page, name, "wrong")
        except OSError:
            pass

    for turn in range(4):
        postmaster = place.postmaster()
        with open(f"/proc/{postmaster}/task/{postmaster}/children") as list_:
            children = [int(word) for word in list_.read().split()]
        names = [f"z{turn}x{number}" for number in range(30)]
        visitors = threading.Thread(target=in_parallel, args=(attempt, names))
        visitors.start()
        time.sleep(0.02 + 0.02 * random.random())
        mark = place.log_size()
        signal_all(children, signal.SIGSTOP)
        try:
            place.server.send_signal(signal.SIGTERM)
            code = place.server.wait(40)
        finally:
            signal_all(children, signal.SIGCONT)
        place.server = None
        visitors.join()
        if code != 0 or "Assertion" in place.log(mark):
            spoiled.append((code, place.log(mark)[-2000:]))
        place.start()
    assert not spoiled


@pytest.fixture
def plain(settings, own_installation):
    """The same server behind no TLS, as a proxy would reach it."""
    return settings(url=f"http://localhost:{own_installation.port}/cas",
                    tls_certificate="", tls_key="")


def plain_request(place, path, extra=b"", body=b"", method=b"GET"):
    return (method + b" " + path + b" HTTP/1.1\r\nHost: localhost:%d\r\n"
            % place.port + extra + b"\r\n" + body)


def read_to_the_end(stream):
    pieces = []
    while True:
        piece = stream.recv(65536)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)


def test_plain_pipelined_requests_are_answered_in_turn(plain):
    with socket.create_connection(("127.0.0.1", plain.port), 10) as stream:
        stream.sendall(b"".join([
            plain_request(plain, b"/healthz"),
            plain_request(plain, b"/cas/login"),
            plain_request(plain, b"/cas/validate?ticket=x&service=y"),
            plain_request(plain, b"/cas/logout"),
            plain_request(plain, b"/cas/nothing", b"Connection: close\r\n")]))
        answers = read_to_the_end(stream)
    assert re.findall(rb"HTTP/1\.1 ([0-9]+)", answers) == \
        [b"200", b"200", b"200", b"200", b"404"]
    assert answers.index(b"ok\n") < answers.index(b"<form") \
        < answers.index(b"no\n\n")
    assert b"Strict-Transport-Security" not in answers


def test_plain_client_that_sends_no_more_still_gets_its_answer(plain):
    with socket.create_connection(("127.0.0.1", plain.port), 10) as stream:
        stream.sendall(plain_request(plain, b"/cas/login"))
        stream.shutdown(socket.SHUT_WR)
        assert read_to_the_end(stream).endswith(b"</html>\n")


def test_plain_body_in_small_pieces_and_another_request_behind_it(plain):
    body = b"username=" + b"a" * 60000
    with socket.create_connection(("127.0.0.1", plain.port), 10) as stream:
        sent = plain_request(
            plain, b"/cas/login",
            b"Content-Type: application/x-www-form-urlencoded\r\n"
            b"Content-Length: %d\r\n" % len(body), body, b"POST") \
            + plain_request(plain, b"/healthz", b"Connection: close\r\n")
        for place in range(0, len(sent), 1777):
            stream.sendall(sent[place:place + 1777])
        answers = read_to_the_end(stream)
    assert re.findall(rb"HTTP/1\.1 ([0-9]+)", answers) == [b"200", b"200"]


def test_plain_client_that_does_not_read_gets_all_when_it_does(plain):
    count = 4000
    with socket.create_connection(("127.0.0.1", plain.port), 20) as stream:
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
        asked = plain_request(plain, b"/cas/login") * (count - 1) + \
            plain_request(plain, b"/healthz", b"Connection: close\r\n")
        sender = threading.Thread(target=stream.sendall, args=(asked,))
        sender.start()
        time.sleep(0.3)
        answers = read_to_the_end(stream)
        sender.join()
    assert answers.count(b"HTTP/1.1 200 OK") == count
    assert answers.count(b"</html>\n") == count - 1
