"""The forge's pages show what happened, and nothing that a report could smuggle in."""

from pathlib import Path

import httpx
import pytest

from demo.forge.pages.markdown import to_html
from tests.demo.forge.fixtures import commit, git, running_forge, seed

CHECK = """\
check:
  rules: [{if: $CI_PIPELINE_SOURCE == "merge_request_event"}]
  script: ["echo checked"]
workflow: {name: "check merge request $CI_MERGE_REQUEST_IID"}
"""
PNG = b"\x89PNG\r\n\x1a\n"
REPORT = """\
## Verdict: **promote**

| model | accuracy |
|:--|--:|
| champion | 0.99 |

![confusion](%s) ![elsewhere](http://example.org/x.png)

<script>alert("script")</script>
<details><summary>All figures</summary>

- one

</details>
<!-- a watermark -->
"""


def _no_image(address: str) -> str | None:
    return None


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("<script>alert(1)</script>after", "<p>after</p>"),
        ("a <b onclick=x()>bold</b>", "<p>a <b>bold</b></p>"),
        ("[x](javascript:alert(1))", "<p><a>x</a></p>"),
        ('<a href=" JavaScript:alert(1)">x</a>', "<p><a>x</a></p>"),
        ("![y](data:text/html,hi)", "<p><span>[y]</span></p>"),
        ('<img src=x onerror="alert(1)">', "<p><span>[image]</span></p>"),
        ("<iframe src=//evil></iframe>x", "<p>x</p>"),
        ("</div></main>text", "<p>text</p>"),
        ("<div>open", "<div>open</div>"),
        ("`<b>`", "<p><code>&lt;b&gt;</code></p>"),
        ("&lt;script&gt;", "<p>&lt;script&gt;</p>"),
        ("<style>body{}</style>", ""),
        ("text <!-- hidden --> more", "<p>text  more</p>"),
        ("<svg><script>x</script></svg>y", "<p>y</p>"),
    ],
)
def test_markdown_cannot_harm_the_page(text: str, html: str) -> None:
    """Scripts, handlers, foreign addresses and stray tags do not get through."""
    assert to_html(text, _no_image).strip() == html


def test_markdown_keeps_what_reports_need() -> None:
    """Aligned tables, code, folds with Markdown inside, and links come through."""
    html = to_html(
        "|a|b|\n|:--|--:|\n|1|2|\n\n```python\nx < 1\n```\n\n[l](https://example.org/?a=1&b=2)\n\n"
        "<details><summary>More</summary>\n\n* item\n\n</details>\n",
        _no_image,
    )
    assert '<td style="text-align: right;">2</td>' in html
    assert '<code class="language-python">x &lt; 1\n</code>' in html
    assert 'href="https://example.org/?a=1&amp;b=2" rel="nofollow noreferrer"' in html
    assert "<summary>More</summary>" in html
    assert "<li>item</li>" in html


def test_the_pages_tell_the_story_of_a_merge_request(tmp_path: Path) -> None:
    """A merge request's page has its report, pictures, notes, jobs and changes inside."""
    with running_forge(tmp_path) as server, httpx.Client(base_url=server.url) as browser:
        clone = seed(server, {".gitlab-ci.yml": CHECK})
        project = server.gitlab().projects.get(1)
        picture = project.upload("plot.png", filedata=PNG)
        git(clone, "checkout", "--quiet", "-b", "topic")
        commit(clone, {"data.txt": "1\n2\n"}, "Add <data>")
        git(clone, "push", "--quiet", "origin", "topic")
        request = project.mergerequests.create(
            {
                "title": "Retrain <digits>",
                "source_branch": "topic",
                "target_branch": "main",
                "description": REPORT % picture["url"],
            }
        )
        request.notes.create({"body": "Looks **good**."})
        server.settle()
        page = browser.get("/perennial/fixture/-/merge_requests/1").text
        assert "<h1>Retrain &lt;digits&gt; <small>!1</small></h1>" in page
        assert 'src="data:image/png;base64,iVBORw0KGgo="' in page
        assert "[elsewhere]" in page and "example.org" not in page
        assert "<script" not in page and "watermark" not in page
        assert "Looks <strong>good</strong>." in page
        assert "check merge request 1" in page and "Add &lt;data&gt;" in page
        assert "+2</span>" in page
        pipeline = request.pipelines.list(get_all=True)[0].id
        jobs = browser.get(f"/perennial/fixture/-/pipelines/{pipeline}").text
        assert "checked" in jobs and "Job succeeded" in jobs
        home = browser.get("/").text
        assert "Retrain &lt;digits&gt;" in home and "check merge request 1" in home
        assert browser.get(picture["full_path"]).content == PNG
        for path in ("/perennial/fixture/-/merge_requests/9", "/nowhere", "/uploads/x/y.png"):
            assert browser.get(path).status_code == 404
        assert browser.post("/perennial/fixture").status_code == 405
