import subprocess
import sys

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route


async def home(request):
    return JSONResponse({"http": request.scope["http_version"]})


async def migrate(request):
    done = subprocess.run(
        [sys.executable, "-m", "alembic", "history"], capture_output=True, text=True, check=True
    )
    return JSONResponse({"history": done.stdout.split()[:3]})


app = Starlette(routes=[Route("/", home), Route("/migrate", migrate)])
