import asyncio
import sys

from fastapi import FastAPI, Form, Request, WebSocket
from fastapi.templating import Jinja2Templates
from pydantic import BaseModel, EmailStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_prefix="SITE_")
    title: str = "none"


class User(BaseModel):
    email: EmailStr


app = FastAPI()
templates = Jinja2Templates("templates")


@app.get("/")
def home(request: Request):
    return templates.TemplateResponse(request, "home.html", {"title": Settings().title})


@app.post("/sign-up")
def sign_up(email: EmailStr = Form(), name: str = Form()):
    return {"email": email, "name": name}


@app.post("/users")
def users(user: User):
    return user


@app.get("/inside")
async def inside():
    names = ("httptools", "websockets", "uvloop", "h11", "wsproto")
    return {
        "loop": type(asyncio.get_running_loop()).__module__,
        "loaded": [name for name in names if name in sys.modules],
    }


@app.websocket("/echo")
async def echo(socket: WebSocket):
    await socket.accept()
    await socket.send_text(await socket.receive_text())
