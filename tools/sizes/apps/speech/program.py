# mypy: ignore-errors
"""transformers without a framework, librosa and OpenCV."""

import io

from drive import main, say, serving


def serves():
    import numpy as np
    import soundfile

    wave = np.sin(2 * np.pi * 220 * np.arange(16000) / 16000).astype(np.float32)
    flac = io.BytesIO()
    soundfile.write(flac, wave, 16000, format="FLAC")
    with serving() as client:
        say("home", client.text("/"))
        say("tone", client.text("/tone/440"))
        say("sound", client.text("/sound", flac.getvalue()))
        say("words", client.text("/words/the%20quick%20fox"))


def knows():
    from transformers import BertConfig, pipelines

    say("config", BertConfig(hidden_size=12).to_dict()["hidden_size"])
    say("tasks", "audio-classification" in pipelines.PIPELINE_REGISTRY.get_supported_tasks())


main(serves, knows)
