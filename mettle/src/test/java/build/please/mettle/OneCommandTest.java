// SPDX-License-Identifier: Apache-2.0
package build.please.mettle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import build.please.common.cas.Cas;
import build.please.common.cas.Digest;
import build.please.common.cli.CommandLines;
import build.please.common.cli.LoggingOptions;
import build.please.elan.StorageFlag;
import build.please.elan.meter.ElanMeters;
import build.please.elan.store.StoreConfig;
import build.please.proto.execution.Action;
import build.please.proto.execution.Command;
import build.please.proto.execution.Directory;
import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code mettle one}, on a store of files. */
@Timeout(60)
final class OneCommandTest {
  @TempDir Path directory;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private Cas cas;

  @BeforeEach
  void open() throws IOException {
    Files.createDirectory(directory.resolve("store"));
    cas =
        new StorageFlag(storage(), directory)
            .open(StoreConfig.DEFAULT, ElanMeters.unseen(), Clock.systemUTC())
            .cas();
  }

  @AfterEach
  void close() throws IOException {
    cas.close();
  }

  private String storage() {
    return "file://" + directory.resolve("store");
  }

  private int one(String... arguments) {
    out.reset();
    err.reset();
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("--dir=" + directory.resolve("work"));
    all.add("--cache_dir=" + directory.resolve("cache"));
    PrintStream stderr = new PrintStream(err, true, StandardCharsets.UTF_8);
    CommandLine line = CommandLines.of(new OneCommand(new LoggingOptions(), out, stderr), "test");
    return line.setErr(new PrintWriter(stderr, true, StandardCharsets.UTF_8))
        .execute(all.toArray(String[]::new));
  }

  private String stdout() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String stderr() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private Digest store(MessageLite message) throws IOException {
    ByteString bytes = message.toByteString();
    Digest digest = Digest.of(bytes);
    cas.blobs().writeAll(Map.of(digest, bytes));
    return digest;
  }

  private Digest action(String script) throws IOException {
    Command command =
        Command.newBuilder()
            .addArguments("/bin/sh")
            .addArguments("-c")
            .addArguments(script)
            .addOutputPaths("out")
            .build();
    return store(
        Action.newBuilder()
            .setCommandDigest(store(command).toProto())
            .setInputRootDigest(store(Directory.getDefaultInstance()).toProto())
            .build());
  }

  private static String name(Digest digest) {
    return digest.hash() + "/" + digest.size();
  }

  @Test
  void actions_areRunInTurnAndTheirOutputsStored() throws IOException {
    Digest first = action("echo one; echo two >&2; echo three > out");
    Digest second = action("echo four");

    assertEquals(0, one("-s", storage(), name(first), name(second) + "/"), this::stderr);
    assertEquals("one\nfour\n", stdout());
    assertTrue(stderr().contains("two\n"), this::stderr);
    Digest output = Digest.of(ByteString.copyFromUtf8("three\n"));
    assertTrue(stderr().contains("output out " + name(output)), this::stderr);
    assertTrue(cas.blobs().findMissing(List.of(output)).isEmpty());
  }

  @Test
  void actionCache_isNeitherAskedNorChanged() throws IOException {
    Digest action = action("echo ran >> " + directory.resolve("runs"));
    one("-s", storage(), name(action));
    one("-s", storage(), name(action));

    assertEquals("ran\nran\n", Files.readString(directory.resolve("runs")));
    assertTrue(cas.actions().find(action).isEmpty());
  }

  @Test
  void exitCode_isThatOfTheFirstThatFails() throws IOException {
    assertEquals(
        7,
        one(
            "-s",
            storage(),
            name(action("exit 0")),
            name(action("exit 7")),
            name(action("exit 8"))));
  }

  @Test
  void absentAction_isInfrastructure_andTheNextIsRun() throws IOException {
    Digest absent = Digest.of(ByteString.copyFromUtf8("absent"));

    assertEquals(125, one("-s", storage(), name(absent), name(action("echo on"))));
    assertEquals("on\n", stdout());
    assertTrue(stderr().contains(absent.hash()), this::stderr);
  }

  @Test
  void nothing_isLeftBehind() throws IOException {
    one("-s", storage(), name(action("mkdir a; touch a/b; chmod 500 a")));
    try (Stream<Path> left = Files.list(directory.resolve("work"))) {
      assertEquals(List.of(), left.toList());
    }
  }

  @Test
  void local_bringsCopiesOfTheInputsAndRunsNothing() throws Exception {
    ByteString content = ByteString.copyFromUtf8("content\n");
    cas.blobs().writeAll(Map.of(Digest.of(content), content));
    Directory.Builder root = Directory.newBuilder();
    root.addFilesBuilder().setName("in").setDigest(Digest.of(content).toProto());
    Command.Builder command =
        Command.newBuilder()
            .addArguments("/bin/sh")
            .addArguments("-c")
            .addArguments("tr a-z A-Z < in > out/file; echo \"it's $A\"")
            .addOutputPaths("out/file");
    command.addEnvironmentVariablesBuilder().setName("A").setValue("a 'b'");
    Digest action =
        store(
            Action.newBuilder()
                .setCommandDigest(store(command.build()).toProto())
                .setInputRootDigest(store(root.build()).toProto())
                .build());

    assertEquals(0, one("-s", storage(), "--local", name(action)), this::stderr);
    Path staged = directory.resolve("work").resolve("one_" + action.hash()).resolve("root");
    assertEquals("content\n", Files.readString(staged.resolve("in")));
    assertEquals(1, Files.getAttribute(staged.resolve("in"), "unix:nlink"));
    assertFalse(Files.exists(staged.resolve("out/file")));
    Process shell = new ProcessBuilder("/bin/sh", "-c", stdout()).redirectErrorStream(true).start();
    assertEquals(
        "it's a 'b'\n", new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    assertEquals("CONTENT\n", Files.readString(staged.resolve("out/file")));

    refused("one_" + action.hash(), "-s", storage(), "--local", name(action));
  }

  @Test
  void wrongArguments_areRefusedInOneLine() throws IOException {
    refused("'abc' is not the HASH/SIZE", "-s", storage(), "abc");
    refused("is not the HASH/SIZE", "-s", storage(), action("true").hash() + "/x");
    refused("ACTION", "-s", storage());
    refused("--storage is required", name(action("true")));
    refused("--storage", "-s", "file://" + directory.resolve("no/such"), name(action("true")));
    refused("--instance_name", "-s", "127.0.0.1:1", "-i", "blobs", name(action("true")));
    refused("--token_file", "-s", "127.0.0.1:1", "--token_file", "/no/such", name(action("true")));
  }

  private void refused(String why, String... arguments) {
    assertEquals(1, one(arguments), this::stderr);
    assertEquals(1, stderr().lines().count(), this::stderr);
    assertTrue(stderr().contains(why), this::stderr);
    assertFalse(stderr().contains("Exception"), this::stderr);
  }

  @Test
  void hashWithoutSize_isTakenForAnActionOfTheUsualSize() throws Exception {
    String hash = Digest.of(ByteString.copyFromUtf8("action")).hash();
    assertEquals(new Digest(hash, ActionArgument.USUAL_SIZE), new ActionArgument().convert(hash));
  }
}
