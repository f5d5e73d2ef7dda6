package io.qbull.component;

import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.support.PollingConsumerSupport;
import org.apache.camel.util.StopWatch;
import org.jspecify.annotations.Nullable;

/**
 * Hands out jobs one by one to {@code pollEnrich}, {@code poll} and {@link org.apache.camel.ConsumerTemplate}. While it is started it owns
 * partitions as a route's consumer does; jobs of a partition that nobody polls wait, and go back as soon as it stops or another pod gets
 * the partition. Thread-safe.
 */
final class QbullPollingConsumer extends PollingConsumerSupport {
    /** How long a receive without a limit waits before it looks whether this was stopped. */
    private static final long SLICE_MILLIS = 200;

    private final QbullEndpoint endpoint;
    private volatile @Nullable PollingSession session;

    /**
     * @param endpoint names the queue and the options
     */
    QbullPollingConsumer(QbullEndpoint endpoint) {
        super(endpoint);
        this.endpoint = endpoint;
    }

    @Override
    public @Nullable Exchange receive() {
        return receive(Long.MAX_VALUE);
    }

    @Override
    public @Nullable Exchange receiveNoWait() {
        return receive(0);
    }

    @Override
    public @Nullable Exchange receive(long timeout) {
        StopWatch watch = new StopWatch();
        Exchange received = null;
        long left = timeout;
        do {
            PollingSession polled = session;
            if (polled == null) {
                throw new RejectedExecutionException("the polling consumer of " + endpoint + " is stopped");
            }
            try {
                received = polled.poll(Math.min(SLICE_MILLIS, left));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return null;
            }
            left = timeout - watch.taken();
        } while (received == null && left > 0 && isRunAllowed());
        return received;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        session = endpoint.getComponent().joinPolling(endpoint);
    }

    @Override
    protected void doStop() throws Exception {
        PollingSession left = session;
        session = null;
        if (left != null) {
            endpoint.getComponent().leavePolling(left);
        }
        super.doStop();
    }
}
