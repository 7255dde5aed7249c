# SPDX-License-Identifier: Apache-2.0
"""The help pages: every question answered in every language, every link good,
and the way to them at the foot of every page."""
import html.parser
import shutil
import urllib.parse

import pytest

from browser import Browser
from installation import ROOT

TOPICS = ["lost-phone", "lost-mailbox", "no-codes-left", "lost-device",
          "forgotten-session", "not-me", "code-refused", "asked-every-time",
          "why-asked", "set-up-app", "which-app", "new-phone", "second-step",
          "passwords"]
LANGUAGES = ["en", "fr", "nl"]
CONTACT = "aide@example.org, tél. <555 0100>"


class Page(html.parser.HTMLParser):
    """Headings, links and ids of a page, in their order."""

    def __init__(self, answer):
        super().__init__(convert_charrefs=True)
        self.headings, self.links, self.ids = [], [], []
        self.tags, self.language, self.open = [], None, []
        self.words = {}
        self.feed(answer.text)
        assert self.open == [], "an element is not closed"

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append(tag)
        if tag == "html":
            self.language = attributes["lang"]
        if tag not in ("meta", "link", "img", "input", "br"):
            self.open.append(tag)
        if tag in ("h1", "h2", "h3"):
            self.headings.append(tag)
        if tag == "a":
            self.links.append(attributes["href"])
        if "id" in attributes:
            self.ids.append(attributes["id"])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open:
            inner = self.open[-1]
            self.words[inner] = self.words.get(inner, "") + data


@pytest.fixture(scope="module")
def pages(shared_installation):
    """(topic, language) -> its answer; "" is the list of questions."""
    one = Browser(shared_installation)
    found = {(topic, language): one.get(
        f"/cas/help/{topic}".rstrip("/"), {"locale": language})
        for topic in ["", *TOPICS] for language in LANGUAGES}
    one.close()
    return found


@pytest.fixture
def own_words(installation):
    """A folder of the operator's, and the variables that name it."""
    folder = installation.folder / "own-words"

    def write(path, text):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
        for place in [folder, *folder.rglob("*")]:
            place.chmod(0o755 if place.is_dir() else 0o644)
        return {"PORTILLON_PAGES_TEMPLATES_OVERRIDE": str(folder)}

    yield write
    shutil.rmtree(folder)


def test_every_question_is_answered_in_every_language(pages):
    for (topic, language), answer in pages.items():
        page = Page(answer)
        assert answer.status == 200, (topic, language)
        assert page.language == language
        assert page.headings[0] == "h1" and page.headings.count("h1") == 1
        assert "h2" in page.headings, "and so is in order, having no h3"
        assert len(set(page.ids)) == len(page.ids)
        assert page.tags.count("article") == 1
        title = page.words["h1"].strip()
        assert page.words["title"].startswith(f"{title} – ")
        if topic:
            assert page.tags.count("ol") >= 1 or topic == "which-app"


def test_languages_differ_and_are_built_alike(pages):
    for topic in ["", *TOPICS]:
        in_all = [Page(pages[topic, language]) for language in LANGUAGES]
        for words in ("title", "h1", "p", "li"):
            if words in in_all[0].words:
                assert len({page.words[words] for page in in_all}) == 3, topic
        shapes = [(page.headings, page.ids, page.tags.count("li"))
                  for page in in_all]
        assert shapes[0] == shapes[1] == shapes[2], topic


def test_the_list_has_every_question_once_under_its_title(pages):
    for language in LANGUAGES:
        page = Page(pages["", language])
        listed = [link for link in page.links if link.startswith("help/")]
        assert sorted(listed) == sorted(f"help/{name}" for name in TOPICS)
        for name in TOPICS:
            title = Page(pages[name, language]).words["h1"].strip()
            assert title in page.words["a"]


def test_no_topic_is_without_a_page_and_no_file_without_a_topic(pages):
    for language in LANGUAGES:
        files = (ROOT / "templates/help" / language).iterdir()
        assert sorted(file.stem for file in files) == sorted(TOPICS)


def test_every_link_leads_somewhere(pages, browser):
    one = browser()
    origin = f"https://{one.host}"
    targets = set()
    for answer in pages.values():
        for link in Page(answer).links:
            target = urllib.parse.urljoin(answer.url, link)
            if not target.startswith(origin):
                assert link.startswith("https://"), link
                continue
            targets.add(urllib.parse.urldefrag(target)[0])
    assert len(targets) > len(pages)
    for target in sorted(targets):
        answer = one.get(target.removeprefix(origin))
        assert answer.status in (200, 302), target
        if answer.status == 302:  # your dashboard, for a stranger
            assert one.follow(answer).status == 200


