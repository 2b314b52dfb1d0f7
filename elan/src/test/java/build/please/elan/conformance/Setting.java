// SPDX-License-Identifier: Apache-2.0
package build.please.elan.conformance;

/** Where a case runs. */
enum Setting {
  MEMORY_IN_PROCESS(Store.MEMORY, Transport.IN_PROCESS),
  FILES_IN_PROCESS(Store.FILES, Transport.IN_PROCESS),
  DISK_IN_PROCESS(Store.DISK, Transport.IN_PROCESS),
  CLOUD_IN_PROCESS(Store.CLOUD, Transport.IN_PROCESS),
  MEMORY_ON_A_SOCKET(Store.MEMORY, Transport.SOCKET),
  FILES_ON_A_SOCKET(Store.FILES, Transport.SOCKET);

  enum Store {
    MEMORY,
    FILES,
    /** Packed. */
    DISK,
    /** A fake of it, or the one at the address in the property {@code gcs.emulator}. */
    CLOUD
  }

  enum Transport {
    IN_PROCESS,
    SOCKET
  }

  private final Store store;
  private final Transport transport;

  Setting(Store store, Transport transport) {
    this.store = store;
    this.transport = transport;
  }

  Store store() {
    return store;
  }

  Transport transport() {
    return transport;
  }
}
