"""A Gradio demo with an endpoint.

Dynamic: components' front-end templates read from the package, uvicorn under it, a
default theme, a block's event called by its name over HTTP.
"""

import json

from drive import main, run, say, serving


def serves():
    with serving() as client:
        status, _, text = client.ask("/")
        say("page", status, b"gradio" in text)
        status, _, text = client.ask("/gradio_api/info")
        say("info", status, sorted(json.loads(text)["named_endpoints"]))
        status, _, text = client.ask("/gradio_api/call/shout", '{"data": ["hi"]}', Content_Type="application/json")
        event = json.loads(text)["event_id"]
        say("event", client.text(f"/gradio_api/call/shout/{event}"))


main(serves)
