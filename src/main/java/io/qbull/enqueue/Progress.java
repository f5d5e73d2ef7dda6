package io.qbull.enqueue;

import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import java.util.List;
import java.util.Map;

/**
 * How far earlier readings of a source have got. Pure.
 *
 * @param layouts under which records may have been added, by version; the last one is the current one
 * @param offsets version, then partition, to the offset of the last record added there under that version
 */
record Progress(List<Layout> layouts, Map<Integer, Map<Integer, Long>> offsets) {
    /**
     * Looks up each version with that version's own partitions: an offset says nothing about keys that another layout sent elsewhere.
     *
     * @param offset of a record
     * @param keyHash how its key maps to partitions
     * @param key its key
     * @return whether an earlier reading has added it
     */
    boolean covers(long offset, KeyHash keyHash, String key) {
        if (offsets.isEmpty()) {
            return false;
        }
        long hash = keyHash.hash(key);
        return layouts.stream()
                .anyMatch(layout -> offset
                        <= offsets.getOrDefault(layout.version(), Map.of()).getOrDefault(layout.indexOf(hash), -1L));
    }

    Layout current() {
        return layouts.get(layouts.size() - 1);
    }
}
