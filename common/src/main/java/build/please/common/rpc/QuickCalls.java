// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import io.grpc.MethodDescriptor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The calls that a server handles on the event loop of their connection, since the way to a pool
 * and back costs more than they do themselves.
 *
 * <p>Which these are is told by their first message: of a call with one request, or of a stream of
 * requests. All others begin there, too, if calls of their method may be quick, and go to the pool
 * once it was read. So do all of a method for a second after those before took a millisecond on
 * average: a disk that is slow today, say, does not hold the loop up for long.
 */
public final class QuickCalls {
  /** All calls go to the pool. */
  public static final QuickCalls NONE = new QuickCalls(Map.of());

  private final Map<String, Predicate<Object>> methods;

  private QuickCalls(Map<String, Predicate<Object>> methods) {
    this.methods = methods;
  }

  /**
   * These and the calls of one more method.
   *
   * @param isQuick whether a call with this first message neither blocks nor takes more than some
   *     hundred microseconds, or says so itself by {@link EventLoop#mayTakeLong}; must not throw
   */
  public <ReqT> QuickCalls and(MethodDescriptor<ReqT, ?> method, Predicate<? super ReqT> isQuick) {
    @SuppressWarnings("unchecked") // messages of this method are no others
    Predicate<Object> ofAnything = message -> isQuick.test((ReqT) message);
    Map<String, Predicate<Object>> all = new LinkedHashMap<>(methods);
    all.put(method.getFullMethodName(), ofAnything);
    return new QuickCalls(Map.copyOf(all));
  }

  /** These and others; of two of one method the others'. */
  public QuickCalls and(QuickCalls others) {
    Map<String, Predicate<Object>> all = new LinkedHashMap<>(methods);
    all.putAll(others.methods);
    return new QuickCalls(Map.copyOf(all));
  }

  /** By the full name of their method, what tells by a message whether a call is quick. */
  Map<String, Predicate<Object>> methods() {
    return methods;
  }
}
