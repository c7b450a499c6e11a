import numpy as np
from safetensors.numpy import load_file, save_file
from transformers import AutoConfig, AutoTokenizer

config = AutoConfig.from_pretrained("model")
print(type(config).__module__, config.hidden_size)
tokenizer = AutoTokenizer.from_pretrained("model")
print(type(tokenizer).__name__, tokenizer("Hello worlds")["input_ids"])
save_file({"a": np.ones(3, np.float32)}, "weights.safetensors")
print(load_file("weights.safetensors")["a"].sum())
