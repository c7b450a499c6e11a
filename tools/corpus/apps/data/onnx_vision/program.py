"""An image classifier on FastAPI with ONNX Runtime and OpenCV.

Dynamic: the execution provider by name, pillow's plugins by the bytes of an upload, imageio's
plugins by file ending, python-multipart asked for by FastAPI, cv2's loader, the model as a file.
"""

from drive import main, run, say, serving


def picture():
    code = "import io, sys; from PIL import Image; f = io.BytesIO(); Image.new('RGB', (8, 8), 'red').save(f, sys.argv[1]); print(f.getvalue().hex())"
    return {name: bytes.fromhex(run("python", "-c", code, name)) for name in ("PNG", "WEBP", "GIF", "TIFF")}


def serves():
    with serving() as client:
        for name, data in picture().items():
            body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + data + b"\r\n--x--\r\n"
            say(name, client.text("/classify", body, Content_Type="multipart/form-data; boundary=x"))
        say("saved", client.text("/thumbnail"))


main(serves)
