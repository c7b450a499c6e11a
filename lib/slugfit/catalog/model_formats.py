"""Model files: their suffixes, and how some of them begin."""

from __future__ import annotations

LARGE_MODEL = 10_000_000
"""Bytes from which the report names a file."""

MODEL_SUFFIXES = (
    # https://www.tensorflow.org/guide/keras/save_and_serialize, https://keras.io/api/saving/
    *("h5", "hdf5", "keras", "pb", "ckpt"),
    # https://ai.google.dev/edge/litert/models/convert, and MediaPipe's bundles:
    # https://ai.google.dev/edge/mediapipe/solutions/guide
    *("tflite", "task"),
    # https://docs.pytorch.org/tutorials/beginner/saving_loading_models.html
    *("pt", "pth"),
    "pdparams",  # https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/save_en.html
    "mlmodel",  # https://apple.github.io/coremltools/mlmodel/
    # https://onnx.ai/onnx/, https://onnxruntime.ai/docs/performance/model-optimizations/ort-format-models.html
    *("onnx", "ort"),
    "safetensors",  # https://huggingface.co/docs/safetensors
    # https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
    *("gguf", "ggml"),
    "engine",  # https://docs.nvidia.com/deeplearning/tensorrt/latest/
    "params",  # https://mxnet.apache.org/
    "caffemodel",  # https://caffe.berkeleyvision.org/tutorial/
    "weights",  # https://pjreddie.com/darknet/
    "bin",  # https://huggingface.co/docs/transformers/main_classes/model, https://fasttext.cc/
    "model",  # https://github.com/google/sentencepiece, https://xgboost.readthedocs.io/
    # https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
    *("npz", "npy"),
    # https://scikit-learn.org/stable/model_persistence.html
    *("pkl", "pickle", "joblib"),
    "cbm",  # https://catboost.ai/docs/en/concepts/python-reference_catboost_save_model
    "ubj",  # https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html
)

MODEL_MAGIC = (
    # https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html
    (0, b"\x89HDF\r\n\x1a\n"),
    (0, b"GGUF"),  # https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
    # https://github.com/tensorflow/tensorflow/blob/master/tensorflow/compiler/mlir/lite/schema/schema.fbs
    (4, b"TFL3"),
)
"""How HDF5, GGUF and TensorFlow Lite files begin: an offset in bytes, and what stands there."""
