"""A stand-in for a GPU on a CPU: which tensors would be on it, and what would have to wait for them."""

import sys
from contextlib import contextmanager

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

READING = {"_local_scalar_dense", "nonzero", "masked_select", "_unique2", "equal", "is_nonzero"}
INDEXING = {"index", "index_put", "index_put_", "_index_put_impl_"}


class Watch(TorchDispatchMode):
    """Takes what is computed from tensors on the device for on it, and notes the operations that wait for it."""

    def __init__(self, tensors):
        super().__init__()
        self.there = {}  # by id; the tensors are held, so that no other gets the id of one that is gone
        self.waited = []
        for tensor in tensors:
            self.put(tensor)

    def put(self, tensor):
        self.there[id(tensor)] = tensor
        return tensor

    def is_there(self, tensor):
        return id(tensor) in self.there

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        name = function.overloadpacket.__name__
        given = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
        if any(map(self.is_there, given)):
            # what counts the captions of each time step is made where the lengths are, on the CPU
            for leaf in tree_leaves(result[0] if name == "_pack_padded_sequence" else result):
                if isinstance(leaf, torch.Tensor):
                    self.put(leaf)
            if name in READING or (name in INDEXING and self.has_bad_index(args[1])):
                self.waited.append(name)
        return result

    def has_bad_index(self, indices):
        """Tell whether indices are a mask, which is counted, or come from the CPU, which is a transfer that waits."""
        return any(i is not None and (i.dtype == torch.bool or not self.is_there(i)) for i in indices)


@contextmanager
def watching(trainer, monkeypatch):
    """Watch what is done as if the model, the inputs and the features of a trainer were on a GPU."""
    tensors = [*trainer.model.parameters(), *trainer.model.buffers(), trainer.train.inputs, trainer.train.features]
    watch = Watch(tensors)
    for name, module in list(sys.modules.items()):
        if name.startswith("crosscap.") and hasattr(module, "moved"):
            monkeypatch.setattr(module, "moved", lambda tensor, device: watch.put(tensor.clone()))
    with watch:
        yield watch
