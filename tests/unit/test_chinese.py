"""What is held of Chinese sentences, each rule with what it must find and what it must let pass."""

import pytest

from translations.chinese import has_chinese, problems

WRONG = {
    "a narrow sign": "先看形状,再算。",
    "a narrow sign, a colon": "形状:三行",
    "a full stop": "它是一个张量.",
    "narrow brackets": "张量(一块数字)在这里。",
    "no space between Chinese and Latin": "用PyTorch 计算。",
    "no space between Chinese and Latin, a number": "共 10个数。",
    "no space between Chinese and code": "用`x` 表示。",
    "no space between Chinese and code or a formula": "令$x$ 为零。",
    "a space beside a wide sign": "先看， 再算。",
    "a space beside a wide sign, before it": "先看 `x` ，再算。",
    "您": "请您运行。",
    "bold that is not drawn": "**张量（tensor）**是一块数字。",
    "bold that is not drawn, at its start": "一个**“张量”** 是一块数字。",
    "English": "这里 the network has learned nothing at all。",
}


@pytest.mark.parametrize("rule", WRONG)
def test_a_fault_is_found(rule):
    assert any(problem.startswith(rule.partition(",")[0]) for problem in problems(WRONG[rule])), rule


RIGHT = [
    "**张量**（tensor）是一块数字：用 `x.shape` 看它的形状。",
    "正确率从 12.5 % 升到 97 %，共 60,000 张图。",
    "见 [第 3 课](03a_backpropagation.ipynb)，再看 $x_1, x_2$ 的值。",
    "Y. LeCun 等人，*Gradient-based learning applied to document recognition*，1998 年。",
    "输出里写着“the network has learned nothing at all”。",
    "> **预测。** 先猜，再运行：`a, b = 1, 2`。",
    "- 第一项\n- 第二项，见 https://pytorch.org 上的说明",
    "1. 先运行\n2. 再看",
    "<details><summary>答案</summary>是 3。</details>",
    "```\nthis is a line of english words in a fence\n```",
]


@pytest.mark.parametrize("text", RIGHT)
def test_what_is_printed_well_passes(text):
    assert problems(text) == []


def test_chinese_is_known():
    assert has_chinese("a 张") and not has_chinese("a ，b")
