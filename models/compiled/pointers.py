"""Memory by its address: asked for before it is needed, or read as an array."""

from __future__ import annotations

from llvmlite import ir
from numba import carray, njit, types
from numba.extending import intrinsic

_READ, _KEEP, _DATA = 0, 3, 1


@intrinsic
def prefetch(typing, array, place):
    """Ask for the cache line of an element of a flat array; it need not exist.

    Nothing depends on it but time: a model is larger than a core's own cache, and most of the time
    of a pass would be spent waiting for one line after another.
    """

    def generate(context, builder, signature, arguments):
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        at = builder.gep(data, [arguments[1]])
        flag = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [at.type, flag, flag, flag])
        name = "llvm.prefetch.p0"
        call = builder.module.globals.get(name) or ir.Function(builder.module, kind, name)
        at = builder.bitcast(at, call.function_type.args[0])
        builder.call(call, [at, flag(_READ), flag(_KEEP), flag(_DATA)])
        return context.get_dummy_value()

    return types.void(array, types.int64), generate


@intrinsic
def _pointer(typing, address):
    """Take a number for an address."""

    def generate(context, builder, signature, arguments):
        return builder.inttoptr(arguments[0], context.get_value_type(types.voidptr))

    return types.voidptr(types.int64), generate


@njit(nogil=True)
def array_at(model, field, dtype):
    """Array of which `model[field]` holds address and length; see `models.compiled.memory`."""
    return carray(_pointer(model[field, 0]), model[field, 1], dtype)


@njit(nogil=True)
def grid_at(model, field, dtype):
    """Two-dimensional array of which `model[field]` holds address and shape."""
    return carray(_pointer(model[field, 0]), (model[field, 1], model[field, 2]), dtype)
