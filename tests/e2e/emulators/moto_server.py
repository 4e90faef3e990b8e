"""Serves moto's emulation of AWS on a free port of 127.0.0.1, and writes "0 PORT" to descriptor 3.

usage: moto_server.py FOLDER_OF_PACKAGES
"""

import os
import sys

sys.path.insert(0, sys.argv[1])

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402

server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
os.write(3, b"0 %d\n" % server.server_port)
server.serve_forever()
