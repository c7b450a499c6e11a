import os
import sys

import httpx
import requests

try:
    import orjson as json
except ImportError:
    try:
        import ujson as json
    except ImportError:
        import json

url = f"http://127.0.0.1:{os.environ['PORT']}/{sys.argv[1]}"
with httpx.Client(http1=False, http2=True) as client:
    answer = client.get(url)
    print(answer.http_version, len(answer.content), json.__name__)
answer = requests.get(url, headers={"Accept-Encoding": "br, zstd, gzip"})
print(len(answer.content), answer.apparent_encoding, answer.text[:16] if answer.encoding else "")
