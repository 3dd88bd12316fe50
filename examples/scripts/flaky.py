"""Fails its first `failures` attempts, as a service does that is down for a while."""
import json
import sys

order = json.load(sys.stdin)
failures = int(order["parameters"].get("failures", 0))
if order["attempt"] <= failures:
    sys.exit(f"attempt {order['attempt']}: the service is not there yet")
print(json.dumps({"succeededAtAttempt": order["attempt"]}))
