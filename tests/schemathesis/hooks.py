"""Signs in to the served sample as its AIMS manager, makes tokens, and draws names that the sample knows besides names that it does not."""

import itertools
import json
import os
import re
import threading
import urllib.parse
import urllib.request

import schemathesis

URL = os.environ["AIMS_URL"]
SAID = re.sub(r"\x1b\[[0-9;]*m", "", open(os.environ["AIMS_SAID"], encoding="utf-8").read())
# A token takes 600 requests a minute; with so many there is no waiting.
TOKENS = 40
SCOPE = ["read", "record", "amend", "move", "withdraw", "verify", "export", "verdicts"]


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def ask(method, path, body=None, **headers):
    request = urllib.request.Request(URL + path, data=body, method=method, headers={"Sec-Fetch-Site": "same-origin", **headers})
    try:
        answer = urllib.request.build_opener(Stay).open(request, timeout=30)
    except urllib.error.HTTPError as error:
        answer = error
    return answer.status, answer.headers, answer.read()


def tokens():
    password = re.search(r"password of all of them: (\S+)", SAID)[1]
    manager = re.search(r"(\S+@tessel\.example) .*AIMS manager", SAID)[1]
    form = urllib.parse.urlencode({"name": manager, "password": password}).encode()
    status, headers, _ = ask("POST", "/sign-in", form, **{"Content-Type": "application/x-www-form-urlencoded"})
    assert status == 303, status
    cookie = headers["Set-Cookie"].split(";")[0]
    _, _, me = ask("GET", "/api/v1/me", Cookie=cookie)
    csrf = json.loads(me)["csrf"]
    made = []
    for n in range(TOKENS):
        body = json.dumps({"name": f"schemathesis {n}", "scope": SCOPE, "ends": ends()}).encode()
        status, _, answer = ask("POST", "/api/v1/o/tessel/tokens", body, Cookie=cookie, **{"X-AIMS-CSRF": csrf, "Content-Type": "application/json"})
        assert status == 201, answer
        made.append(json.loads(answer)["token"])
    return made


def ends():
    import datetime

    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")


ALL = tokens()
LOCK = threading.Lock()
NEXT = itertools.cycle(ALL)


@schemathesis.auth(refresh_interval=None)
class Token:
    def get(self, case, context):
        with LOCK:
            return next(NEXT)

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"



def known():
    """Names of the sample, by the part of the path that takes them."""
    _, _, body = ask("GET", "/api/v1/o/tessel/records?kind=ai-system&limit=5", Authorization=f"Bearer {ALL[0]}")
    systems = json.loads(body)["items"]
    _, _, body = ask("GET", "/api/v1/o/tessel/records?kind=risk&limit=5", Authorization=f"Bearer {ALL[0]}")
    risks = json.loads(body)["items"]
    return {
        "org": ["tessel"],
        "record": [line["number"] for line in systems + risks],
        "kind": ["ai-system", "risk", "policy", "person"],
        "framework": ["iso-42001:2023"],
        "item": ["8.4", "8.4-a", "4.1", "A.2.2"],
        "seq": ["0", "1", "40"],
        "tile": ["0/000.p/5", "entries/000.p/5"],
    }


KNOWN = known()


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    # Three of four draws name something: what lies behind a 404 is seen too.
    if not path_parameters:
        return path_parameters
    for name, words in KNOWN.items():
        drawn = path_parameters.get(name)
        if drawn is not None and (name == "org" or hash(str(drawn)) % 4):
            path_parameters[name] = words[hash(str(drawn)) % len(words)]
    return path_parameters
