// SPDX-License-Identifier: Apache-2.0
package build.please.common.rpc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.IntConsumer;

/**
 * The JDK's only way to handle a signal, {@code sun.misc.Signal} in the supported module {@code
 * jdk.unsupported}. Reached by reflection, since javac warns of every use of it and the warning
 * cannot be turned off.
 */
final class Signals {
  private Signals() {}

  /**
   * Lets a thread of its own run {@code action} with the signal's number each time it arrives.
   * Signals that the process was started to ignore, as with nohup, stay ignored.
   *
   * @throws IllegalArgumentException if this JVM does not let us have the signal
   */
  static void handle(String name, IntConsumer action) {
    try {
      Class<?> signalClass = Class.forName("sun.misc.Signal");
      Class<?> handlerClass = Class.forName("sun.misc.SignalHandler");
      Object signal = signalClass.getConstructor(String.class).newInstance(name);
      Method number = signalClass.getMethod("getNumber");
      Method handle = signalClass.getMethod("handle", signalClass, handlerClass);
      Object handler =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handlerClass},
              (proxy, method, arguments) -> {
                // Of the methods of Object none is ever called on a handler.
                action.accept((int) number.invoke(arguments[0]));
                return null;
              });
      handle.invoke(null, signal, handler);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException("cannot handle SIG" + name, e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException("cannot handle SIG" + name, e);
    }
  }
}
