import io

import cv2
import imageio.v3 as iio
import numpy as np
import onnxruntime
from fastapi import FastAPI, UploadFile
from PIL import Image

app = FastAPI()
session = onnxruntime.InferenceSession("model.onnx", providers=["CPUExecutionProvider"])


@app.post("/classify")
async def classify(file: UploadFile):
    image = np.asarray(Image.open(io.BytesIO(await file.read())).convert("RGB"))
    small = cv2.resize(image, (2, 2), interpolation=cv2.INTER_AREA)
    wanted = session.get_inputs()[0]
    shape = [size if isinstance(size, int) else 1 for size in wanted.shape]
    filled = np.resize(small.astype(np.float32) / 255, shape)
    found = session.run(None, {wanted.name: filled})[0]
    return {"shape": list(np.shape(found)), "best": int(np.argmax(found))}


@app.get("/thumbnail")
def thumbnail():
    made = {}
    for ending in ("png", "bmp", "gif"):
        iio.imwrite(f"thumb.{ending}", np.zeros((4, 4, 3), np.uint8))
        made[ending] = iio.imread(f"thumb.{ending}").shape[-3:-1]
    return made
