# mypy: ignore-errors
"""A detector behind Flask: a small network made when it starts, run by PyTorch and Ultralytics."""

import io
import os
from functools import cache

import cv2
import numpy as np
import pymysql
import requests
import torch
from dotenv import load_dotenv
from flask import Flask, request
from torch import nn
from ultralytics import YOLO

load_dotenv(".env")

app = Flask(__name__)


class Gate(nn.Module):
    def forward(self, value: torch.Tensor) -> torch.Tensor:
        if value.sum() > 0:
            return value * 2
        return value


@cache
def detector() -> YOLO:
    """The smallest YOLO, with weights as they are drawn: nothing is downloaded."""
    torch.manual_seed(1)
    return YOLO("yolov8n.yaml")


@cache
def net() -> nn.Module:
    torch.manual_seed(1)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.LazyLinear(2)).eval()


def trained() -> dict:
    """One step of training, weights saved and loaded, a script, a trace, a graph."""
    torch.manual_seed(1)
    small, x = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1)), torch.ones(16, 4)
    step = torch.optim.AdamW(small.parameters())
    nn.functional.mse_loss(small(x), torch.ones(16, 1)).backward()
    step.step()
    weights = io.BytesIO()
    torch.save(small.state_dict(), weights)
    weights.seek(0)
    small.load_state_dict(torch.load(weights, weights_only=True))
    return {
        "script": float(torch.jit.script(Gate())(torch.ones(2)).sum()),
        "trace": list(torch.jit.trace(small, x)(x).shape),
        "export": torch.export.export(small, (x,)).graph_module is not None,
        "compile": list(torch.compile(small, backend="eager")(x).shape),
    }


@app.get("/")
def home():
    image = torch.zeros(1, 3, 16, 16)
    with torch.no_grad():
        return {"scores": len(net()(image)[0]), "torch": torch.__version__}


@app.post("/detect")
def detect():
    image = cv2.imdecode(np.frombuffer(request.data, np.uint8), cv2.IMREAD_COLOR)
    (found,) = detector().predict(image, imgsz=64, conf=0.001, device="cpu", verbose=False)
    return {"shape": list(found.orig_shape), "names": len(found.names), "plot": found.plot().shape}


@app.get("/trained")
def of_trained():
    return trained()


@app.get("/parts")
def parts():
    url = requests.Request("GET", "https://models.example/", params={"q": "é"}).prepare().url
    return {
        "url": url,
        "escaped": pymysql.converters.escape_string("a'b"),
        "parameters": sum(each.numel() for each in detector().model.parameters()),
        "folder": os.environ.get("MODEL_FOLDER", ""),
    }
