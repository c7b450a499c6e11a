# mypy: ignore-errors
# ruff: noqa: ICN001, PLC0415, S106
"""Features of a synthetic wave, a tokenizer trained on the spot, OpenCV, sound written and read."""

import io
import sys


def prepare() -> None:
    import numba
    import numpy
    import scipy.signal
    import sklearn.base

    assert all((numba, numpy, scipy.signal, sklearn.base))


def with_sound() -> None:
    import librosa
    import numpy as np
    import soundfile

    rate = 16000
    wave = np.sin(2 * np.pi * 440 * np.arange(rate) / rate).astype(np.float32)
    assert librosa.feature.mfcc(y=wave, sr=rate, n_mfcc=13).shape[0] == 13
    assert librosa.feature.melspectrogram(y=wave, sr=rate).max() > 0
    assert abs(np.median(librosa.yin(wave, fmin=100, fmax=1000, sr=rate)) - 440) < 5
    assert librosa.effects.trim(wave)[0].size
    assert librosa.resample(wave, orig_sr=rate, target_sr=8000).size == rate // 2
    assert librosa.beat.beat_track(y=wave, sr=rate)
    out = io.BytesIO()
    soundfile.write(out, wave, rate, format="FLAC")
    assert soundfile.read(io.BytesIO(out.getvalue()))[1] == rate


def with_text() -> None:
    import sentencepiece
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import BertConfig, PreTrainedTokenizerFast, pipelines

    text = ["the quick brown fox jumps over the lazy dog"] * 20
    made = Tokenizer(models.WordLevel(unk_token="<u>"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.train_from_iterator(text, trainers.WordLevelTrainer(special_tokens=["<u>"]))
    wrapped = PreTrainedTokenizerFast(tokenizer_object=made, unk_token="<u>")
    assert wrapped.decode(wrapped("the quick fox")["input_ids"]) == "the quick fox"
    assert BertConfig(hidden_size=12).to_dict()["hidden_size"] == 12
    assert "text-classification" in pipelines.PIPELINE_REGISTRY.get_supported_tasks()
    out = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(text), model_writer=out, vocab_size=30
    )
    pieces = sentencepiece.SentencePieceProcessor(model_proto=out.getvalue())
    assert pieces.decode(pieces.encode("the lazy dog")) == "the lazy dog"


def main() -> None:
    import cv2
    import numpy as np

    with_sound()
    with_text()
    assert cv2.Canny(np.eye(32, dtype=np.uint8) * 255, 50, 150).max() == 255
    sys.stdout.write("ok\n")


if __name__ == "__main__":
    main()