def test_it_is_a_page_like_every_other(pages, browser):
    one = browser()
    login = one.login_page()
    for path in ("/cas/help", "/cas/help/not-me"):
        answer = one.get(path)
        for name in ("Content-Security-Policy", "X-Frame-Options",
                     "X-Content-Type-Options", "Referrer-Policy",
                     "Cache-Control", "Strict-Transport-Security"):
            assert answer.header(name), name
            if name != "Content-Security-Policy":
                assert answer.header(name) == login.header(name), name
        assert answer.header("Content-Type") == "text/html;charset=UTF-8"
        assert answer.cookies() == {}
        head = one.request("HEAD", path)
        assert head.status == 200 and head.body == b""
        assert head.header("Content-Length") == answer.header(
            "Content-Length")
        refused = one.post(path, {})
        assert refused.status == 405 and refused.header("Allow") == "GET, HEAD"


@pytest.mark.parametrize("path", [
    "help/", "help/nothing", "help/lost-phone/", "help/lost-phone.html",
    "help/LOST-PHONE", "help/../help", "help//lost-phone", "help/en/lost-phone",
    "help/lost%2Dphone", "help/..%2f..%2fportillon.ini", "help/lost-phon",
    "help/lost-phonee", "helplost-phone", "help.html"])
def test_what_is_no_topic_is_no_page(browser, path):
    assert browser().get(f"/cas/{path}").status == 404


def test_the_foot_of_every_page_leads_to_help(pages, browser):
    one = browser()
    home = f'href="https://{one.host}/cas/help">'
    answers = [one.login_page(), one.get("/cas/logout"), one.get("/nowhere"),
               one.login_page(service="https://unknown.example/"),
               *pages.values()]
    for answer in answers:
        foot = answer.text.partition('<footer class="foot">')[2]
        assert foot.strip().startswith(f'<p class="help"><a {home}'), foot


def test_an_operators_help_desk_takes_that_link(browser, another_server):
    """Its contact details are text, whatever they look like, and stand where
    something failed as well."""
    place = another_server({
        "PORTILLON_PAGES_HELP_URL": "https://desk.example.org/",
        "PORTILLON_PAGES_CONTACT": CONTACT})
    one = browser(at=place)
    said = "<strong>aide@example.org, tél. &lt;555 0100&gt;</strong>"
    for path in ("/cas/help", "/cas/help/lost-phone", "/cas/nowhere",
                 "/cas/login?service=https%3A%2F%2Funknown.example%2F"):
        answer = one.get(path)
        assert answer.text.count(said) == 1, path
        foot = answer.text.partition('<footer class="foot">')[2]
        assert '<a href="https://desk.example.org/">' in foot
    assert "555" not in one.login_page().text


def test_nothing_is_said_of_a_desk_that_nobody_named(pages, browser):
    for answer in [*pages.values(), browser().get("/cas/nowhere")]:
        assert "Help desk:" not in answer.text
        assert "Assistance\u00a0:" not in answer.text


def test_an_operators_answer_goes_before_ours(
        browser, another_server, own_words):
    place = another_server(own_words(
        "help/fr/lost-phone.html",
        "<h2>Chez nous</h2>\n<ol><li>{{institution}}, bât. B</li></ol>\n"))
    one = browser(at=place, language="fr")
    page = Page(one.get("/cas/help/lost-phone"))
    assert "Chez nous" in page.words["h2"] and "bât. B" in page.words["li"]
    assert "Chez nous" not in one.get("/cas/help/not-me").text
    assert "Chez nous" not in one.get("/cas/help/lost-phone",
                                      {"locale": "nl"}).text


def test_a_language_without_help_texts_has_the_english_ones(
        browser, another_server, own_words):
    """And a screen reader is told so."""
    catalogue = (ROOT / "templates/messages/en.po").read_text().replace(
        "Language: en", "Language: de").replace("I lost my phone",
                                                "Mein Handy ist weg")
    place = another_server(own_words("messages/de.po", catalogue))
    answer = browser(at=place, language="de").get("/cas/help/lost-phone")
    page = Page(answer)
    assert page.language == "de"
    assert page.words["h1"].strip() == "Mein Handy ist weg"
    english = browser(at=place).get("/cas/help/lost-phone")
    assert page.words["li"].startswith(Page(english).words["li"][:40])
    assert answer.text.count('<div lang="en">') == 1
    assert '<div lang="en">' not in english.text


@pytest.mark.parametrize("path, text, complaint", [
    ("help/de/not-me.html", "<p>Ich nicht</p>",
     "help/de/lost-phone.html"),
    ("help/nl/why-asked.html", "<p>{{login}}</p>", "nl, help topic why-asked"),
    ("help/fr/passwords.html", "{{t.help.nothing}}", "fr, help topic pass"),
])
def test_a_faulty_text_is_found_before_the_start(installation, own_words,
                                                 path, text, complaint):
    own_words("messages/de.po", (ROOT / "templates/messages/en.po")
              .read_text().replace("Language: en", "Language: de"))
    said = installation.portillon("check", env=own_words(path, text),
                                  expect=1).stdout
    assert complaint in said
