"""An HTTP server for the example's http component: takes a job, answers with a result.

Prints the port that it got, then one line per request. A real receiver also checks Daybook-Signature and keeps the fencing
token (Daybook-Token), to refuse an attempt that was given up meanwhile.
"""
import http.server
import json


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        print(f"{self.headers['Daybook-Job-Id']} attempt {self.headers['Daybook-Attempt']}", flush=True)
        answer = json.dumps({"received": order["parameters"], "path": self.path}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
print(server.server_address[1], flush=True)
server.serve_forever()
