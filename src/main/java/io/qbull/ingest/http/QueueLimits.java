package io.qbull.ingest.http;

import io.qbull.model.QueueName;
import org.jspecify.annotations.Nullable;

/** The limits of requests. Asked for each request, because options are set after the app has been wired. Thread-safe. */
public interface QueueLimits {
    /**
     * @param queue any name from a request; null = the request is not for a queue
     * @return the largest body in bytes
     */
    int bodySize(@Nullable QueueName queue);

    /**
     * @param queue any name from a request
     * @return the longest key in bytes of UTF-8
     */
    int keyLength(QueueName queue);
}
