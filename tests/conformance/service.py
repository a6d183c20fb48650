"""The service under test, over HTTP, with nothing but Python's own library."""

import json
import urllib.error
import urllib.parse
import urllib.request


class Unexpected(Exception):
    """The service did otherwise than the scenario says."""


class Answer:
    """A status, the tag and the body: as text, and as JSON where it is that."""

    def __init__(self, status, headers, text):
        self.status = status
        self.tag = headers.get("ETag")
        self.text = text
        self.body = json.loads(text) if "json" in headers.get("Content-Type", "") else None

    def expect(self, *statuses):
        if self.status not in statuses:
            wanted = " or ".join(map(str, statuses))
            raise Unexpected(f"the answer is {self.status}, not {wanted}: {self.text[:600]}")
        return self


class Caller:
    """Somebody with a token."""

    def __init__(self, address, token):
        self.base = f"{address.rstrip('/')}/v1"
        self.token = token

    def ask(self, method, path, body=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
        headers["Authorization"] = f"Bearer {self.token}"
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(self.base + path, data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return Answer(answer.status, answer.headers, answer.read().decode())
        except urllib.error.HTTPError as refused:
            with refused:
                return Answer(refused.code, refused.headers, refused.read().decode())

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def subject(self, part):
        """Who the service thinks that this is, who plays this part."""
        answer = self.get("/me")
        if answer.status != 200:
            raise Unexpected(f"the token of the {part} is not taken ({answer.status}): {answer.text[:600]}")
        return answer.body["id"]

    def all(self, path):
        """Every item of a collection, page by page."""
        items = []
        while path:
            page = self.get(path).expect(200).body
            items += page["items"]
            path = page.get("next") and page["next"].split("/v1", 1)[1]
        return items
