package io.qbull.partition;

import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * Which partition each key belongs to by a layout.
 *
 * @param version version of that layout
 * @param reach index behind the last partition that any known layout has
 * @param of the index of the partition of a key
 */
public record KeyHomes(int version, int reach, ToIntFunction<String> of) {
    /**
     * @param index of a partition
     * @return which keys belong to other partitions
     */
    Predicate<String> elsewhere(int index) {
        return key -> of.applyAsInt(key) != index;
    }
}
