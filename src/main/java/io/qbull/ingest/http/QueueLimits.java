package io.qbull.ingest.http;

import io.qbull.model.QueueName;
import org.jspecify.annotations.Nullable;

/** What a request may carry. Asked for each request: options are set after the app has been wired. Thread-safe. */
public interface QueueLimits {
    /**
     * @param queue any name that a client wrote; null = the request is not for a queue
     * @return the largest body in bytes
     */
    int bodySize(@Nullable QueueName queue);

    /**
     * @param queue any name that a client wrote
     * @return the longest key in bytes of UTF-8
     */
    int keyLength(QueueName queue);
}
