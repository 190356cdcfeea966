"""Writes test/vectors/onnx/small-model.onnx with the reference onnx package (Debian python3-onnx 1.12).

Usage: /usr/bin/python3 scripts/generate/onnx-fixture.py
The TypeScript writer must produce the same bytes for the same graph.
"""
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OUT = Path(__file__).resolve().parents[2] / "test/vectors/onnx/small-model.onnx"

weights = numpy_helper.from_array(np.array([[1, -2, 3], [0.5, 0.25, -0.125]], dtype=np.float32), "t1")
offset = numpy_helper.from_array(np.array(-1.5, dtype=np.float32), "t3")
axes = numpy_helper.from_array(np.array([0], dtype=np.int64), "t6")
nodes = [
    helper.make_node("MatMul", ["x", "t1"], ["t2"], name="node_t2"),
    helper.make_node("Add", ["t2", "t3"], ["t4"], name="node_t4"),
    helper.make_node("Transpose", ["t4"], ["t5"], name="node_t5", perm=[1, 0]),
    helper.make_node("ReduceSum", ["t5", "t6"], ["t7"], name="node_t7", keepdims=0),
    helper.make_node("Identity", ["t7"], ["y"], name="node_y"),
]
graph = helper.make_graph(
    nodes,
    "small",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 2])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch"])],
    [weights, offset, axes],
)
model = helper.make_model(graph, producer_name="plimsoll", opset_imports=[helper.make_opsetid("", 17)])
model.ir_version = 8
entry = model.metadata_props.add()
entry.key, entry.value = "purpose", "fixture"
onnx.checker.check_model(model, full_check=True)
OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_bytes(model.SerializeToString())
print(f"{OUT}: {OUT.stat().st_size} bytes")
