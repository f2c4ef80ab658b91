"""The search page in a browser: what it shows, by mouse and by keyboard, and that it asks nobody but its server."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from tests.search.serving import HTML, PHOTOS, photo

CHROMIUM = Path("/usr/bin/chromium")
QUERIES = {"English": "a red ball on sand", "German": "ein rot haus auf sand", "Japanese": "赤い家です"}
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no {CHROMIUM}: apt-get install chromium"),
    pytest.mark.xdist_group("page"),  # one browser for all
]


expect.set_options(timeout=30_000)  # a busy machine takes its time


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM))
        yield browser
        browser.close()


@pytest.fixture
def page(browser, address):
    """Return a page that must log no error and ask no other host; a test that expects errors clears the list."""
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.errors, asked = [], []
    page.on("console", lambda message: page.errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    yield page
    assert page.errors == []
    assert {urlsplit(url).netloc for url in asked if not url.startswith("blob:")} == {urlsplit(address).netloc}
    context.close()


def search(page, text):
    page.get_by_role("searchbox").fill(text)
    page.get_by_role("searchbox").press("Enter")


def results(page):
    return page.get_by_role("list", name="Images found, best first").get_by_role("link")


def asked(page):
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


@pytest.mark.parametrize("language", QUERIES)
def test_a_query_finds_images_in_each_language(page, served, language):
    page.goto("/")
    page.get_by_label("Language of the query").select_option(language)
    search(page, QUERIES[language])
    expect(results(page)).to_have_count(PHOTOS)
    expect(page.get_by_role("status")).to_contain_text(f"{PHOTOS} images, best first, read as {language}")
    code = asked(page)["lang"]
    expected = served.search(QUERIES[language], code, k=PHOTOS).hits
    assert [int(link.get_attribute("data-row")) for link in results(page).all()] == [hit.row for hit in expected]
    assert asked(page)["q"] == QUERIES[language]


def test_a_guessed_language_and_unknown_words_are_said(page, served):
    page.goto("/?q=a red hippopotamus")
    expect(page.locator(".token.unknown")).to_have_text("hippopotamus (unknown to the model)")
    expect(page.get_by_role("status")).to_contain_text("(guessed)")
    page.goto("/?q=hippopotamus&lang=en")
    expect(page.get_by_text("The model knows no word of this query")).to_be_visible()


def test_an_address_shows_what_it_was_copied_from_and_back_goes_back(page):
    page.goto("/?q=a+red+ball&lang=en")
    expect(page.get_by_role("searchbox")).to_have_value("a red ball")
    expect(page.get_by_label("Language of the query")).to_have_value("en")
    expect(results(page)).to_have_count(PHOTOS)
    search(page, "a house")
    expect(page).to_have_title("a house – Crosscap")
    page.go_back()
    expect(page).to_have_title("a red ball – Crosscap")
    expect(page.locator(".tokens")).to_contain_text("ball")


def test_the_comparison_shows_every_language_with_its_words_and_their_pulls(page, served):
    page.goto("/?q=a+red+ball&lang=en")
    page.get_by_role("link", name="Compare languages").click()
    page.locator(".columns[data-done]").wait_for()
    for language, code in (("English", "en"), ("German", "de"), ("Japanese", "ja")):
        column = page.get_by_role("region", name=language)
        text = served.translate("a red ball", "en", code).text
        expect(column.get_by_role("textbox")).to_have_value(text)
        hits = served.search(text, code, k=5).hits
        assert [int(link.get_attribute("data-row")) for link in column.locator(".hit").all()] == [h.row for h in hits]
        pulls = served.pulls(text, code, [hits[0].row])
        shown = column.locator(".pulls").first.locator("small").all_text_contents()
        assert [float(number.replace("−", "-")) for number in shown] == pytest.approx([p[0] for p in pulls], abs=5e-4)


def test_words_without_a_translation_are_left_out_and_said(page, served):
    page.goto("/?q=a+red+hippopotamus&lang=en&view=compare")
    column = page.get_by_role("region", name="German")
    expect(column.get_by_role("textbox")).to_have_value(served.translate("a red", "en", "de").text)
    expect(column.get_by_text("word by word from English, without hippopotamus")).to_be_visible()
    page.goto("/?q=hippopotamus&lang=en&view=compare")
    expect(column.get_by_text("No word of the query has a translation. Type one.")).to_be_visible()


def test_a_query_of_ones_own_replaces_a_translation_and_is_in_the_address(page):
    page.goto("/?q=a+red+ball&lang=en&view=compare")
    column = page.get_by_role("region", name="German")
    expect(column.get_by_text("word by word from English")).to_be_visible()
    page.locator(".columns[data-done]").wait_for()  # the translation has come, and does not replace what is typed
    column.get_by_role("textbox").fill("blau haus nilpferd")
    column.get_by_role("textbox").press("Enter")
    expect(column.get_by_text("as typed")).to_be_visible()
    assert asked(page)["text.de"] == "blau haus nilpferd"
    page.reload()
    expect(column.locator(".tokens .unknown")).to_contain_text("nilpferd")


def test_an_image_opens_with_its_captions_and_html_is_text(page):
    page.goto("/?q=a+red+ball&lang=en")
    link = page.locator('.hit[data-row="0"]')
    link.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", level=2)).to_have_text("<img src=x onerror=alert(2)>.png")
    expect(dialog.get_by_text(HTML, exact=True)).to_be_visible()
    assert asked(page)["image"] == "0"
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(link).to_be_focused()
    expect(page).not_to_have_url(re.compile("image="))
    page.go_back()
    expect(dialog).to_be_visible()


def test_a_picture_finds_images_and_captions(page, tmp_path):
    (tmp_path / "red.jpg").write_bytes(photo())
    page.goto("/")
    page.get_by_label("Search by picture").set_input_files(tmp_path / "red.jpg")
    expect(page.get_by_role("list", name="Images like your picture").get_by_role("link")).to_have_count(PHOTOS)
    expect(page.get_by_role("status")).to_have_text("Searched by the picture red.jpg")
    expect(page.locator(".captions li")).to_have_count(10)
    page.locator(".hit").first.click()
    page.keyboard.press("Escape")
    expect(page.locator(".hit")).to_have_count(PHOTOS)


def test_a_file_that_is_no_photo_is_told(page, tmp_path):
    (tmp_path / "no.jpg").write_text("<script>alert(1)</script>")
    page.goto("/")
    page.get_by_label("Search by picture").set_input_files(tmp_path / "no.jpg")
    expect(page.get_by_role("alert")).to_contain_text("not a whole JPEG or PNG image")
    page.errors.clear()  # the browser logs the status 422


def test_the_start_offers_queries_and_images(page):
    page.goto("/")
    expect(page.get_by_role("list", name="Some of the images").get_by_role("link")).to_have_count(PHOTOS)
    page.get_by_role("list", name="Queries to try").get_by_role("link").last.click()
    expect(results(page)).to_have_count(PHOTOS)
    assert asked(page)["lang"] == "ja"


def test_waiting_and_errors_are_said_and_can_be_tried_again(page):
    page.goto("/")
    expect(page.locator(".hit")).to_have_count(PHOTOS)
    held = []
    page.route("**/api/search*", lambda route: held.append(route))
    search(page, "a red ball")
    expect(page.get_by_role("status")).to_have_text("Searching …")
    expect(page.locator("#found")).to_have_attribute("aria-busy", "true")
    held[0].abort()
    expect(page.get_by_role("alert")).to_contain_text("The server does not answer. Is it still running?")
    page.unroute("**/api/search*")
    page.get_by_role("button", name="Try again").click()
    expect(results(page)).to_have_count(PHOTOS)
    expect(page.get_by_role("alert")).to_be_empty()
    page.goto("/?q=a&lang=xx")
    expect(page.get_by_role("alert")).to_contain_text("no language 'xx'; the index has en, de, ja")
    page.errors.clear()


def test_who_asks_before_the_page_knows_its_index_is_answered_all_the_same(page):
    held = []
    page.route("**/api/index*", lambda route: held.append(route))
    with page.expect_request("**/api/index*"):
        page.goto("/?q=a+house&lang=en")
    search(page, "a red ball")
    expect(page).to_have_url(re.compile(r"/\?q=a\+red\+ball"))
    page.get_by_role("searchbox").fill("a red bo")  # the next one, half typed
    held.pop().continue_()
    expect(results(page)).to_have_count(PHOTOS)
    expect(page.get_by_role("searchbox")).to_have_value("a red bo")
    expect(page).to_have_title(re.compile("a red ball"))


def test_a_picture_given_before_the_page_knows_its_index_is_searched_with(page, tmp_path):
    (tmp_path / "red.jpg").write_bytes(photo())
    held = []
    page.route("**/api/index*", lambda route: held.append(route))
    with page.expect_request("**/api/index*"):
        page.goto("/")
    page.get_by_label("Search by picture").set_input_files(tmp_path / "red.jpg")
    held.pop().continue_()
    expect(page.get_by_role("list", name="Images like your picture").get_by_role("link")).to_have_count(PHOTOS)


def test_everything_works_by_keyboard(page):
    page.goto("/?q=a+red+ball")
    expect(results(page)).to_have_count(PHOTOS)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the results")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(results(page).nth(0)).to_be_focused()
    for key, place in (("ArrowRight", 1), ("ArrowDown", 8), ("ArrowUp", 1), ("End", PHOTOS - 1), ("Home", 0)):
        page.keyboard.press(key)
        expect(results(page).nth(place)).to_be_focused()
    assert results(page).nth(0).evaluate("link => getComputedStyle(link).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(results(page).nth(0)).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("searchbox")).to_have_value("")


PLACES = {
    "start": "/",
    "search": "/?q=a+red+hippopotamus",
    "comparison": "/?q=a+red+ball&lang=en&view=compare",
    "image": "/?q=a+red+ball&image=0",
    "documentation": "/docs",
}


@pytest.mark.parametrize(("scheme", "width"), [("light", 390), ("dark", 1280)])
@pytest.mark.parametrize("place", PLACES)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(page, place, scheme, width):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(PLACES[place])
    page.wait_for_load_state("networkidle")
    found = Axe().run(page, options=AXE)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (int(re.findall(r"\d+", colour)[0]) < 128) == (scheme == "dark")
