// SPDX-License-Identifier: Apache-2.0
package build.please.proto;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.GenericDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Writes down every element of a generated file as the row that the wire table must have. */
final class DescriptorRows {
  private final List<Row> rows = new ArrayList<>();

  private DescriptorRows() {}

  /** One row for each element of the file, in the order of the file. */
  static List<Row> of(FileDescriptor file) {
    DescriptorRows all = new DescriptorRows();
    file.getServices().forEach(service -> all.addService(file.getPackage(), service));
    file.getMessageTypes().forEach(message -> all.addMessage(file.getPackage(), message));
    file.getEnumTypes().forEach(type -> all.addEnum(file.getPackage(), type));
    file.getExtensions().forEach(field -> all.addField("extension", file.getPackage(), field));
    return List.copyOf(all.rows);
  }

  private void addService(String parent, ServiceDescriptor service) {
    add("service", parent, service, "service");
    service.getMethods().forEach(this::addMethod);
  }

  private void addMethod(MethodDescriptor method) {
    add(
        "method",
        method.getService().getFullName(),
        method,
        "rpc",
        "request",
        method.getInputType().getFullName(),
        "response",
        method.getOutputType().getFullName(),
        "client_stream",
        Boolean.toString(method.isClientStreaming()),
        "server_stream",
        Boolean.toString(method.isServerStreaming()),
        "http",
        http(method));
  }

  private static String http(MethodDescriptor method) {
    if (!method.getOptions().hasExtension(AnnotationsProto.http)) {
      return "";
    }
    HttpRule rule = method.getOptions().getExtension(AnnotationsProto.http);
    FieldDescriptor pattern =
        HttpRule.getDescriptor().findFieldByNumber(rule.getPatternCase().getNumber());
    String line =
        "%s %s".formatted(pattern.getName().toUpperCase(Locale.ROOT), rule.getField(pattern));
    if (!rule.getBody().isEmpty()) {
      line += " body=" + rule.getBody();
    }
    HttpRule rest = rule.toBuilder().clearField(pattern).clearBody().build();
    return rest.equals(HttpRule.getDefaultInstance()) ? line : line + " and " + rest;
  }

  private void addMessage(String parent, Descriptor message) {
    add("message", parent, message, "message");
    String name = message.getFullName();
    message.getFields().forEach(field -> addField("field", name, field));
    message.getExtensions().forEach(field -> addField("extension", name, field));
    message
        .toProto()
        .getReservedRangeList()
        .forEach(range -> addReservedNumbers(name, range.getStart(), range.getEnd() - 1));
    message.toProto().getReservedNameList().forEach(reserved -> addReservedName(name, reserved));
    message.getEnumTypes().forEach(type -> addEnum(name, type));
    message.getNestedTypes().stream()
        .filter(nested -> !nested.getOptions().getMapEntry())
        .forEach(nested -> addMessage(name, nested));
  }

  private void addField(String kind, String parent, FieldDescriptor field) {
    OneofDescriptor oneof = field.getRealContainingOneof();
    add(
        kind,
        parent,
        field,
        type(field),
        "number",
        Integer.toString(field.getNumber()),
        "label",
        label(field),
        "oneof",
        oneof == null ? "" : oneof.getName());
  }

  private static String type(FieldDescriptor field) {
    return switch (field.getType()) {
      case MESSAGE, GROUP ->
          field.isMapField() ? mapType(field) : field.getMessageType().getFullName();
      case ENUM -> field.getEnumType().getFullName();
      default -> field.getType().name().toLowerCase(Locale.ROOT);
    };
  }

  private static String mapType(FieldDescriptor field) {
    Descriptor entry = field.getMessageType();
    return "map<%s,%s>"
        .formatted(type(entry.findFieldByName("key")), type(entry.findFieldByName("value")));
  }

  private static String label(FieldDescriptor field) {
    if (field.isMapField()) {
      return "map";
    }
    if (field.isRepeated()) {
      return "repeated";
    }
    return field.toProto().getProto3Optional() ? "optional" : "singular";
  }

  private void addEnum(String parent, EnumDescriptor type) {
    add("enum", parent, type, "enum");
    type.getValues().forEach(this::addValue);
    String name = type.getFullName();
    type.toProto()
        .getReservedRangeList()
        .forEach(range -> addReservedNumbers(name, range.getStart(), range.getEnd()));
    type.toProto().getReservedNameList().forEach(reserved -> addReservedName(name, reserved));
  }

  private void addValue(EnumValueDescriptor value) {
    String type = value.getType().getFullName();
    add("value", type, value, type, "number", Integer.toString(value.getNumber()));
  }

  private void add(
      String kind, String parent, GenericDescriptor element, String type, String... more) {
    Row row = Row.of("kind", kind, "parent", parent, "name", element.getName(), "type", type);
    rows.add(row.with(more).with("flags", isDeprecated(element) ? "deprecated" : ""));
  }

  private static boolean isDeprecated(GenericDescriptor element) {
    Message options = (Message) field(element.toProto(), "options");
    return (boolean) field(options, "deprecated");
  }

  private static Object field(Message message, String name) {
    return message.getField(message.getDescriptorForType().findFieldByName(name));
  }

  private void addReservedNumbers(String parent, int first, int last) {
    String numbers = first == last ? Integer.toString(first) : first + "-" + last;
    rows.add(
        Row.of("kind", "reserved", "parent", parent, "number", numbers, "type", "reserved number"));
  }

  private void addReservedName(String parent, String name) {
    rows.add(Row.of("kind", "reserved", "parent", parent, "name", name, "type", "reserved name"));
  }
}
