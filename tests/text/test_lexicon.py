"""Dictionaries to training and test pairs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosscap.faults import InputError
from crosscap.text.lexicon import build_lexicon, known_pairs, pair_indices
from crosscap.text.vocabulary import SPECIALS

SOURCE = [*SPECIALS, "hund", "katze", "haus", "baum", "rot"]
TARGET = [*SPECIALS, "dog", "hound", "cat", "house", "tree", "red"]
FULL = "hund dog\nhund hound\nkatze cat\nhaus house\nhaus home\nbaum tree\nhund dog\n"
TEST = "hund dog\nhund hound\nkatze\tcat\n"
EXTRA = "rot\tred\nbaum  tree\n"
REVERSE = "cat katze\n"
NAMES = ("de-en.txt", "de-en.0-5000.txt", "de-en.5000-6500.txt", "en-de.0-5000.txt")


def build(
    tmp_path, full=FULL, test=TEST, extra=EXTRA, reverse=REVERSE, *, protocol="leakfree", source=SOURCE, target=TARGET
):
    paths = [tmp_path / name for name in NAMES]
    for path, text in zip(paths, (full, test, extra, reverse), strict=True):
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return build_lexicon(*paths, source="de", target="en", source_words=source, target_words=target, protocol=protocol)


def rows(lexicon, part):
    return [(row.source, row.target) for row in lexicon.itertuples() if row.part == part]


def test_leakfree_by_eye(tmp_path):
    lexicon, figures = build(tmp_path)
    assert rows(lexicon, "train") == [("haus", "house"), ("baum", "tree"), ("rot", "red")]
    assert rows(lexicon, "test") == [("hund", "dog"), ("hund", "hound"), ("katze", "cat")]
    assert figures == {
        "train_pairs": 3,
        "train_words": 3,
        "test_pairs": 3,
        "test_words": 2,
        "overlap_words": 2,
        "source_coverage_percent": 100.0,
        "target_coverage_percent": 100.0,
    }


def test_leakfree_drops_what_the_other_direction_tests(tmp_path):
    lexicon, _ = build(tmp_path, reverse="tree baum\nhouse vogel\nunknown rot\n")
    # tree is tested as a source of the other direction; house is not, because its translation is no known word
    assert rows(lexicon, "train") == [("haus", "house"), ("rot", "red")]
    assert rows(build(tmp_path, reverse="tree baum\n", protocol="paper")[0], "train")[-2:] == [
        ("baum", "tree"),
        ("rot", "red"),
    ]


def test_another_translation_of_a_tested_word_is_a_leak_too(tmp_path):
    lexicon, _ = build(tmp_path, full="hund dog\nhund tree\nhaus house\n", test="hund dog\n")
    assert rows(lexicon, "train") == [("haus", "house"), ("rot", "red"), ("baum", "tree")]


@given(
    files=st.tuples(
        *[st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("uvwxyz")), min_size=1, max_size=12)] * 4
    )
)
def test_leakfree_shares_no_source_word_with_either_test(tmp_path_factory, files):
    *pairs, reverse = files
    texts = ["".join(f"{x} {y}\n" for x, y in each) for each in pairs] + ["".join(f"{y} {x}\n" for x, y in reverse)]
    words = {"source": [*SPECIALS, *"abcde"], "target": [*SPECIALS, *"uvwxy"]}  # f and z are in no caption
    known = [[pair for pair in each if pair[0] != "f" and pair[1] != "z"] for each in files]
    tested, tested_backwards = {x for x, _ in known[1]}, {y for _, y in known[3]}
    learned = {(x, y) for x, y in known[0] + known[2] if x not in tested and y not in tested_backwards}
    folder = tmp_path_factory.mktemp("lexicon")
    if not learned or not known[1]:
        with pytest.raises(InputError):
            build(folder, *texts, **words)
        return
    lexicon, _ = build(folder, *texts, **words)
    assert set(rows(lexicon, "train")) == learned
    assert set(rows(lexicon, "test")) == set(known[1])


def test_paper_keeps_the_overlap(tmp_path):
    lexicon, figures = build(tmp_path, protocol="paper")
    assert rows(lexicon, "train")[:3] == [("hund", "dog"), ("hund", "hound"), ("katze", "cat")]
    assert figures["train_pairs"] == 6
    assert figures["overlap_words"] == 2


def test_special_symbols_and_unknown_words_are_left_out(tmp_path):
    lexicon, _ = build(tmp_path, full=FULL + "<pad> <pad>\nhaus home\nvogel dog\n")
    assert set(lexicon["source"]) | set(lexicon["target"]) <= set(SOURCE[4:]) | set(TARGET[4:])


@pytest.mark.parametrize("change", [lambda t: "\ufeff" + t, lambda t: t.replace("\n", "\r\n"), lambda t: t.rstrip()])
def test_byte_order_mark_line_ends_and_missing_last_end_change_nothing(tmp_path, change):
    plain = build(tmp_path)
    changed = build(tmp_path, full=change(FULL), test=change(TEST), extra=change(EXTRA))
    assert changed[0].equals(plain[0])
    assert changed[1] == plain[1]


def test_tabs_and_spaces_separate_alike(tmp_path):
    assert build(tmp_path, full=FULL.replace(" ", "\t"))[0].equals(build(tmp_path)[0])


def test_repeated_pairs_count_once_and_are_warned_of(tmp_path, caplog):
    plain, figures = build(tmp_path)
    assert "de-en.txt: 1 of 7 pairs are repetitions" in caplog.text
    lexicon, again = build(tmp_path, full=FULL + FULL)
    assert lexicon.equals(plain)
    assert again == figures
    assert "de-en.txt: 8 of 14 pairs are repetitions, which count once" in caplog.text


def test_leak_of_the_papers_protocol_is_warned_of(tmp_path, caplog):
    _, figures = build(tmp_path, protocol="paper")
    leak = f"{figures['overlap_words']} of {figures['test_words']} tested words are trained on, too, as in the paper"
    assert leak in caplog.text
    assert figures["overlap_words"] > 0


def test_words_may_hold_a_no_break_space(tmp_path):
    lexicon, _ = build(tmp_path, full="zu\u00a0haus home\u3000run\n" + FULL, source=[*SOURCE, "zu\u00a0haus"],
                       target=[*TARGET, "home\u3000run"])  # fmt: skip
    assert ("zu\u00a0haus", "home\u3000run") in rows(lexicon, "train")


def test_all_faults_of_all_files_come_at_once(tmp_path):
    with pytest.raises(InputError) as error:
        build(tmp_path, full=FULL + "allein\neins zwei drei\n", test=b"hund dog\nh\xfchner hens\n", extra="\n")
    lines = str(error.value).splitlines()
    assert lines[0].startswith("4 faults")
    assert [line.split(str(tmp_path))[1] for line in lines[1:]] == [
        "/de-en.0-5000.txt:2: not UTF-8; convert the file",
        "/de-en.5000-6500.txt: no word pairs; download the file again",
        "/de-en.txt:8: 1 words, expected two: a word and its translation",
        "/de-en.txt:9: 3 words, expected two: a word and its translation",
    ]


def test_missing_files_are_named_with_their_source(tmp_path):
    paths = [tmp_path / name for name in NAMES]
    paths[1].write_text(TEST)
    with pytest.raises(
        InputError,
        match=r"de-en.txt, de-en.5000-6500.txt, en-de.0-5000.txt missing; .*de-en.0-5000.txt.*fbaipublicfiles",
    ):
        build_lexicon(*paths, source="de", target="en", source_words=SOURCE, target_words=TARGET, protocol="paper")


def test_swapped_languages_are_noticed(tmp_path):
    swapped = ["".join(f"{y} {x}\n" for x, y in map(str.split, text.splitlines())) for text in (FULL, TEST, EXTRA)]
    with pytest.raises(
        InputError, match=r"/de-en\.txt: the de-en dictionary seems to be en-de: 0 pairs fit the vocabularies, 6"
    ):
        build(tmp_path, *swapped)


@pytest.mark.parametrize(
    ("test", "message"),
    [
        (
            "vogel bird\n",
            r"/de-en.0-5000.txt: 0 of 1 de-en pairs are left for the lexicon's test part \(0 % coverage\)",
        ),
        (FULL + EXTRA, r"/de-en.txt: 0 of 9 de-en pairs are left for the lexicon's train part"),
    ],
)
def test_an_empty_part_is_refused(tmp_path, test, message):
    with pytest.raises(InputError, match=message):
        build(tmp_path, test=test)


def test_unknown_protocol_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"lexicon.protocol is fair; choose leakfree or paper"):
        build(tmp_path, protocol="fair")


def test_indices_by_eye(tmp_path):
    lexicon, _ = build(tmp_path)
    indices = pair_indices(lexicon, "train", source_words=SOURCE, target_words=TARGET)
    assert indices.tolist() == [[6, 7], [7, 8], [8, 9]]
    with pytest.raises(InputError, match="words that the vectors lack"):
        pair_indices(lexicon, "train", source_words=SOURCE[:7], target_words=TARGET)


def test_pairs_with_made_up_vectors_do_not_teach():
    pairs = np.array([[0, 0], [1, 0], [0, 1]])
    known = {"source_known": np.array([True, False]), "target_known": np.array([True, False])}
    assert known_pairs(pairs, **known).tolist() == [[0, 0]]
    with pytest.raises(InputError, match="none of the 2 training pairs"):
        known_pairs(pairs[1:], **known)
