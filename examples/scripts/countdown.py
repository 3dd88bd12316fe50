"""A job that schedules its own next run, two seconds after it completes, until `remaining` is used up."""
import json
import sys

order = json.load(sys.stdin)
remaining = int(order["parameters"].get("remaining", 0))
effects = []
if remaining > 0:
    effects.append({
        "effect": "scheduleJob",
        "definition": order["jobDefinitionId"],
        "at": "now + 2s",
        "parameters": {"remaining": remaining - 1},
    })
print(json.dumps({"result": {"remaining": remaining}, "effects": effects}))
