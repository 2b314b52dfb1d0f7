// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.proto.execution.ContentAddressableStorageGrpc;
import build.please.proto.execution.Directory;
import build.please.proto.execution.GetTreeRequest;
import build.please.proto.execution.GetTreeResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** GTR: a directory and all below it. */
final class GetTreeTest extends Section {
  GetTreeTest() {
    check("GTR-01 GTR-11", "every directory that is reachable, once", GetTreeTest::everyOne);
    check("GTR-02", "an absent root is NOT_FOUND", GetTreeTest::absentRoot);
    check("GTR-02", "a store out of order is no absence", GetTreeTest::outage);
    check("GTR-03", "an absent descendant is left out", GetTreeTest::absentDescendant);
    check("GTR-03", "a corrupt descendant is never sent", GetTreeTest::corruptDescendant);
    check("GTR-04 GTR-05", "page_size bounds each page", GetTreeTest::pageSize);
    check("GTR-06 GTR-07", "a token goes on where its page ended", GetTreeTest::tokens);
    check("GTR-07", "a token keeps its place in a tree that grows", GetTreeTest::growing);
    check("GTR-08", "without page_size all come in one call", GetTreeTest::allPages);
    check("GTR-09", "no message nears 4 MiB", GetTreeTest::messages);
    check("GTR-09", "nor does one with two large directories", GetTreeTest::twoLarge);
    check("GTR-10", "malformed sizes and tokens are refused", GetTreeTest::malformed);
    checkInMemory("GTR-11", "a chain of 100,000 is walked", GetTreeTest::deepChain);
    check("GTR-11", "2^18 paths over 19 directories are 19 directories", GetTreeTest::bomb);
    check("GTR-11", "2^40 paths over 41 directories are 41", GetTreeTest::largerBomb);
    check("GTR-12", "the empty root is one empty directory", GetTreeTest::emptyRoot);
    check("GTR-12", "an empty directory below is one too", GetTreeTest::emptyBelow);
    check("GTR-13", "a root that is no Directory is refused", GetTreeTest::noDirectory);
    check("GTR-08", "a client that stops reading stops the server", GetTreeTest::stalled);
  }

  private static void everyOne(TestedElan elan) throws IOException {
    Directory leaf = Trees.named("leaf").build();
    Blob leafBlob = elan.stored(leaf);
    Directory shared = Trees.named("shared").addDirectories(Trees.child("x", leafBlob)).build();
    Blob sharedBlob = elan.storedPacked(Blob.of(shared));
    Directory root =
        Trees.named("root")
            .addDirectories(Trees.child("a", sharedBlob))
            .addDirectories(Trees.child("b", sharedBlob))
            .addDirectories(Trees.child("c", leafBlob))
            .build();

    List<Directory> all = Trees.directories(elan, elan.stored(root));

    assertEquals(3, all.size());
    assertEquals(Set.of(root, shared, leaf), Set.copyOf(all));
    assertEquals(root, all.get(0));
  }

  private static void absentRoot(TestedElan elan) throws IOException {
    Expect.notFound(() -> Trees.directories(elan, elan.blob(10)));

    Blob root = elan.stored(Trees.named("absent root").build());
    elan.lose(root);
    Expect.notFound(() -> Trees.directories(elan, root));
  }

  private static void outage(TestedElan elan) throws IOException {
    Blob root = elan.stored(Trees.named("outage").build());
    elan.bucket().fail();

    Expect.code(Status.Code.UNAVAILABLE, () -> Trees.directories(elan, root));
  }

  private static void absentDescendant(TestedElan elan) throws IOException {
    Directory below = Trees.named("below").build();
    Directory there =
        Trees.named("there").addDirectories(Trees.child("z", elan.stored(below))).build();
    Directory root =
        Trees.named("root of absent")
            .addDirectories(Trees.child("a", elan.blob(10)))
            .addDirectories(Trees.child("b", elan.stored(there)))
            .build();

    assertEquals(List.of(root, there, below), Trees.directories(elan, elan.stored(root)));
  }

