"""The server of the search page: what it answers, and that it keeps what its OpenAPI document promises."""

from __future__ import annotations

import io
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from PIL import Image
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from crosscap.faults import InputError
from crosscap.search.server import listen
from tests.search.serving import PHOTOS, photo


def test_it_says_what_the_index_holds(client):
    told = client.get("/api/index").json()
    assert (told["images"], told["captions"], told["languages"]) == (PHOTOS, 3 * PHOTOS, ["en", "de", "ja"])


@pytest.mark.parametrize(("text", "language"), [("a red ball", "en"), ("ein rot haus", "de"), ("赤い家", "ja")])
def test_an_answer_is_the_searchers(client, served, text, language):
    expected = served.search(text, language, k=5)
    answer = client.get("/api/search", params={"q": text, "lang": language, "k": 5}).json()
    assert [hit["row"] for hit in answer["hits"]] == [hit.row for hit in expected.hits]
    assert [hit["score"] for hit in answer["hits"]] == pytest.approx([hit.score for hit in expected.hits])
    assert [(token["text"], token["known"]) for token in answer["tokens"]] == [
        (token.text, token.known) for token in expected.tokens
    ]
    guessed = client.get("/api/search", params={"q": text}).json()
    assert (guessed["language"], guessed["detected"]) == (served.detect(text), True)


def test_no_path_leaves_the_server(client, served, tmp_path):
    answer = client.get("/api/search", params={"q": "a red ball"})
    assert set(answer.json()["hits"][0]) == {"row", "image_id", "score"}
    assert str(served.contents.place) not in answer.text + client.get("/api/index").text


def test_each_word_pulls_each_image(client, served):
    pulled = client.get("/api/pulls", params={"q": "a red ball", "lang": "en", "row": [3, 1]}).json()
    assert pulled["rows"] == [3, 1]
    assert pulled["pulls"] == [pytest.approx(word) for word in served.pulls("a red ball", "en", [3, 1])]
    assert len(pulled["pulls"]) == 3


def test_an_image_is_given_by_its_row(client):
    given = client.get("/api/images/3")
    assert given.headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(given.content)).format == "JPEG"


def test_an_image_finds_captions(client, served):
    found = client.get("/api/images/3/captions", params={"lang": "de", "k": 4}).json()
    assert (found["row"], found["image_id"]) == (3, "photo-03.png")
    expected = served.captions(3, language="de", k=4)
    assert [caption["caption_id"] for caption in found["captions"]] == [caption.caption_id for caption in expected]
    assert {caption["language"] for caption in found["captions"]} == {"de"}


def test_a_query_is_translated_word_by_word(client, served):
    told = client.get("/api/translation", params={"q": "a red hippo", "source": "en", "target": "de"}).json()
    expected = served.translate("a red hippo", "en", "de")
    assert (told["text"], told["language"]) == (expected.text, "de")
    assert [token["known"] for token in told["tokens"]] == [True, True, False]
    assert told["tokens"][2]["text"] == "hippo"


def test_a_picture_finds_images(client, served):
    picture = photo(kind="PNG")
    found = client.post("/api/likeness", params={"k": 4}, content=picture, headers={"Content-Type": "image/png"}).json()
    assert [hit["row"] for hit in found["hits"]] == [hit.row for hit in served.search_image(picture, k=4)]
    assert [caption["text"] for caption in found["captions"]] == [caption.text for caption in served.captions(picture)]


@pytest.mark.parametrize("row", [PHOTOS, 2**31 - 1])
def test_a_row_that_is_not_there_is_not_found(client, row):
    for path in (f"/api/images/{row}", f"/api/images/{row}/captions", f"/api/pulls?q=a&lang=en&row={row}"):
        assert client.get(path).status_code == 404


def test_64_clients_at_once_are_all_answered(client):
    def ask(number):
        reply = client.get("/api/search", params={"q": "a red ball on sand", "k": 1 + number % 10})
        return reply.status_code, len(reply.json()["hits"])

    with ThreadPoolExecutor(64) as pool:
        assert list(pool.map(ask, range(256))) == [(200, 1 + number % 10) for number in range(256)]


QUESTIONS = [
    *("GET /api/index", "GET /api/search", "GET /api/pulls", "GET /api/translation", "POST /api/likeness"),
    *("GET /api/images/{row}", "GET /api/images/{row}/captions"),
]


@pytest.fixture(scope="module")
def schema(address):
    return schemathesis.openapi.from_url(f"{address}/openapi.json")


def test_the_openapi_document_has_these_questions(schema):
    found = [operation.ok() for operation in schema.get_all_operations()]
    assert {f"{operation.method.upper()} {operation.path}" for operation in found} == set(QUESTIONS)


def test_the_openapi_document_says_what_comes_without_a_language(schema):
    for path, told in (("/api/search", "guessed"), ("/api/images/{row}/captions", "all languages")):
        (lang,) = [given for given in schema.raw_schema["paths"][path]["get"]["parameters"] if given["name"] == "lang"]
        assert told in lang["description"]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_server_keeps_what_its_openapi_document_promises(schema, question, mode):
    method, path = question.split()
    if question == "GET /api/index" and mode is GenerationMode.NEGATIVE:
        return  # it takes nothing that could be wrong

    @settings(max_examples=10, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=schema[path][method].as_strategy(generation_mode=mode))
    def keeps(case):
        case.call_and_validate(excluded_checks=[positive_data_acceptance])  # whether bytes are a photo no schema says

    keeps()


def test_a_port_that_is_taken_is_told():
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(InputError, match="choose another --port"):
        listen("127.0.0.1", taken.getsockname()[1])
