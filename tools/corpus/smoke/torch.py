# mypy: ignore-errors
# ruff: noqa: PLC0415
"""Forward and backward, scripted and traced nets, saved weights, a small BERT, a Lightning run."""

import io
import sys


def prepare() -> None:
    # What nearly every module of transformers loads.
    import sklearn.base
    import torch
    import transformers.generation
    import transformers.image_processing_utils
    import transformers.modeling_utils
    import transformers.processing_utils

    assert all((sklearn.base, torch.nn, transformers.modeling_utils))


def with_torch() -> None:
    import einops
    import safetensors.torch
    import torch

    net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1))
    x = torch.randn(16, 4)
    optimizer = torch.optim.AdamW(net.parameters())
    torch.nn.functional.mse_loss(net(x), torch.ones(16, 1)).backward()
    optimizer.step()

    class Gate(torch.nn.Module):
        def forward(self, value: torch.Tensor) -> torch.Tensor:
            if value.sum() > 0:
                return value * 2
            return value

    scripted = torch.jit.script(Gate())
    out = io.BytesIO()
    torch.jit.save(scripted, out)
    assert torch.jit.load(io.BytesIO(out.getvalue()))(torch.ones(2)).sum() == 4
    assert torch.jit.trace(net, x)(x).shape == (16, 1)
    assert torch.export.export(net, (x,)).graph_module is not None
    assert torch.compile(net, backend="eager")(x).shape == (16, 1)
    out = io.BytesIO()
    torch.save(net.state_dict(), out)
    net.load_state_dict(torch.load(io.BytesIO(out.getvalue()), weights_only=True))
    weights = safetensors.torch.save(net.state_dict())
    assert safetensors.torch.load(weights).keys() == net.state_dict().keys()
    quick = torch.ao.quantization.quantize_dynamic(net, {torch.nn.Linear})
    assert quick(x).shape == (16, 1)
    assert einops.rearrange(x, "(a b) c -> a b c", a=4).shape == (4, 4, 4)
    data = torch.utils.data.TensorDataset(x)
    assert len(list(torch.utils.data.DataLoader(data, 4, num_workers=1))) == 4


def with_transformers() -> None:
    import accelerate
    import torch
    from sentence_transformers import util
    from transformers import BertConfig, BertModel, GPT2Config, GPT2LMHeadModel

    size = {"vocab_size": 50, "num_hidden_layers": 1}
    bert = BertModel(
        BertConfig(hidden_size=16, num_attention_heads=2, intermediate_size=16, **size)
    )
    hidden = bert(torch.tensor([[1, 2, 3]])).last_hidden_state
    assert hidden.shape == (1, 3, 16)
    assert util.cos_sim(hidden[0], hidden[0]).shape == (3, 3)
    gpt = GPT2LMHeadModel(GPT2Config(vocab_size=50, n_embd=16, n_layer=1, n_head=2))
    assert gpt.generate(torch.tensor([[1]]), max_new_tokens=3, pad_token_id=0).shape == (1, 4)
    assert accelerate.Accelerator(cpu=True).prepare(bert) is not None


def with_lightning() -> None:
    import pytorch_lightning as pl
    import torch

    class Net(pl.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.layer = torch.nn.Linear(4, 1)

        def training_step(self, batch: "list[torch.Tensor]", _: int) -> torch.Tensor:
            return self.layer(batch[0]).pow(2).mean()

        def configure_optimizers(self) -> torch.optim.Optimizer:
            return torch.optim.SGD(self.parameters(), lr=0.1)

    data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.randn(8, 4)), 4)
    quiet = {"logger": False, "enable_progress_bar": False, "enable_model_summary": False}
    pl.Trainer(max_epochs=1, accelerator="cpu", **quiet).fit(Net(), data)


def main() -> None:
    with_torch()
    with_transformers()
    with_lightning()
    sys.stdout.write("ok\n")


if __name__ == "__main__":
    main()
