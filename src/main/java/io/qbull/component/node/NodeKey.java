package io.qbull.component;

import io.qbull.model.PodId;
import io.qbull.model.QueueName;

/**
 * What makes two endpoints use one node.
 *
 * @param queue the queue
 * @param redisUri where the data is; carries passwords
 * @param pod who the process is for the others
 */
record NodeKey(QueueName queue, String redisUri, PodId pod) {
    /** Without the address, which may carry a password. */
    @Override
    public String toString() {
        return "queue=" + queue + " pod=" + pod;
    }
}
