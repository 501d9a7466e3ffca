# Each kind of the family, and the shapes that tokens stand in.
. "$(dirname "$0")/common.sh"

token=$(token)
organization=$(organization_token)
oauth=$(printf 'h%s_oauth_%s' f "$(letters 40 3)")
part=$(letters 60 4 ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_)
header=$(printf '{"alg":"RS256","typ":"JWT"}' | base64 -w 0 | tr -d =)
claims=$(printf '{"sub":"repo:me/model","exp":1700000000}' | base64 -w 0 | tr -d =)
jwt=$(printf 'h%s_jwt_%s.%s.%s' f "$header" "$claims" "$part")
new_server server
new_clone server work
put work a.txt base
git -C work push -q origin main 2>/dev/null

leaks() { # LINE RULE
  put work leak.txt "first
$1"
  refused "git -C work push origin main"
  names leak.txt 2 "$(oid work)" "$2"
  git -C work reset -q --hard HEAD~1
}
leaks "login($token)" "$USER_TOKEN_RULE"
leaks "Authorization: Bearer $token" "$USER_TOKEN_RULE"
leaks "<p>$token</p>" "$USER_TOKEN_RULE"
leaks "curl 'https://example.com/?token=$token&x=1'" "$USER_TOKEN_RULE"
leaks "  HF_TOKEN: $(printf %s "$token" | base64 -w 0)" "$USER_TOKEN_RULE"
leaks "  HF_TOKEN: $(echo "$token" | base64 -w 0)" "$USER_TOKEN_RULE"
for user in u us usr; do
  leaks "Authorization: Basic $(printf '%s:%s' "$user" "$token" | base64 -w 0)" "$USER_TOKEN_RULE"
done
leaks "GET /?next=%3Ftoken%3D$token%26x" "$USER_TOKEN_RULE"
leaks "HF_API_KEY=$organization" "$ORGANIZATION_TOKEN_RULE"
leaks "access=$oauth" "$OAUTH_TOKEN_RULE"
leaks "HF_TOKEN=$jwt" "$JWT_RULE"

put work clean.txt "hf_transfer hf_hub_download hf_oauth hf_jwt api_org HF_TOKEN=\${HF_TOKEN}
$(printf h%s_ f)$(letters 33 7)
$(printf h%s_ f)$(letters 35 7)"
passes "git -C work push origin main"
