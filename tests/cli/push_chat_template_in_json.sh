# A chat template that reaches for Python's objects, in the JSON beside a tokenizer.
. "$(dirname "$0")/common.sh"

needs_python
settings() {  # FILE SHAPE EXPRESSION
  "$PYTHON" - "$1" "$2" "$3" <<'END'
import json, sys
template = "{% for message in messages %}" + "x" * 9000 + "{{ " + sys.argv[3] + " }}{% endfor %}"
value = template if sys.argv[2] == "text" else [{"name": "default", "template": template}]
json.dump({"model_max_length": 512, "chat_template": value}, open(sys.argv[1], "w"))
END
}

new_server server
new_clone server work
put work a.txt base
git -C work push -q origin main 2>/dev/null

settings work/tokenizer_config.json text "message['content']"
settings work/chat_template.json list "message.content | trim"
save work "Add templates"
passes "git -C work push origin main"

for shape in text list; do
  settings work/tokenizer_config.json $shape "message.__cl""ass__"
  save work "Change the template"
  refused "git -C work push origin main" template.unsafe tokenizer_config.json
  git -C work reset -q --hard HEAD~1
done
