"""The network of a cameo model as ONNX: argv model.cameo network.onnx. The encoder stays out, in the peer's favour."""
import json
import struct
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

data = open(sys.argv[1], "rb").read()
(length,) = struct.unpack("<Q", data[:8])
header = json.loads(data[8 : 8 + length])
network = json.loads(header["__metadata__"]["network"])
nodes, weights, name = [], [], "x"
for layer in range(len(network["sizes"]) - 1):
    for kind in ("weight", "bias"):
        entry = header[f"layers.{layer}.{kind}"]
        begin, end = entry["data_offsets"]
        values = np.frombuffer(data[8 + length + begin : 8 + length + end], np.float32).reshape(entry["shape"])
        weights.append(numpy_helper.from_array(values, f"{kind}{layer}"))
    last = layer == len(network["sizes"]) - 2
    nodes.append(helper.make_node("Gemm", [name, f"weight{layer}", f"bias{layer}"], [f"z{layer}"]))
    name = "p" if last else f"h{layer}"
    nodes.append(helper.make_node("Sigmoid" if last else "Relu", [f"z{layer}"], [name]))
graph = helper.make_graph(
    nodes,
    "network",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, network["sizes"][0]])],
    [helper.make_tensor_value_info("p", TensorProto.FLOAT, [1, 1])],
    weights,
)
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), sys.argv[2])
