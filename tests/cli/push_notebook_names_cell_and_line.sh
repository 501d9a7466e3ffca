# In a notebook the finding says the cell and the line that a person sees, in source and in outputs.
. "$(dirname "$0")/common.sh"

token=$(token)
new_server server
new_clone server work
notebook() { # SOURCE OUTPUT
  cat >work/train.ipynb <<END
{
 "cells": [
  {"cell_type": "markdown", "metadata": {}, "source": "# Training"},
  {"cell_type": "code", "metadata": {}, "execution_count": 1,
   "outputs": [{"output_type": "stream", "name": "stdout", "text": ["started\n", "$2\n"]}],
   "source": [
    "from huggingface_hub import login\n",
    "\n",
    "login(\"$1\")"
   ]}
 ],
 "metadata": {}, "nbformat": 4, "nbformat_minor": 5
}
END
}
notebook '' ''
save work "Clean notebook"
passes "git -C work push origin main"

notebook "$token" ''
save work "Token in a call"
refused "git -C work push origin main" 'cell 2, line 3'
names train.ipynb 9 "$(oid work)" "$USER_TOKEN_RULE"

git -C work reset -q --hard HEAD~1
notebook '' "token is $token"
save work "Token in what the cell printed"
refused "git -C work push origin main" 'in cell 2 output,' 'line 2'
names train.ipynb 5 "$(oid work)" "$USER_TOKEN_RULE"

# A picture is read decoded: here the comment of a PNG.
picture=$({
  printf '\211PNG\r\n\032\n'
  head -c 1000 /dev/zero
  printf 'tEXtComment\0%s' "$token"
  head -c 1000 /dev/zero
} | base64 -w0)
git -C work reset -q --hard HEAD~1
sed -i "s|\"name\": \"stdout\"|\"data\": {\"image/png\": \"$picture\\\\n\"}|" work/train.ipynb
save work "Token in a picture"
refused "git -C work push origin main" 'cell 2 picture'
names train.ipynb 5 "$(oid work)" "$USER_TOKEN_RULE"
