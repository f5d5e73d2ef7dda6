package io.qbull.enqueue;

import io.qbull.model.KeyHash;
import io.qbull.model.PodId;
import io.qbull.model.QueueName;

/**
 * Whose jobs an {@link Enqueuer} adds.
 *
 * @param queue the queue
 * @param pod this pod
 * @param nonce unique for this enqueuer, over all lives of the pod; letters and digits
 * @param keyHash how keys map to partitions
 */
public record ProducerIdentity(QueueName queue, PodId pod, String nonce, KeyHash keyHash) {
    /**
     * @return the name under which Redis remembers this producer's calls; used by no other producer, now or later
     */
    String name() {
        return pod.value() + "#" + nonce;
    }
}
