"""A dense autoencoder's own numbers, read from its LiteRT file and packed for a mirror that runs in a browser.

The converter has folded batch normalisation into the layers beside it, so what is here is what is served.
"""

import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from ai_edge_litert import schema_py_generated as schema

from core.images.data import Float

# What may stand behind a layer, as an operator of its own or fused into it, by the names that the mirror knows.
_OPERATORS = {
    schema.BuiltinOperator.RELU: "relu",
    schema.BuiltinOperator.LEAKY_RELU: "leaky_relu",
    schema.BuiltinOperator.LOGISTIC: "sigmoid",
    schema.BuiltinOperator.TANH: "tanh",
}
_FUSED = {
    schema.ActivationFunctionType.NONE: "linear",
    schema.ActivationFunctionType.RELU: "relu",
    schema.ActivationFunctionType.TANH: "tanh",
}

# A layer with n weights of standard deviation s is rounded to steps of s √n / FINENESS: each layer then adds about as
# much noise to the answer, and the large ones get the fewest bits. With this, a network of LARGE weights, such as
# kagami's, packs into 1.16 MB; smaller ones are rounded the more finely. How near they stay: core/README.md.
FINENESS = 28_000
LARGE = 1_148_928
# Above this a phone would be slow, and the file large.
MOST = 2_000_000


@dataclass(frozen=True, kw_only=True)
class Dense:
    """A dense layer: activation(weights · x + bias).

    weights: (outputs, inputs) float32; bias: (outputs,) float32.
    activation: "linear", "relu", "leaky_relu" (its `slope` below zero), "sigmoid" or "tanh".
    name: of the autoencoder's output that this layer gives, such as "latent".
    """

    weights: Float
    bias: Float
    activation: str = "linear"
    slope: float = 0.0
    name: str = ""


def dense_layers(path: Path) -> tuple[Dense, ...] | None:
    """The layers from image to reconstruction of a `model.tflite`, or None where it is no chain of dense layers."""
    model = schema.Model.GetRootAs(path.read_bytes(), 0)
    signatures = [model.SignatureDefs(i) for i in range(model.SignatureDefsLength())]
    signature = next(each for each in signatures if each.SignatureKey() == b"reconstruct")
    graph = model.Subgraphs(signature.SubgraphIndex())
    outputs = [signature.Outputs(i) for i in range(signature.OutputsLength())]
    names = {output.TensorIndex(): output.Name().decode() for output in outputs}

    def constant(tensor: int) -> Float | None:
        described = graph.Tensors(tensor)
        data = model.Buffers(described.Buffer()).DataAsNumpy()
        if described.Type() != schema.TensorType.FLOAT32 or not isinstance(data, np.ndarray):
            return None
        return data.view(np.float32).reshape(described.ShapeAsNumpy())

    layers: list[Dense] = []
    at = signature.Inputs(0).TensorIndex()
    # Where the last layer's bias was added by an operator of its own: the tensor before that, and the bias.
    without_bias, bias_apart = -1, np.zeros(1, np.float32)
    for i in range(graph.OperatorsLength()):
        operator = graph.Operators(i)
        code = model.OperatorCodes(operator.OpcodeIndex())
        kind = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        given = operator.InputsAsNumpy().tolist()
        # The converter lets a latent's bias be added beside the chain, for who asks for the latent, and folds it into
        # the next layer's.
        beside = given[0] == without_bias and kind == schema.BuiltinOperator.FULLY_CONNECTED
        if operator.OutputsLength() != 1 or not (given[0] == at or beside):
            return None
        without_bias = -1
        at = operator.Outputs(0)
        if kind == schema.BuiltinOperator.FULLY_CONNECTED:
            fused = _options(operator, schema.FullyConnectedOptions()).FusedActivationFunction()
            weights = constant(given[1])
            bias = constant(given[2]) if given[2:] and given[2] >= 0 else np.zeros(1, np.float32)
            if weights is None or bias is None or fused not in _FUSED:
                return None
            bias = np.broadcast_to(bias, len(weights))
            if beside:
                bias = bias - weights @ bias_apart
            layers.append(Dense(weights=weights, bias=bias, activation=_FUSED[fused]))
        elif not layers or layers[-1].activation != "linear" or layers[-1].name:
            return None
        elif kind == schema.BuiltinOperator.ADD:
            fused = _options(operator, schema.AddOptions()).FusedActivationFunction()
            more = constant(given[1])
            if more is None or fused not in _FUSED:
                return None
            if _FUSED[fused] == "linear":
                without_bias, bias_apart = given[0], more
            layers[-1] = replace(layers[-1], bias=layers[-1].bias + more, activation=_FUSED[fused])
        elif kind in _OPERATORS:
            slope = 0.0
            if kind == schema.BuiltinOperator.LEAKY_RELU:
                slope = float(_options(operator, schema.LeakyReluOptions()).Alpha())
            layers[-1] = replace(layers[-1], activation=_OPERATORS[kind], slope=slope)
        else:
            return None
        layers[-1] = replace(layers[-1], name=names.get(at, ""))
    return tuple(layers)


def _options(operator: Any, table: Any) -> Any:
    """The operator's options, read as that table."""
    options = operator.BuiltinOptions()
    table.Init(options.Bytes, options.Pos)
    return table


def rounded(layers: Sequence[Dense]) -> list[tuple[npt.NDArray[np.int32], float]]:
    """For each layer its weights (outputs, inputs) as whole steps, and the step."""
    finer = np.clip(LARGE / sum(layer.weights.size for layer in layers), 1, 8) ** 2
    found = []
    for layer in layers:
        step = float(layer.weights.std()) * layer.weights.size**0.5 / (FINENESS * finer) or 1.0
        found.append((np.rint(layer.weights / np.float32(step)).astype(np.int32), step))
    return found


def pack(layers: Sequence[Dense]) -> bytes | None:
    """Layers as one gzip file for `core/ui/shared/network.js`; None where they are too many weights to be quick.

    Inside: the length of a JSON header as uint32, the header, and for each layer its steps with the weights of one
    input together, an upper byte for each and then their lower `low` bits, eight weights to `low` bytes; and its
    bias as float32. All little-endian. Weights lie in a bell: a byte of their upper part takes 5 to 6 bits when
    compressed, their lower bits are noise.
    """
    if sum(layer.weights.size for layer in layers) > MOST:
        return None
    header, body = [], []
    for layer, (steps, step) in zip(layers, rounded(layers), strict=True):
        steps = steps.T.ravel()  # (inputs · outputs,)
        low = max(0, int(np.abs(steps).max() >> 7).bit_length())
        upper = ((steps >> low) + 128).astype(np.uint8)
        bits = (steps[:, np.newaxis] >> np.arange(low)) & 1  # (inputs · outputs, low)
        body += [
            upper.tobytes(),
            np.packbits(bits.astype(np.uint8), bitorder="little").tobytes(),
            np.ascontiguousarray(layer.bias, "<f4").tobytes(),
        ]
        header.append(
            {
                "inputs": layer.weights.shape[1],
                "outputs": layer.weights.shape[0],
                "step": step,
                "low": low,
                "activation": layer.activation,
                "slope": layer.slope,
                "name": layer.name,
            }
        )
    described = json.dumps({"layers": header}).encode()
    # Only Huffman: there is nothing to find twice, and searching for it would take ten times as long.
    packer = zlib.compressobj(9, zlib.DEFLATED, 31, 9, zlib.Z_HUFFMAN_ONLY)
    return packer.compress(b"".join([struct.pack("<I", len(described)), described, *body])) + packer.flush()
