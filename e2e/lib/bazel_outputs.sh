# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What a build of the whole Bazel workspace must have left in bazel-bin.

expect_bazel_outputs() (
  cd "$WORKSPACE/bazel-bin" || fail 'there is no bazel-bin'

  expect_equal 'what the C++ program says' 'hello, world' "$(cc/hello)"

  expect_content gen/upper.txt HELLO
  expect_content gen/reversed.txt olleh
  expect_content gen/empty.txt ''
  expect_content gen/deep/er/file.txt deep
  expect_content gen/properties.txt properties
  # This Bazel gives the bit to every file that it downloads; the step exec looks closer.
  [[ -x gen/tool.sh ]] || fail 'gen/tool.sh is not executable'
  expect_content gen/use_tool.txt 'made by the tool'

  expect_content gen/big_sum.txt "$(sha256sum <"$WORKSPACE/gen/big.bin" | cut -d ' ' -f 1)"
  expect_content gen/big_copy_size.txt 10485760
  cat "$WORKSPACE/gen/big.bin" "$WORKSPACE/gen/big.bin" | cmp -s - gen/big_copy.bin ||
    fail 'gen/big_copy.bin has other bytes'

  expect_content tree/tree/sub/deep/two.txt two
  expect_equal 'what the program in the tree says' ran "$(tree/tree/sub/run.sh)"
  expect_content tree/listing.txt $'./one.txt\n./sub/deep/two.txt\n./sub/run.sh\nran\none\ntwo'

  expect_content links/real.txt real
  expect_link links/link.txt real.txt
  expect_content links/through_link.txt $'real\nreal'
  expect_link links/dangling nowhere/at/all
  expect_link links/linked_tree/file_link one.txt
  expect_link links/linked_tree/directory_link sub/deep
  expect_link links/linked_tree/sub/deep/up_link ../../one.txt
  expect_content links/linked_tree_contents.txt $'one\ntwo\none'
)
