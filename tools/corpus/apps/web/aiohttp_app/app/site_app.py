import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec


async def home(request):
    response = web.json_response({"path": request.path, "filler": "x" * 2000})
    response.enable_compression()
    return response


async def token(request):
    key = ec.generate_private_key(ec.SECP256R1())
    made = jwt.encode({"a": 1}, key, algorithm="ES256")
    return web.json_response(jwt.decode(made, key.public_key(), algorithms=["ES256"]))


async def make():
    app = web.Application()
    app.add_routes([web.get("/", home), web.get("/token", token)])
    return app
