"""A client that behaves well, in a process of its own: it asks the same again and again, and tells how long that took.

The first line of its input is JSON: `url`, `token`, `query`. It asks until there is no more input, twenty times at the
least, then writes JSON: how many milliseconds each answer took, and how many different answers there were.
"""

import http.client
import json
import select
import sys
import time
from urllib.parse import urlsplit

LEAST = 20
PAUSE = 0.005  # seconds between two questions


def main() -> None:
    asked = json.loads(sys.stdin.readline())
    address = urlsplit(asked["url"])
    connection = http.client.HTTPConnection(address.hostname or "", address.port)
    body = json.dumps({"query": asked["query"]})
    headers = {"Authorization": f"Bearer {asked['token']}", "Content-Type": "application/json"}
    took, answers = [], set()
    print("asking", flush=True)
    while len(took) < LEAST or not select.select([sys.stdin], [], [], PAUSE)[0]:
        started = time.perf_counter()
        connection.request("POST", address.path, body, headers)
        answer = connection.getresponse()
        answers.add((answer.status, answer.read()))
        took.append((time.perf_counter() - started) * 1000)
    print(json.dumps({"took": took, "answers": len(answers)}))


if __name__ == "__main__":
    main()
