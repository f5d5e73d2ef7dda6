package io.qbull.chaos;

import io.qbull.model.KeyHash;
import java.util.ArrayList;
import java.util.List;

/**
 * The partitions of several queues of equal size.
 *
 * @param queues their names
 * @param each how many partitions a queue has
 */
record Partitions(List<String> queues, int each) implements Placement {
    /** The stream of a key. */
    String of(String queue, String key) {
        return queue + ":" + Long.remainderUnsigned(KeyHash.XXH64.hash(key), each);
    }

    @Override
    public boolean fits(String queue, String key, String stream) {
        return stream.equals(of(queue, key));
    }

    /** All streams. */
    List<String> streams() {
        List<String> streams = new ArrayList<>();
        for (String queue : queues) {
            for (int p = 0; p < each; p++) {
                streams.add(queue + ":" + p);
            }
        }
        return streams;
    }
}
