"""The picture beside a link: no text is cut or covers another, however long the title."""

import itertools

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from analysis.report.charts.preview import draw_preview


@pytest.mark.parametrize(
    "title", ["Bộ chỉ số 766", "Bộ chỉ số 766 – thị xã " + "Gò Dầu Hạ " * 12], ids=["short", "long"]
)
@pytest.mark.parametrize(
    "facts", [[], ["Trung bình", "+0,29", "7/11"], ["Trung bình"] * 9], ids=["none", "some", "many"]
)
def test_no_text_is_cut_or_covers_another(title, facts):
    figure = draw_preview(title, "100,00", facts).figure
    renderer = FigureCanvasAgg(figure).get_renderer()
    boxes = [text.get_window_extent(renderer) for text in figure.axes[0].texts if text.get_text()]
    width, height = figure.get_size_inches() * figure.dpi
    assert all(box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height for box in boxes)
    assert not any(one.padded(-0.5).overlaps(other.padded(-0.5)) for one, other in itertools.combinations(boxes, 2))
