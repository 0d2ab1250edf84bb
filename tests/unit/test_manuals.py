"""The manual of torch.nn as a text to learn from."""

import pytest
import torch

from helpers.data.manuals import manual, manual_pages, rows_of_letters, word_windows, words_of


def test_the_manual_has_a_text_for_each_source_file():
    pages, texts = manual_pages(), manual()
    assert set(pages) == set(texts) and {"rnn", "conv", "loss"} <= set(pages)
    assert len(pages["conv"]) > 5
    assert texts["rnn"] == "".join(page + "\n\n\n" for page in pages["rnn"])
    everything = "".join(texts.values())
    assert everything.isascii() and "http" not in everything
    assert len(everything) > 200_000
    assert pages["conv"][0].startswith("Applies a 1D convolution")  # Conv1d: alphabetical, without indent


def test_rows_and_the_rows_one_later():
    x, y = rows_of_letters("abcabx", ["a", "b", "c"], T=2)
    assert x.tolist() == [[0, 1], [2, 0]] and y.tolist() == [[1, 2], [0, 1]]  # the x is left out
    x, y = rows_of_letters("abca", ["a", "b", "c"], T=2)
    assert x.tolist() == [[0, 1]] and y.tolist() == [[1, 2]]  # the second row has no last target


def test_a_text_too_short_for_a_row_is_refused():
    with pytest.raises(ValueError, match=r"a row needs 5 characters.*got 4"):
        rows_of_letters("aaaa", ["a"], T=4)


def test_words_digits_and_signs():
    assert " ".join(words_of("Conv2d(16, bias=True)")) == "conv 2 d ( 1 6 , bias = true )"


def test_windows_overlap_in_training_and_whole_pages_are_held_out():
    pages = {"one": ["a b c d e f", "a b c d", "x y", "r s t u v"], "two": ["a a a a"] * 4}
    words = word_windows(pages, ["one", "two"], T=4, size=3)
    assert words.vocabulary == ["a", "c", "d"]  # the most frequent first; equal ones by the alphabet
    assert words.x_train.tolist() == [[1, 0, 2, 3], [2, 3, 0, 0], [1, 0, 2, 3], *[[1, 1, 1, 1]] * 3]
    assert words.y_train.tolist() == [0, 0, 0, 1, 1, 1]
    assert words.x_test.tolist() == [[0, 0, 0, 0], [1, 1, 1, 1]] and words.y_test.tolist() == [0, 1]
    assert words.x_train.dtype == words.y_test.dtype == torch.int64
    held = word_windows({"one": ["a b", "a", "a", "a b c d e f g h"]}, ["one"], T=4)
    assert held.x_test.shape == (2, 4)  # four words apart, not two


def test_a_held_out_piece_that_a_page_to_learn_from_has_is_a_twin():
    # "b c d e" stands in the first page, but begins in no window of it; "x a b c" stands nowhere, "o o o o"
    # is of another kind; what the second held-out piece repeats of the first is no twin.
    pages = {"one": ["a b c d e f g", "a", "a", "b c d e x a b c x a b c"], "two": ["o"] * 3 + ["o o o o"]}
    assert word_windows(pages, ["one", "two"], T=4).twins.tolist() == [True, False, False, False]
    pages["two"][1] = "a o o o o"
    words = word_windows(pages, ["one", "two"], T=4)
    assert words.twins.tolist() == [True, False, False, True] and words.twins.dtype == torch.bool
    assert len(words.twins) == len(words.x_test)


def test_a_kind_without_enough_pages_is_refused():
    with pytest.raises(ValueError, match=r"'few' needs 4 pages.*got 1: choose among many"):
        word_windows({"few": ["a"], "many": ["b"] * 4}, ["few"])
    with pytest.raises(ValueError, match="got 0"):
        word_windows({"many": ["b"] * 4}, ["none"])