  private static void corruptDescendant(TestedElan elan) throws IOException {
    Directory child = Trees.named("corrupt child").build();
    Blob blob = elan.stored(child);
    Directory root = Trees.named("root of corrupt").addDirectories(Trees.child("a", blob)).build();
    Blob stored = elan.stored(root);
    elan.bucket().put(blob.key(), Trees.named("forged! child").build().toByteArray());

    assertEquals(List.of(root), Trees.directories(elan, stored));
  }

  /** A root with so many directories below it. */
  private static Blob wide(TestedElan elan, String name, int children, int bytes)
      throws IOException {
    Directory.Builder root = Trees.named(name);
    for (int i = 0; i < children; i++) {
      Directory child = Trees.named(name + i + "x".repeat(bytes)).build();
      root.addDirectories(Trees.child("d" + i, elan.stored(child)));
    }
    return elan.stored(root.build());
  }

  private static void pageSize(TestedElan elan) throws IOException {
    Blob root = wide(elan, "page size", 10, 0);
    for (int size : List.of(1, 3, 10, 11, Integer.MAX_VALUE)) {
      List<GetTreeResponse> pages =
          Trees.pages(elan, Trees.of(root).toBuilder().setPageSize(size).build());
      for (int i = 0; i < pages.size(); i++) {
        assertTrue(pages.get(i).getDirectoriesCount() <= size);
        assertEquals(i + 1 == pages.size(), pages.get(i).getNextPageToken().isEmpty());
      }
      assertEquals(11, Set.copyOf(Trees.directories(pages)).size());
    }
  }

  private static void tokens(TestedElan elan) throws IOException {
    GetTreeRequest request =
        Trees.of(wide(elan, "tokens", 10, 0)).toBuilder().setPageSize(3).build();
    List<GetTreeResponse> pages = Trees.pages(elan, request);
    assertEquals(4, pages.size());
    for (int i = 0; i + 1 < pages.size(); i++) {
      String token = pages.get(i).getNextPageToken();
      assertEquals(
          Trees.directories(pages.subList(i + 1, pages.size())),
          Trees.directories(Trees.pages(elan, request.toBuilder().setPageToken(token).build())));
    }
    assertEquals(pages, Trees.pages(elan, request));
  }

  private static void growing(TestedElan elan) throws IOException {
    Blob late = Blob.of(Trees.named("late").build());
    Blob one = elan.stored(Trees.named("growing one").build());
    Blob two = elan.stored(Trees.named("growing two").build());
    Blob root =
        elan.stored(
            Trees.named("growing")
                .addDirectories(Trees.child("a", late))
                .addDirectories(Trees.child("b", one))
                .addDirectories(Trees.child("c", two))
                .build());
    GetTreeRequest request = Trees.of(root).toBuilder().setPageSize(2).build();
    String token = Trees.pages(elan, request).get(0).getNextPageToken();
    elan.stored(late);

    assertEquals(
        List.of(Directory.parseFrom(two.bytes())),
        Trees.directories(Trees.pages(elan, request.toBuilder().setPageToken(token).build())));
  }

  private static void allPages(TestedElan elan) throws IOException {
    Blob root = wide(elan, "all pages", 200, 20_000);

    assertEquals(201, Trees.directories(elan, root).size());
  }

  private static void messages(TestedElan elan) throws IOException {
    List<GetTreeResponse> pages = Trees.pages(elan, Trees.of(wide(elan, "messages", 64, 100_000)));

    assertTrue(pages.size() > 3);
    pages.forEach(page -> assertTrue(page.getSerializedSize() < 2 << 20));
  }

  private static void twoLarge(TestedElan elan) throws IOException {
    List<GetTreeResponse> pages =
        Trees.pages(elan, Trees.of(wide(elan, "large", 3, (2 << 20) + 100_000)));

    assertEquals(4, Trees.directories(pages).size());
    pages.forEach(page -> assertTrue(page.getSerializedSize() < 3 << 20));
  }

