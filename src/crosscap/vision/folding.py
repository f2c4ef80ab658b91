"""Batch normalisation folded into the convolutions before it: a network that computes the same in fewer passes.

In evaluation mode a batch normalisation scales and shifts each channel by constants, which a convolution can do itself.
"""

from __future__ import annotations

from torch import fx, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


def fold_batch_norms(network: nn.Module) -> nn.Module:
    """Return a network in evaluation mode with its batch normalisations folded; what it computes differs in last bits.

    Those that follow no convolution, as in the dense blocks of DenseNet, stay. The network itself is left as it is.
    """
    if not any(isinstance(module, nn.BatchNorm2d) for module in network.modules()):
        return network
    traced = fx.symbolic_trace(network)
    modules = dict(traced.named_modules())
    for node in traced.graph.nodes:
        before = node.args[0] if node.args else None
        if not isinstance(modules.get(str(node.target)), nn.BatchNorm2d) or not isinstance(before, fx.Node):
            continue
        convolution = modules.get(str(before.target))
        if isinstance(convolution, nn.Conv2d) and len(before.users) == 1:
            traced.set_submodule(str(before.target), fuse_conv_bn_eval(convolution, modules[str(node.target)]))
            node.replace_all_uses_with(before)
            traced.graph.erase_node(node)
    traced.delete_all_unused_submodules()
    traced.recompile()
    return traced
