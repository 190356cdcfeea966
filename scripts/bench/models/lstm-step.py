"""One training step of an LSTM in PyTorch: the peer of lstm-step.ts. Reads the problem as JSON on stdin, prints JSON.

Same data, start values, loss, optimiser (Adam, gradient norm clipped at 1) and one thread. Needs Debian's python3-torch.
"""
import json
import sys
import time

import torch

torch.set_num_threads(1)
problem = json.load(sys.stdin)
steps, batch, features, units = (problem[name] for name in ("steps", "batch", "features", "units"))


def tensor(name, *shape):
    return torch.tensor(problem[name], dtype=torch.float32).reshape(shape)


def torch_gates(rows):
    """Rows by gate from input, output, forget, cell to PyTorch's input, forget, cell, output."""
    first, output, forget, cell = rows.chunk(4, dim=0)
    return torch.cat([first, forget, cell, output], dim=0)


lstm = torch.nn.LSTM(features, units)
head = torch.nn.Linear(units, 1)
with torch.no_grad():
    lstm.weight_ih_l0.copy_(torch_gates(tensor("input", features, 4 * units).T))
    lstm.weight_hh_l0.copy_(torch_gates(tensor("recurrent", units, 4 * units).T))
    lstm.bias_ih_l0.copy_(torch_gates(tensor("bias", 4 * units)))
    lstm.bias_hh_l0.zero_()
    head.weight.copy_(tensor("head", 1, units))
    head.bias.zero_()
# The second bias of PyTorch's cell is redundant: it stays zero, so that both networks have the same parameters.
lstm.bias_hh_l0.requires_grad_(False)
parameters = [p for p in [*lstm.parameters(), *head.parameters()] if p.requires_grad]
optimiser = torch.optim.Adam(parameters, lr=problem["learningRate"])
sequence, target = tensor("sequence", steps, batch, features), tensor("target", batch, 1)

times, losses = [], []
for _ in range(problem["repeats"]):
    started = time.process_time()
    optimiser.zero_grad(set_to_none=True)
    _, (hidden, _) = lstm(sequence)
    loss = torch.mean((head(hidden[0]) - target) ** 2)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    optimiser.step()
    losses.append(loss.item())
    times.append((time.process_time() - started) * 1000)

print(json.dumps({"version": torch.__version__, "milliseconds": times, "losses": losses}))
