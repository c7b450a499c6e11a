# mypy: ignore-errors
"""Features of speech and of what was said: librosa, transformers without a framework, OpenCV."""

import io
import os
import tempfile
from functools import cache

import cv2
import librosa
import numpy as np
import sentencepiece
import soundfile
from flask import Flask, request
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import (
    AutoConfig,
    AutoFeatureExtractor,
    AutoTokenizer,
    PreTrainedTokenizerFast,
    Wav2Vec2Config,
    Wav2Vec2FeatureExtractor,
)

RATE = 16000
TEXT = ["the quick brown fox jumps over the lazy dog"] * 20

app = Flask(__name__)


@cache
def model_folder() -> str:
    """A model's folder, made here: its configuration, tokenizer and feature extractor."""
    folder = os.environ.get("MODEL_FOLDER") or tempfile.mkdtemp()
    made = Tokenizer(models.WordLevel(unk_token="<u>"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.train_from_iterator(TEXT, trainers.WordLevelTrainer(special_tokens=["<u>"]))
    PreTrainedTokenizerFast(tokenizer_object=made, unk_token="<u>").save_pretrained(folder)
    Wav2Vec2Config(hidden_size=12, num_attention_heads=2).save_pretrained(folder)
    Wav2Vec2FeatureExtractor(sampling_rate=RATE).save_pretrained(folder)
    return folder


def tone(pitch: float) -> np.ndarray:
    return np.sin(2 * np.pi * pitch * np.arange(RATE) / RATE).astype(np.float32)


def features(wave: np.ndarray, rate: int) -> dict:
    extract = AutoFeatureExtractor.from_pretrained(model_folder())
    return {
        "mfcc": librosa.feature.mfcc(y=wave, sr=rate, n_mfcc=13).shape,
        "mel": librosa.feature.melspectrogram(y=wave, sr=rate).shape,
        "pitch": round(float(np.median(librosa.yin(wave, fmin=100, fmax=1000, sr=rate)))),
        "half": librosa.resample(wave, orig_sr=rate, target_sr=rate // 2).size,
        "values": extract(wave, sampling_rate=rate)["input_values"][0].shape,
    }


def words(text: str) -> dict:
    tokens = AutoTokenizer.from_pretrained(model_folder())
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXT), model_writer=model, vocab_size=30, minloglevel=2
    )
    pieces = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    return {
        "tokens": tokens.decode(tokens(text)["input_ids"]),
        "pieces": pieces.decode(pieces.encode(text)),
        "hidden": AutoConfig.from_pretrained(model_folder()).hidden_size,
    }


def face() -> int:
    cascade = cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_default.xml")
    return len(cascade.detectMultiScale(np.zeros((64, 64), np.uint8)))


@app.get("/")
def home():
    return {"edges": int(cv2.Canny(np.eye(32, dtype=np.uint8) * 255, 50, 150).max())}


@app.get("/tone/<int:pitch>")
def of_tone(pitch: int):
    return features(tone(pitch), RATE)


@app.post("/sound")
def of_sound():
    wave, rate = soundfile.read(io.BytesIO(request.data), dtype="float32")
    trimmed, _ = librosa.effects.trim(wave)
    return {**features(wave, rate), "trimmed": trimmed.size}


@app.get("/words/<text>")
def of_words(text: str):
    return {**words(text), "faces": face()}
