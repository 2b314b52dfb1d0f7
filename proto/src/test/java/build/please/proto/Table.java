// SPDX-License-Identifier: Apache-2.0
package build.please.proto;

import build.please.proto.asset.RemoteAssetProto;
import build.please.proto.bbcas.CasProto;
import build.please.proto.bytestream.BytestreamProto;
import build.please.proto.control.ControlProto;
import build.please.proto.control.ProgressProto;
import build.please.proto.elan.CollectorProto;
import build.please.proto.execution.RemoteExecutionProto;
import build.please.proto.fleet.FleetProto;
import build.please.proto.logstream.RemoteLogstreamProto;
import build.please.proto.mettle.MettleProto;
import build.please.proto.purity.PurityProto;
import build.please.proto.resourceusage.ResourceUsageProto;
import build.please.proto.semver.SemverProto;
import com.google.protobuf.Descriptors.FileDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A table of what must be on the wire, and the generated files that it speaks of.
 *
 * @param resource path of the table on the class path
 */
record Table(String resource, List<FileDescriptor> files) {
  Table {
    files = List.copyOf(files);
  }

  /** The Remote Execution API and its companions. */
  static Table wire() {
    return new Table(
        "/wire.tsv",
        List.of(
            RemoteExecutionProto.getDescriptor(),
            SemverProto.getDescriptor(),
            RemoteAssetProto.getDescriptor(),
            RemoteLogstreamProto.getDescriptor(),
            BytestreamProto.getDescriptor()));
  }

  /** What please-servers and Buildbarn have besides: private services, auxiliary metadata. */
  static Table compat() {
    return new Table(
        "/compat.tsv",
        List.of(
            MettleProto.getDescriptor(),
            PurityProto.getDescriptor(),
            ResourceUsageProto.getDescriptor(),
            CasProto.getDescriptor()));
  }

  /** What only our own servers and commands say to each other. */
  static Table ours() {
    return new Table(
        "/ours.tsv",
        List.of(
            CollectorProto.getDescriptor(),
            ControlProto.getDescriptor(),
            FleetProto.getDescriptor(),
            ProgressProto.getDescriptor()));
  }

  /** Every table there is. */
  static Stream<Table> all() {
    return Stream.of(wire(), compat(), ours());
  }

  /** Path of each file as protoc knows it. */
  Stream<String> fileNames() {
    return files.stream().map(FileDescriptor::getName);
  }

  /** What the generated files hold. */
  List<Row> descriptors() {
    return files.stream().map(DescriptorRows::of).flatMap(List::stream).toList();
  }

  /** What the table says, in its order. */
  List<Row> rows() throws IOException {
    try (InputStream in = Objects.requireNonNull(Table.class.getResourceAsStream(resource))) {
      List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
      String[] columns = lines.get(0).split("\t", -1);
      return lines.stream().skip(1).map(line -> Row.parse(columns, line)).toList();
    }
  }

  @Override
  public String toString() {
    return resource;
  }
}
