package io.qbull.it;

import io.qbull.component.QbullConstants;
import io.qbull.it.History.Place;
import io.qbull.model.StreamId;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.camel.AsyncProducer;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.jspecify.annotations.Nullable;

/** A client that gives each job an id and repeats the job under that id until Redis has it. */
final class RepeatingClient implements AutoCloseable {
    private static final int UNDER_WAY = 500;

    private final CamelContext context = new DefaultCamelContext();
    private final Endpoint endpoint;
    private final AsyncProducer producer;
    private final String work;
    private final Semaphore room = new Semaphore(UNDER_WAY);
    private final ConcurrentLinkedQueue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final AtomicInteger resent = new AtomicInteger();

    /**
     * @param uri of the endpoint
     * @param work work of each job, with a blank in front; may be empty
     */
    RepeatingClient(String uri, String work) {
        this.work = work;
        try {
            context.start();
            endpoint = context.getEndpoint(uri);
            producer = endpoint.createAsyncProducer();
            producer.start();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * @param job its number
     * @param invokedAt when it was handed over
     * @param place where it was added; null for a duplicate
     */
    record Answer(int job, long invokedAt, @Nullable Place place) {}

    /** Sends job {@code number}, the only one of its key; waits while too many jobs are unanswered. */
    void send(int number) throws InterruptedException {
        room.acquire();
        attempt(number);
    }

    private void attempt(int number) {
        Exchange exchange = endpoint.createExchange();
        exchange.getMessage().setHeader(QbullConstants.KEY, "k" + number);
        exchange.getMessage().setHeader(QbullConstants.JOB_ID, "id-" + number);
        exchange.getMessage().setBody(("k" + number + ":0" + work).getBytes(StandardCharsets.UTF_8));
        long invokedAt = System.nanoTime();
        producer.process(exchange, doneSync -> answered(number, invokedAt, exchange));
    }

    private void answered(int number, long invokedAt, Exchange exchange) {
        if (exchange.getException() != null) {
            resent.incrementAndGet();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            attempt(number);
            return;
        }
        boolean duplicate = exchange.getMessage().getHeader(QbullConstants.DUPLICATE, Boolean.class);
        answers.add(new Answer(number, invokedAt, duplicate ? null : place(exchange)));
        room.release();
    }

    private static Place place(Exchange exchange) {
        return new Place(
                exchange.getMessage().getHeader(QbullConstants.PARTITION, Integer.class),
                StreamId.parse(exchange.getMessage().getHeader(QbullConstants.STREAM_ID, String.class)));
    }

    /** The number of answered calls so far. */
    int answered() {
        return answers.size();
    }

    /** The number of repeats after failures. */
    int resent() {
        return resent.get();
    }

    /** Waits until every call is answered. */
    Iterable<Answer> finish() throws InterruptedException {
        if (!room.tryAcquire(UNDER_WAY, 120, TimeUnit.SECONDS)) {
            throw new IllegalStateException((UNDER_WAY - room.availablePermits()) + " sendings were never answered");
        }
        return answers;
    }

    @Override
    public void close() {
        producer.stop();
        context.stop();
    }
}
