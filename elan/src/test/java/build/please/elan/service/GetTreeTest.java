// SPDX-License-Identifier: Apache-2.0
package build.please.elan.service;

import static build.please.elan.service.Statuses.assertCode;
import static build.please.elan.service.Statuses.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Digest;
import build.please.elan.store.Blobs;
import build.please.proto.execution.Directory;
import build.please.proto.execution.DirectoryNode;
import build.please.proto.execution.GetTreeRequest;
import build.please.proto.execution.GetTreeResponse;
import build.please.proto.execution.SymlinkNode;
import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
final class GetTreeTest {
  private final ElanInProcess elan = new ElanInProcess();

  @AfterEach
  void stop() {
    elan.close();
  }

  private Digest store(Directory directory) throws IOException {
    return Blobs.store(elan.blobs, directory.toByteString());
  }

  private static Directory.Builder named(String marker) {
    return Directory.newBuilder()
        .addSymlinks(SymlinkNode.newBuilder().setName("link").setTarget(marker));
  }

  private static DirectoryNode child(String name, Digest digest) {
    return DirectoryNode.newBuilder().setName(name).setDigest(digest.toProto()).build();
  }

  private List<GetTreeResponse> pages(GetTreeRequest request) {
    List<GetTreeResponse> pages = new ArrayList<>();
    elan.cas().getTree(request).forEachRemaining(pages::add);
    return pages;
  }

  private static List<Directory> directories(List<GetTreeResponse> pages) {
    return pages.stream().flatMap(page -> page.getDirectoriesList().stream()).toList();
  }

  private static GetTreeRequest tree(Digest root) {
    return GetTreeRequest.newBuilder().setRootDigest(root.toProto()).build();
  }

  /** GTR-01, GTR-03, GTR-11. */
  @Test
  void everyDirectoryOnce_absentOnesLeftOut() throws IOException {
    Directory leaf = named("leaf").build();
    Directory shared = named("shared").addDirectories(child("leaf", store(leaf))).build();
    Digest absent = Digest.of(new byte[] {1});
    Directory root =
        named("root")
            .addDirectories(child("a", store(shared)))
            .addDirectories(child("b", Digest.of(shared)))
            .addDirectories(child("c", absent))
            .build();

    List<GetTreeResponse> pages = pages(tree(store(root)));

    assertEquals(List.of(root, shared, leaf), directories(pages));
    assertEquals("", pages.get(pages.size() - 1).getNextPageToken());
  }

  /** Fault 73: 2^40 paths over 40 directories. */
  @Test
  void merkleBomb_isForty() throws IOException {
    Directory directory = Directory.getDefaultInstance();
    for (int i = 0; i < 40; i++) {
      Digest below = store(directory);
      directory =
          named("level " + i)
              .addDirectories(child("a", below))
              .addDirectories(child("b", below))
              .build();
    }
    assertEquals(41, directories(pages(tree(store(directory)))).size());
  }

  /** Fault 74: no recursion, no stack overflow. */
  @Test
  void deepChain_isWalked() throws IOException {
    Digest below = Digest.EMPTY;
    for (int i = 0; i < 10_000; i++) {
      below = store(named("level " + i).addDirectories(child("down", below)).build());
    }
    assertEquals(10_001, directories(pages(tree(below))).size());
  }

  /**
   * GTR-04 to GTR-07, Appendix C 2: it streams on, and each page but the last says how to go on.
   */
  @Test
  void pageSize_boundsEachPage_andTokensResume() throws IOException {
    Directory.Builder builder = Directory.newBuilder();
    for (int i = 0; i < 10; i++) {
      builder.addDirectories(child("d" + i, store(named("d" + i).build())));
    }
    Directory root = builder.build();
    GetTreeRequest request = tree(store(root)).toBuilder().setPageSize(3).build();

    List<GetTreeResponse> pages = pages(request);

    assertEquals(
        List.of(3, 3, 3, 2), pages.stream().map(GetTreeResponse::getDirectoriesCount).toList());
    for (int i = 0; i + 1 < pages.size(); i++) {
      String token = pages.get(i).getNextPageToken();
      assertTrue(!token.isEmpty());
      assertEquals(
          directories(pages.subList(i + 1, pages.size())),
          directories(pages(request.toBuilder().setPageToken(token).build())));
    }
    assertEquals("", pages.get(3).getNextPageToken());
  }

  /** GTR-09. */
  @Test
  void largeTree_comesInMessagesBelowTheLimit() throws IOException {
    Directory.Builder builder = Directory.newBuilder();
    for (int i = 0; i < 64; i++) {
      builder.addDirectories(child("d" + i, store(named(i + "x".repeat(100_000)).build())));
    }
    List<GetTreeResponse> pages = pages(tree(store(builder.build())));

    assertEquals(65, directories(pages).size());
    assertTrue(pages.size() > 1);
    pages.forEach(page -> assertTrue(page.getSerializedSize() < 2 << 20));
  }

  /** GTR-12. */
  @Test
  void emptyRoot_isOneEmptyDirectory() {
    assertEquals(List.of(Directory.getDefaultInstance()), directories(pages(tree(Digest.EMPTY))));
  }

  /** GTR-02, GTR-10, GTR-13. */
  @Test
  void badRequests_haveTheirCodes() throws IOException {
    Digest root = store(named("root").build());
    assertCode(
        Status.Code.NOT_FOUND, () -> pages(tree(Digest.of(new byte[] {1})).toBuilder().build()));
    assertInvalid(() -> pages(GetTreeRequest.getDefaultInstance()));
    assertInvalid(() -> pages(tree(root).toBuilder().setPageSize(-1).build()));
    for (String token :
        List.of("x", "-1-" + root.hash(), "1", "1-" + Digest.EMPTY.hash(), "7-" + root.hash())) {
      assertInvalid(() -> pages(tree(root).toBuilder().setPageToken(token).build()));
    }
    Digest noDirectory = Blobs.store(elan.blobs, ByteString.copyFromUtf8("no directory"));
    assertInvalid(() -> pages(tree(noDirectory)));
    Digest childless =
        store(
            Directory.newBuilder()
                .addDirectories(DirectoryNode.newBuilder().setName("no digest"))
                .build());
    assertInvalid(() -> pages(tree(childless)));
  }
}
