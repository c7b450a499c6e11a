# mypy: ignore-errors
"""PyTorch for CPUs, Ultralytics and OpenCV behind Flask."""

from drive import main, say, serving

PICTURE = b"P6 64 64 255\n" + bytes((0, 0, 255)) * 64 * 64


def serves():
    with serving() as client:
        say("home", client.text("/"))
        say("detect", client.text("/detect", PICTURE))
        say("trained", client.text("/trained"))
        say("parts", client.text("/parts"))


def loads():
    import torch

    data = torch.utils.data.TensorDataset(torch.ones(16, 4))
    say("loader", len(list(torch.utils.data.DataLoader(data, 4, num_workers=1))))


main(serves, loads)
