"""WHEEL_BYTES: what large wheels weigh, for where nothing is installed and no lock file tells.

Bytes of the newest wheel for Linux on x86-64 and CPython 3.12, as the index said in 2026-11
(https://packaging.python.org/en/latest/specifications/simple-repository-api/). A wheel is
compressed much as a slug is.
"""

from __future__ import annotations

WHEEL_BYTES = {
    "torch": 554_618_695,
    "triton": 285_674_620,
    "nvidia-cublas-cu12": 581_217_458,
    "nvidia-cuda-cupti-cu12": 10_248_621,
    "nvidia-cuda-nvrtc-cu12": 89_568_129,
    "nvidia-cuda-runtime-cu12": 3_493_179,
    "nvidia-cudnn-cu12": 716_538_495,
    "nvidia-cufft-cu12": 200_877_592,
    "nvidia-cufile-cu12": 1_210_714,
    "nvidia-curand-cu12": 68_295_626,
    "nvidia-cusolver-cu12": 338_117_415,
    "nvidia-cusparse-cu12": 366_465_088,
    "nvidia-cusparselt-cu12": 239_274_390,
    "nvidia-nccl-cu12": 351_526_311,
    "nvidia-nvjitlink-cu12": 39_748_338,
    "nvidia-nvshmem-cu12": 280_800_183,
    "nvidia-nvtx-cu12": 85_504,
    "cupy-cuda12x": 136_111_459,
    "cupy-cuda11x": 99_664_904,
    "jax-cuda12-plugin": 8_898_472,
    "jax-cuda12-pjrt": 191_846_358,
    "tensorflow": 572_611_111,
    "tensorflow-cpu": 274_000_871,
    "opencv-contrib-python": 88_983_151,
    "xgboost": 57_615_456,
    "onnxruntime": 27_780_211,
    "onnxruntime-gpu": 255_569_273,
    "jupyterlab": 17_334_944,
    "notebook": 5_629_845,
    "black": 2_065_235,
    "mypy": 15_553_666,
}

CUDA_OF_TORCH = 3_158_029_069
"""What the wheels of CUDA weigh that torch 2.9.0 requires, without torch itself."""
