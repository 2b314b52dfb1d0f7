# SPDX-License-Identifier: Apache-2.0
"""A directory as one output, and a rule that looks at what arrived of it."""

def _tree_impl(ctx):
    out = ctx.actions.declare_directory(ctx.label.name)
    ctx.actions.run_shell(
        outputs = [out],
        command = "set -eu; mkdir -p \"$1\"; cd \"$1\"; " + ctx.attr.cmd,
        arguments = [out.path],
        mnemonic = "MakeTree",
    )
    return [DefaultInfo(files = depset([out]))]

# Runs cmd in the directory, which is the rule's output.
tree = rule(
    implementation = _tree_impl,
    attrs = {"cmd": attr.string(mandatory = True)},
)

def _look_impl(ctx):
    out = ctx.actions.declare_file(ctx.label.name + ".txt")
    ctx.actions.run_shell(
        inputs = ctx.files.tree,
        outputs = [out],
        command = "set -eu; out=$PWD/$2; cd \"$1\"; { " + ctx.attr.cmd + "; } > \"$out\"",
        arguments = [ctx.files.tree[0].path, out.path],
        mnemonic = "LookAtTree",
    )
    return [DefaultInfo(files = depset([out]))]

# Runs cmd in another rule's directory; what it prints is this rule's output.
look = rule(
    implementation = _look_impl,
    attrs = {
        "cmd": attr.string(mandatory = True),
        "tree": attr.label(mandatory = True),
    },
)
