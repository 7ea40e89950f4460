"""No citizen's words in a log, whatever fails."""

import io
import logging

from service.logs import PlaceOnly


def logged(make_error):
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(PlaceOnly())
    logger = logging.Logger("uvicorn.error")
    logger.addHandler(handler)
    try:
        make_error()
    except Exception:
        logger.exception("Exception in ASGI application\n")
    return out.getvalue()


def test_an_exception_leaves_its_type_and_place_and_no_words():
    def fails():
        raise ValueError("我家的地被占了")

    said = logged(fails)
    assert "我家的地" not in said
    assert "ValueError" in said
    assert "test_logs.py" in said
    assert said.count("\n") == 1


def test_a_cause_is_left_out_too():
    def fails():
        try:
            raise KeyError("电话13812345678")
        except KeyError as error:
            raise RuntimeError("正文") from error

    said = logged(fails)
    assert "13812345678" not in said
    assert "正文" not in said


def test_what_is_no_exception_stays():
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(PlaceOnly())
    logger = logging.Logger("plain")
    logger.addHandler(handler)
    logger.warning("queue of %d", 3)
    assert out.getvalue() == "queue of 3\n"
