"""An identity provider on loopback: tokens, refreshes, device codes.

    with OAuthServer(box.tokens, user=box.user) as provider:
        provider.token_url, provider.device_url
        provider.grant()            # a refresh token, as after a log-in
        provider.expire()           # every access token given so far is worth nothing
        provider.revoke()           # and every refresh token
        provider.allow()            # the person enters the device code
        provider.asked              # the grants asked for, in order

Access tokens are put into `tokens` (token -> user), which Dovecot of this rig believes.
"""

import http.server
import itertools
import json
import threading
import urllib.parse


class OAuthServer:
    def __init__(self, tokens, user, client_id="client", client_secret="client-secret"):
        self.tokens = tokens
        self.user = user
        self.client_id, self.client_secret = client_id, client_secret
        self.rotates = True  # each refresh gives another refresh token
        self.life_s = 3600
        self.refuses = None  # (status, object): the answer to every question
        self.asked = []
        self.secrets = [client_secret]  # everything that must appear in no log
        self._refresh = set()
        self._device = {}  # device code -> allowed?
        self._numbers = itertools.count(1)
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                size = int(self.headers.get("Content-Length", 0))
                form = dict(urllib.parse.parse_qsl(self.rfile.read(size).decode()))
                status, said = outer.answer(self.path, form)
                body = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        base = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.token_url, self.device_url = base + "/token", base + "/device"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def secret(self, kind):
        word = f"{kind}-token-{next(self._numbers)}-not-to-be-told"
        self.secrets.append(word)
        return word

    def grant(self):
        token = self.secret("refresh")
        self._refresh.add(token)
        return token

    def stands_by(self, token):
        """Would this refresh token be taken now?"""
        return token in self._refresh

    def expire(self):
        self.tokens.clear()

    def revoke(self):
        self.expire()
        self._refresh.clear()

    def allow(self):
        for code in self._device:
            self._device[code] = True

    def answer(self, path, form):
        if path == "/device":
            code = self.secret("device")
            self._device[code] = False
            return 200, {"device_code": code, "user_code": "WDJB-MJHT", "interval": 1,
                         "verification_uri": "https://login.example/device",
                         "expires_in": 60}
        grant = form.get("grant_type", "")
        self.asked.append(grant)
        if self.refuses:
            return self.refuses
        if form.get("client_id") != self.client_id:
            return 401, {"error": "invalid_client"}
        return getattr(self, "_" + grant.rsplit(":", 1)[-1], self._unknown)(form)

    def _unknown(self, form):
        return 400, {"error": "unsupported_grant_type"}

    def _access(self, **more):
        token = self.secret("access")
        self.tokens[token] = self.user
        return 200, {"access_token": token, "token_type": "Bearer",
                     "expires_in": self.life_s, **more}

    def _client_credentials(self, form):
        if form.get("client_secret") != self.client_secret:
            return 401, {"error": "invalid_client"}
        return self._access()

    def _refresh_token(self, form):
        token = form.get("refresh_token")
        if token not in self._refresh:
            return 400, {"error": "invalid_grant", "error_description": "revoked: " + str(token)}
        if not self.rotates:
            return self._access()
        self._refresh.remove(token)
        return self._access(refresh_token=self.grant())

    def _device_code(self, form):
        if not self._device.get(form.get("device_code")):
            return 400, {"error": "authorization_pending"}
        return self._access(refresh_token=self.grant())
