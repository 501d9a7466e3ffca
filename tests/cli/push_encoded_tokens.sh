# A token is a token in any spelling: encoded, encoded twice, escaped, in hexadecimal digits.
. "$(dirname "$0")/common.sh"

needs_python
token=$(token)
new_server server
new_clone server work
put work readme.txt start
smuggle work origin main

spelt() { # NAME: prints the token in that spelling, in the text that it comes in
  "$PYTHON" -c '
import base64, json, sys
name, token = sys.argv[1:]
b64 = lambda data: base64.b64encode(data if isinstance(data, bytes) else data.encode()).decode()
each = lambda form: "".join(form % ord(c) for c in token)
env = "USER=somebody\nHOST=db.example\nTOKEN=%s\nLAST=1\n" % token
print({
    "kubernetes-secret": "kind: Secret\ndata:\n  token: %s" % b64(token),
    "whole-env-file": base64.encodebytes(env.encode()).decode(),
    "basic": "Authorization: Basic " + b64("user:" + token),
    "dockerconfigjson": "  .dockerconfigjson: " + b64(json.dumps(
        {"auths": {"registry.example": {"auth": b64("user:" + token)}}})),
    "powershell": "powershell -EncodedCommand " + b64(("$t = \"%s\"" % token).encode("utf-16-le")),
    "base64url": "?state=" + base64.urlsafe_b64encode(("?>?" + token).encode()).decode(),
    "hexadecimal": token.encode().hex(),
    "percent": "https://host.example/?q=" + each("%%%02X"),
    "json": "{\"a\": \"" + each("\\u%04x") + "\"}",
    "html": "<b>" + each("&#%d;") + "</b>",
}[name])
' "$1" "$token"
}

for name in kubernetes-secret whole-env-file basic dockerconfigjson powershell base64url \
  hexadecimal percent json html; do
  spelt "$name" >"work/$name.txt"
  save work "Add $name"
  refused "git -C work push origin main"
  names "$name.txt" '' "$(oid work)" "$USER_TOKEN_RULE"
  git -C work reset -q --hard HEAD~1
done
