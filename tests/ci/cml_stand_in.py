"""Stands in for CML 0.20.6 where it is not installed: `cml comment` on GitLab, call for call.

Like it, this reads one page of notes, marks its own with a watermark, uploads every file that the
report names, and says no more of a refusal than HTTP's reason. What it does not do is rewrite
Markdown; training.report writes what CML leaves as it is.
"""

import argparse
import json
import os
import re
import sys
import uuid
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import Request, urlopen

ADDRESS = re.compile(r'(!?\[(?:\\.|[^\]\\\n])*\]\()([^)\s]+)((?: "[^"\n]*")?\))')
FORM = "application/x-www-form-urlencoded"
MAX_COMMENT_SIZE = 1_000_000


class Refused(Exception):
    """The server's reason, or CML's own."""


def call(method: str, url: str, body: bytes | None = None, kind: str = FORM) -> Any:
    """Return the JSON that GitLab answers."""
    headers = {"PRIVATE-TOKEN": os.environ["REPO_TOKEN"], "Accept": "application/json"}
    if body is not None:
        headers["Content-Type"] = kind
    try:
        with urlopen(Request(url, body, headers, method=method), timeout=30) as answer:
            return json.load(answer)
    except HTTPError as error:
        raise Refused(error.reason) from error


def upload(project: str, file: Path) -> str:
    """Upload a file as a multipart form, and return its address."""
    boundary = uuid.uuid4().hex
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"'
    body = f"{head}\r\nContent-Type: image/png\r\n\r\n".encode() + file.read_bytes()
    body += f"\r\n--{boundary}--\r\n".encode()
    kind = f"multipart/form-data; boundary={boundary}"
    return str(call("POST", f"{project}/uploads", body, kind)["url"])


def published(text: str, project: str, folder: Path) -> str:
    """Return the text with the addresses of its files, each uploaded as often as it is named."""

    def link(found: re.Match[str]) -> str:
        file = folder / found[2]
        return f"{found[1]}{upload(project, file) if file.is_file() else found[2]}{found[3]}"

    return ADDRESS.sub(link, text)


def comment(verb: str, report: Path, *, repo: str, iid: str, title: str) -> str:
    """Create the note, or update the oldest one on the first page that has the watermark."""
    parts = urlsplit(repo)
    base = f"{parts.scheme}://{parts.netloc}/api/v4"
    call("GET", f"{base}/version")
    project = f"{base}/projects/{quote(parts.path.strip('/'), safe='')}"
    notes = f"{project}/merge_requests/{iid}/notes"
    image, mark = "https://cml.dev/watermark.png", f"CML watermark {title}".strip()
    watermark = f'![]({image}#{os.environ["CI_COMMIT_SHA"]} "{mark}")'
    text = published(report.read_text().rstrip("\n"), project, report.parent)
    body = f"{text}\n\n{watermark}\n"
    if len(body) >= MAX_COMMENT_SIZE:
        raise Refused("GitLab Comment is too large")
    fields = urlencode({"body": body}).encode()
    own = re.compile(rf'!\[\]\({re.escape(image)}#[0-9a-fA-F]+ "{re.escape(mark)}"\)')
    found = [n for n in call("GET", notes) if own.search(n["body"])] if verb == "update" else []
    if found:
        written = call("PUT", f"{notes}/{found[-1]['id']}", fields)
    else:
        written = call("POST", notes, fields)
    return f"{repo}/-/merge_requests/{iid}#note_{written['id']}"


def main() -> int:
    """Run the command line, as far as ours uses it."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("noun", choices=["comment"])
    parser.add_argument("verb", choices=["create", "update"])
    parser.add_argument("report", type=Path)
    parser.add_argument("--publish-native", action="store_true", required=True)
    parser.add_argument("--driver", choices=["gitlab"], required=True)
    parser.add_argument("--repo", required=True)
    parser.add_argument("--target", required=True)
    parser.add_argument("--watermark-title", default="")
    options = parser.parse_args()
    iid = options.target.removeprefix("pr/")
    title = options.watermark_title
    try:
        print(comment(options.verb, options.report, repo=options.repo, iid=iid, title=title))
    except Refused as error:
        print(json.dumps({"level": "error", "message": str(error)}), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
