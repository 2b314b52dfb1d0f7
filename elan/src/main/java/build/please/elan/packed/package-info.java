// SPDX-License-Identifier: Apache-2.0
/**
 * Small objects in a log: appended to segment files, found by an index in memory.
 *
 * <p>A segment is a file {@code NNNNNNNNNN.segment}. All numbers are little-endian.
 *
 * <pre>
 * header   64 bytes: magic "ELANPACK", version (4), number (4), made, in seconds since 1970 (8),
 *          zeros (36), CRC32C of the 60 bytes before (4)
 * records  each at a multiple of 8: {@link build.please.elan.packed.RecordHeader}, bytes, zeros
 * footer   only once the segment is closed: 48 bytes for each record, see {@link
 *          build.please.elan.packed.Footer}, and a trailer of 32 bytes
 * </pre>
 *
 * <p>Segments are written one after the other, and each from its beginning to its end. So of two
 * records of one name the one in the later segment, or further back in the same, is the newer, and
 * a restart that reads them in that order ends where the log did.
 *
 * <p>The trailer is written after all before it has been forced to disk. A segment without one is
 * read from its beginning: records are compared with their checksums, and the first that is torn is
 * the end. A file {@code uses} holds when objects were last used; it is replaced from time to time,
 * and may be missing.
 */
@NullMarked
package build.please.elan.packed;

import org.jspecify.annotations.NullMarked;
