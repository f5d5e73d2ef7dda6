package io.qbull.component.node;

import io.qbull.model.PodId;
import io.qbull.model.QueueName;

/**
 * Endpoints with equal keys share a node.
 *
 * @param queue the queue
 * @param redisUri where the data is; may carry passwords
 * @param pod by which other pods know this process
 */
public record NodeKey(QueueName queue, String redisUri, PodId pod) {
    /** Without the address, which may carry a password. */
    @Override
    public String toString() {
        return "queue=" + queue + " pod=" + pod;
    }
}