  private static void malformed(TestedElan elan) throws IOException {
    Blob root = wide(elan, "malformed", 4, 0);
    Blob other = wide(elan, "other", 4, 0);
    GetTreeRequest request = Trees.of(root).toBuilder().setPageSize(2).build();
    String good = Trees.pages(elan, request).get(0).getNextPageToken();
    String ofOther =
        Trees.pages(elan, request.toBuilder().setRootDigest(other.proto()).build())
            .get(0)
            .getNextPageToken();

    // Of one whose directories are all of this tree, but for its root.
    Blob above = elan.stored(Trees.named("above").addDirectories(Trees.child("m", root)).build());
    String ofAbove =
        Trees.pages(elan, request.toBuilder().setRootDigest(above.proto()).build())
            .get(0)
            .getNextPageToken();

    Expect.invalid(() -> Trees.pages(elan, request.toBuilder().setPageSize(-1).build()));
    Expect.invalid(
        () -> Trees.pages(elan, request.toBuilder().setPageSize(Integer.MIN_VALUE).build()));
    Expect.invalid(() -> Trees.pages(elan, request.toBuilder().clearRootDigest().build()));
    for (String token :
        List.of(
            "x",
            " ",
            "0",
            "-1",
            "1-" + root.digest().hash(),
            "9".repeat(30) + good,
            good + good,
            good.substring(1),
            "7".repeat(1_000_000),
            ofOther,
            ofAbove,
            "-" + good)) {
      Expect.invalid(
          token, () -> Trees.pages(elan, request.toBuilder().setPageToken(token).build()));
    }
  }

  private static void deepChain(TestedElan elan) throws IOException {
    Blob below = Blob.of("");
    for (int i = 0; i < 100_000; i++) {
      below =
          elan.stored(
              Directory.newBuilder().addDirectories(Trees.child("level" + i, below)).build());
    }
    assertEquals(100_001, Trees.directories(elan, below).size());
  }

  private static void bomb(TestedElan elan) throws IOException {
    assertEquals(19, Trees.directories(elan, Trees.bomb(elan, 18)).size());
  }

  private static void largerBomb(TestedElan elan) throws IOException {
    assertEquals(41, Trees.directories(elan, Trees.bomb(elan, 40)).size());
  }

  private static void emptyRoot(TestedElan elan) {
    assertEquals(List.of(Directory.getDefaultInstance()), Trees.directories(elan, Blob.of("")));
  }

  private static void emptyBelow(TestedElan elan) throws IOException {
    Directory root =
        Trees.named("empty below").addDirectories(Trees.child("e", Blob.of(""))).build();

    assertEquals(
        List.of(root, Directory.getDefaultInstance()), Trees.directories(elan, elan.stored(root)));
  }

  private static void noDirectory(TestedElan elan) throws IOException {
    for (Blob blob :
        List.of(Blob.of("no directory"), elan.blob(100), elan.blob(100_000), Blob.of("\n\u00ff"))) {
      elan.stored(blob);
      Expect.invalid(() -> Trees.directories(elan, blob));
    }
  }

  private static void stalled(TestedElan elan) throws IOException {
    Blob root = wide(elan, "stalled", 100, 100_000);
    AtomicInteger received = new AtomicInteger();
    List<Directory> all = new ArrayList<>();
    CompletableFuture<Status> end = new CompletableFuture<>();
    ClientCall<GetTreeRequest, GetTreeResponse> call =
        elan.channel()
            .newCall(
                ContentAddressableStorageGrpc.getGetTreeMethod(),
                CallOptions.DEFAULT.withDeadlineAfter(Patience.LIMIT));
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(GetTreeResponse page) {
            received.incrementAndGet();
            all.addAll(page.getDirectoriesList());
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            end.complete(status);
          }
        },
        new Metadata());
    call.sendMessage(Trees.of(root));
    call.halfClose();
    call.request(1);
    Eventually.hold("the first page", () -> received.get() == 1);
    assertFalse(end.isDone());

    call.request(Integer.MAX_VALUE);
    assertEquals(Status.Code.OK, end.join().getCode());
    assertEquals(101, all.size());
  }
}
