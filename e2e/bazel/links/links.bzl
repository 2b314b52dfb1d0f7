# SPDX-License-Identifier: Apache-2.0
"""Symbolic links as outputs of actions."""

def _linked_impl(ctx):
    real = ctx.actions.declare_file("real.txt")
    link = ctx.actions.declare_file("link.txt")
    ctx.actions.run_shell(
        outputs = [real, link],
        command = "echo real > \"$1\" && ln -s real.txt \"$2\"",
        arguments = [real.path, link.path],
        mnemonic = "MakeLink",
    )
    return [DefaultInfo(files = depset([real, link]))]

# The action makes one of its two output files as a link to the other.
linked = rule(implementation = _linked_impl)

def _dangling_impl(ctx):
    out = ctx.actions.declare_symlink(ctx.label.name)
    ctx.actions.run_shell(
        outputs = [out],
        command = "ln -s nowhere/at/all \"$1\"",
        arguments = [out.path],
        mnemonic = "MakeDanglingLink",
    )
    return [DefaultInfo(files = depset([out]))]

# An output declared as a link; its target exists nowhere.
dangling = rule(implementation = _dangling_impl)
