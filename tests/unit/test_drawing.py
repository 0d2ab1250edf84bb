"""Boxes, labels and points on pictures, and the mark of made-up faces."""

import numpy as np
import pytest

from helpers.plots.figures import new_figure
from helpers.vision.drawing import BLACK, YELLOW, colour_of, draw_boxes, marked_synthetic, show_boxes
from helpers.vision.frames import frames_of, write_frames

GREY = np.full((120, 160, 3), 90, np.uint8)
RED, GREEN = (250, 0, 0), (0, 250, 0)


def is_yellow(picture):
    return np.abs(picture.astype(int) - YELLOW).max(axis=-1) < 60


def changed(picture):
    """The rectangle in which a drawn picture differs from GREY: left, top, right, bottom."""
    rows, columns = np.nonzero((picture != GREY).any(axis=2))
    return columns.min(), rows.min(), columns.max(), rows.max()


def test_a_box_is_a_frame_in_its_colour_and_the_picture_stays():
    drawn = draw_boxes(GREY, [(20, 30, 60, 90)], colours=[RED])
    assert (GREY == 90).all() and drawn is not GREY
    assert changed(drawn) == (20, 30, 60, 90)
    assert (drawn[30:91, 20] == RED).all() and (drawn[90, 20:61] == RED).all()
    assert (drawn[35:85, 25:55] == 90).all()


def test_each_box_has_a_colour_of_its_own_and_a_number_keeps_its_colour():
    drawn = draw_boxes(GREY, [(10, 10, 40, 40), (60, 10, 90, 40)])
    assert tuple(drawn[20, 10]) == colour_of(0) != colour_of(1) == tuple(drawn[20, 60])
    assert colour_of(8) == colour_of(0) == (0x00, 0x72, 0xB2)


def test_a_label_stands_above_its_box_or_below_where_no_room_is():
    above = draw_boxes(GREY, [(20, 50, 60, 90)], ["Ada"], colours=[RED])
    left, top, right, bottom = changed(above)
    assert 30 < top < 45 and (left, right, bottom) == (20, 60, 90)
    assert (above[top:49, 20] == RED).all(), "on a ground of the box's colour"
    assert (above[top:49, 20:60] == 255).all(axis=2).any(), "white on dark red"
    below = draw_boxes(GREY, [(20, 2, 60, 80)], ["Ada"], colours=[GREEN])
    assert changed(below)[1] == 2 and 90 < changed(below)[3] < 100
    assert (below[81:, 20:60].max(axis=2) == 0).any(), "black on green"


def test_a_label_never_leaves_the_picture():
    drawn = draw_boxes(GREY, [(140, 50, 159, 70)], ["a long name"], colours=[RED])
    assert changed(drawn)[0] < 110, "it moves to the left"
    whole = draw_boxes(GREY, [(-50, -50, 500, 500)], ["all"], colours=[RED])
    assert (whole[100:] == RED).all(axis=2).sum() > 100, "below, and still inside"


def test_any_label_can_be_written():
    for label in ("王小明", "", "naïve", 7, None, 0.25):
        draw_boxes(GREY, [(20, 50, 60, 90)], [label])
    without = draw_boxes(GREY, [(20, 50, 60, 90)], colours=[RED])
    np.testing.assert_array_equal(draw_boxes(GREY, [(20, 50, 60, 90)], [""], colours=[RED]), without)


def test_points_are_dots_in_the_colour_of_their_box():
    drawn = draw_boxes(GREY, [(20, 30, 60, 90)], colours=[RED], points=np.float32([[(30, 40), (50.4, 60)]]))
    assert (drawn[40, 30] == RED).all() and (drawn[60, 50] == RED).all() and (drawn[50, 40] == 90).all()


def test_no_box_changes_nothing_and_other_pictures_become_rgb():
    np.testing.assert_array_equal(draw_boxes(GREY, np.zeros((0, 4)), []), GREY)
    assert draw_boxes(GREY[..., 0], [(1, 1, 5, 5)]).shape == (120, 160, 3)


@pytest.mark.parametrize("draw", [draw_boxes, lambda *a, **k: show_boxes(new_figure()[1], *a, **k)])
def test_each_box_needs_its_own(draw):
    for name, values in (("labels", ["a"]), ("colours", [RED]), ("points", np.zeros((1, 5, 2)))):
        with pytest.raises(ValueError, match=rf"{name}: got 2 boxes and 1"):
            draw(GREY, np.zeros((2, 4)), **{name: values})


def test_a_panel_shows_the_same():
    _, ax = new_figure(photographs=True)
    boxes, points = [(20, 30, 60, 90), (70, 30, 90, 50)], np.zeros((2, 5, 2))
    show_boxes(ax, GREY, boxes, ["a", "b"], points=points, title="two")
    assert [patch.get_bbox().extents.tolist() for patch in ax.patches] == [list(box) for box in boxes]
    assert [(text.get_text(), text.get_position()) for text in ax.texts] == [("a", (20, 30)), ("b", (70, 30))]
    assert len(ax.lines) == 2 and ax.get_title() == "two" and not ax.axison
    assert ax.patches[0].get_edgecolor()[:3] == pytest.approx(np.array(colour_of(0)) / 255)


def test_a_label_of_a_panel_stays_in_the_picture():
    fig, ax = new_figure(photographs=True)
    show_boxes(ax, GREY, [(-9, -5, 60, 90), (70, 2, 90, 50)], ["at the corner", "at the rim"])
    fig.canvas.draw()
    panel = ax.get_window_extent()
    for text in ax.texts:
        place = text.get_window_extent()
        assert place.y1 <= panel.y1 + 2 and place.x0 >= panel.x0 - 2


@pytest.mark.parametrize("side", [16, 32, 64, 200])
def test_the_mark_covers_the_lowest_rows_only(side):
    picture = np.full((side, side, 3), 120, np.uint8)
    marked = marked_synthetic(picture)
    band = max(8, round(0.1 * side))
    assert (picture == 120).all(), "a copy"
    assert (marked[:-band] == 120).all() and not (marked[-band:] == 120).all(axis=2).any()
    assert 0.2 < is_yellow(marked[-band:]).mean() < 0.8
    assert (marked[-band:] == BLACK).all(axis=2).mean() > 0.2


def test_the_word_stands_in_the_middle_where_it_fits():
    def written(width):
        marked = marked_synthetic(np.full((64, width, 3), 120, np.uint8))
        stripes = marked_synthetic(np.full((64, 20, 3), 120, np.uint8))[-8:, :8]
        assert (marked[-8:, :8] == stripes).all(), "stripes at the side"
        return marked[-8:, width // 2 - 3 : width // 2 + 4]

    assert len(np.unique(written(64).reshape(-1, 3), axis=0)) > 2, "letters have soft edges"
    assert len(np.unique(written(20).reshape(-1, 3), axis=0)) == 2, "no word fits: stripes alone"


def test_the_mark_stays_visible_in_a_clip(tmp_path):
    marked = marked_synthetic(np.full((96, 96, 3), 120, np.uint8))
    for frame in frames_of(write_frames(tmp_path / "clip.webm", [marked] * 3)):
        assert np.abs(frame.picture[-8:].astype(int) - marked[-8:]).mean() < 40
        assert frame.picture[-8:].std() > 60 > 5 > frame.picture[:80].std()


def test_a_picture_too_small_for_a_mark_is_refused():
    with pytest.raises(ValueError, match="not on 40 × 15"):
        marked_synthetic(np.zeros((15, 40, 3), np.uint8))
