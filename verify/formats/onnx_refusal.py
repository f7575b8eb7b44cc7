"""Why an ONNX operator is not read: one reason for each kind of function that is no network.

A ReLU network is continuous, piecewise linear and, with rational weights, exact. An operator
that bends smoothly, jumps, multiplies what it computes, or keeps a state is none.
"""

from collections.abc import Mapping

CUT_SOFTMAX = "cut-softmax"
LAST_SOFTMAX = ("Softmax", "LogSoftmax")

_SMOOTH = "is not piecewise linear: no ReLU network computes it exactly"
_SOFTMAX = (
    f"is not piecewise linear; where it is the last node, FILE#{CUT_SOFTMAX} reads the scores "
    "before it, which have the same greatest entry"
)
_PRODUCT = "multiplies functions of the input, which is not piecewise linear"
_JUMP = "jumps, and ReLU networks are continuous"
_STATE = "keeps a state along a sequence; only feed-forward graphs are read"
_CODE = "computes with codes of numbers, not with numbers"

_GROUPS: Mapping[str, tuple[str, ...]] = {
    _SOFTMAX: LAST_SOFTMAX,
    _SMOOTH: (
        *("Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "Celu", "Cos", "Cosh", "Elu", "Erf"),
        *("Exp", "Gelu", "Log", "Mish", "Pow", "Reciprocal", "Selu", "Sigmoid", "Sin", "Sinh"),
        *("Softplus", "Softsign", "Sqrt", "Swish", "Tan", "Tanh", "LpPool", "GlobalLpPool"),
        *("GroupNormalization", "InstanceNormalization", "LRN", "LayerNormalization"),
        *("LpNormalization", "MeanVarianceNormalization", "RMSNormalization", "ReduceL2"),
        *("ReduceLogSum", "ReduceLogSumExp", "ReduceProd", "ReduceSumSquare"),
    ),
    _PRODUCT: ("HardSwish", "Attention", "Det", "RotaryEmbedding"),
    _JUMP: (
        *("And", "ArgMax", "ArgMin", "Ceil", "Equal", "Floor", "Greater", "GreaterOrEqual"),
        *("Hardmax", "IsInf", "IsNaN", "Less", "LessOrEqual", "Mod", "NonZero", "Not", "Or"),
        *("Round", "Sign", "TopK", "Where", "Xor"),
    ),
    _STATE: ("GRU", "If", "LSTM", "Loop", "RNN", "Scan"),
    _CODE: ("DequantizeLinear", "DynamicQuantizeLinear", "QLinearConv", "QuantizeLinear"),
}

REASONS: Mapping[str, str] = {
    operator: reason for reason, operators in _GROUPS.items() for operator in operators
}
