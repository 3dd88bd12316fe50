"""Works for `seconds`; long enough for a server to be killed meanwhile."""
import json
import sys
import time

order = json.load(sys.stdin)
time.sleep(float(order["parameters"].get("seconds", 1)))
print(json.dumps({"attempt": order["attempt"], "token": order["token"].split(".")[0]}))
