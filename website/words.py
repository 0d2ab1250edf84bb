"""The words of the site itself, in both languages. What the course says comes from its own texts."""

from __future__ import annotations

from launcher.languages import CHINESE, ENGLISH

WORDS = {
    ENGLISH: {
        "course": "Deep learning, hands on",
        "about": "A course in Jupyter notebooks: every idea is built from scratch, checked against PyTorch,"
        " then used on real data. It runs on an ordinary laptop, without a GPU and without a network.",
        "begin": "Begin with the first lesson",
        "own machine": "Run it on your own machine",
        "lessons": "Lessons",
        "homework": "Homework",
        "projects": "Projects",
        "answers": "Worked answers",
        "answers of": "Worked answers to the exercises of all lessons.",
        "reference": "Reference",
        "teachers": "For teachers",
        "README": "Install, commands, troubleshooting",
        "notebooks/glossary": "Glossary",
        "data/README": "Data sheet",
        "benchmarks/RESULTS": "How fast it is",
        "CONTRIBUTING": "Changing the course",
        "homework/README": "Grading",
        "minutes": "min",
        "download": "Download this notebook",
        "colab": "Open in Colab",
        "binder": "Open in Binder",
        "colab first": "In Colab, run this first",
        "colab why": "Colab has neither the course's helpers nor all of its packages: this cell fetches them"
        " both.",
        "statement": "Here stands the statement and the code that is given. The tests of each task are in the"
        " notebook: download it, or open it with `python3 course.py lab`.",
        "clip": "Here a clip plays that the notebook makes when you run it.",
        "only English": "",
        "search": "Search",
        "switch": "中文",
        "switch says": "Read this page in Chinese",
        "tools": "This page",
        "show code": "Show the code",
        "hide code": "Hide the code",
        "no script": "The search needs JavaScript, which is switched off in this browser.",
    },
    CHINESE: {
        "course": "深度学习动手实践",
        "about": "用 Jupyter 笔记本写成的课程：每个想法都从零实现，与 PyTorch 核对，再用于真实数据。"
        "一台普通笔记本电脑就能运行，不需要 GPU，也不需要网络。",
        "begin": "从第一课开始",
        "own machine": "在自己的电脑上运行",
        "lessons": "课程",
        "homework": "作业",
        "projects": "项目",
        "answers": "练习解答",
        "answers of": "各课练习的完整解答。",
        "reference": "参考",
        "teachers": "教师专区",
        "README": "安装、命令与故障排除",
        "notebooks/glossary": "术语表",
        "data/README": "数据说明",
        "benchmarks/RESULTS": "速度测量",
        "CONTRIBUTING": "修改本课程",
        "homework/README": "评分",
        "minutes": "分钟",
        "download": "下载本笔记本",
        "colab": "在 Colab 中打开（英文）",
        "binder": "在 Binder 中打开（英文）",
        "colab first": "在 Colab 中先运行这一格",
        "colab why": "Colab 没有本课程的 helpers，也缺少几个软件包；这一格会把它们取来。",
        "statement": "这里是题目和给出的代码。每道题的测试在笔记本里："
        "请下载它，或用 `python3 course.py lab --language zh` 打开。",
        "clip": "运行笔记本时会生成一段视频，在这里播放。",
        "only English": "本页只有英文。",
        "search": "搜索",
        "switch": "English",
        "switch says": "阅读本页的英文版",
        "tools": "本页",
        "show code": "显示代码",
        "hide code": "收起代码",
        "no script": "搜索需要 JavaScript，而这个浏览器把它关掉了。",
    },
}

# What the theme and the outputs say in English whatever the language is.
IN_CHINESE = {
    "Toggle site navigation sidebar": "打开或关闭全站导航",
    "Toggle table of contents sidebar": "打开或关闭本页目录",
    "Toggle Light / Dark / Auto color theme": "切换浅色、深色或自动配色",
    "On this page": "本页内容",
    "Skip to content": "跳到正文",
    "Back to top": "回到顶部",
    "Made with ": "制作工具：",
    "<span>Next</span>": "<span>下一页</span>",
    "<span>Previous</span>": "<span>上一页</span>",
    '<div class="title">Home</div>': '<div class="title">首页</div>',
    "</a> and ": "</a> 与 ",
}
