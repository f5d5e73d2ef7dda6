package io.qbull.it;

import io.qbull.component.QbullConstants;
import io.qbull.it.Event.JobRef;
import io.qbull.it.History.Place;
import io.qbull.it.History.Result;
import io.qbull.it.History.Sent;
import io.qbull.model.EnqueueException;
import io.qbull.model.StreamId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.AsyncProducer;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.jspecify.annotations.Nullable;

/**
 * Sends jobs through the component's producer, many at a time, and records the result of each. One thread sends, so that the jobs of a
 * key have an order. It repeats nothing. Keys are random with a fixed seed. A job whose work is {@code delay=MILLISECONDS} runs that much
 * later.
 */
final class Producer implements AutoCloseable {
    private static final int UNDER_WAY = 2000;
    private static final Pattern DELAY = Pattern.compile(" delay=(\\d+)");

    private final CamelContext context = new DefaultCamelContext();
    private final Endpoint endpoint;
    private final AsyncProducer producer;
    private final String prefix;
    private final int keys;
    private final String suffix;
    private final boolean original;
    private final Random random = new Random(42);
    private final Map<String, Integer> next = new HashMap<>();
    private final ConcurrentLinkedQueue<Sent> sent = new ConcurrentLinkedQueue<>();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final Map<String, Integer> failures = new HashMap<>();
    private final Semaphore room = new Semaphore(UNDER_WAY);
    private volatile boolean stopped;

    /**
     * @param redisUri address of Redis, or of a proxy in front of it
     * @param queue where to send
     * @param options of the producer's endpoint
     * @param keys number of different keys
     * @param suffix end of each body, with a blank in front; may be empty
     */
    Producer(String redisUri, String queue, String options, int keys, String suffix) {
        this(redisUri, queue, options, "k", keys, suffix);
    }

    /**
     * @param prefix what its keys begin with; each producer of a queue needs its own
     */
    Producer(String redisUri, String queue, String options, String prefix, int keys, String suffix) {
        this.prefix = prefix;
        this.keys = keys;
        this.suffix = suffix;
        this.original = options.contains("format=qbull");
        try {
            context.start();
            endpoint = context.getEndpoint("qbull:" + queue + "?redisUri=RAW(" + redisUri + ")&" + options);
            producer = endpoint.createAsyncProducer();
            producer.start();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Sends jobs; returns when the last one is sent.
     *
     * @param jobs how many
     * @param perSecond the highest rate; 0 = as fast as answers come
     */
    void send(int jobs, int perSecond) throws InterruptedException {
        send(jobs, perSecond, job -> suffix);
    }

    /**
     * The same, each job with a work of its own.
     *
     * @param work of the job with that number, with a blank in front
     */
    void send(int jobs, int perSecond, IntFunction<String> work) throws InterruptedException {
        long begin = System.nanoTime();
        for (int i = 0; i < jobs && !stopped; i++) {
            if (perSecond > 0) {
                long early = begin + i * 1_000_000_000L / perSecond - System.nanoTime();
                if (early > 1_000_000) {
                    LockSupport.parkNanos(early);
                }
            }
            room.acquire();
            sendOne(prefix + random.nextInt(keys), work.apply(i));
        }
    }

    /** Sends one job of the given key without waiting. */
    JobRef sendNow(String key, String work) throws InterruptedException {
        room.acquire();
        return sendOne(key, work);
    }

    private JobRef sendOne(String key, String work) {
        Exchange exchange = endpoint.createExchange();
        Matcher delay = DELAY.matcher(work);
        if (delay.find()) {
            exchange.getMessage().setHeader(QbullConstants.DELAY, delay.group(1));
        }
        exchange.getMessage().setHeader(QbullConstants.KEY, key);
        JobRef job = new JobRef(key, next.merge(key, 1, Integer::sum) - 1);
        String body = original ? "{\"job\":\"" + job + work + "\"}" : job + work;
        exchange.getMessage().setBody(body.getBytes(StandardCharsets.UTF_8));
        long invokedAt = System.nanoTime();
        producer.process(exchange, doneSync -> answered(job, invokedAt, exchange));
        return job;
    }

    private void answered(JobRef job, long invokedAt, Exchange exchange) {
        Exception failure = exchange.getException();
        if (failure == null) {
            accepted.incrementAndGet();
            sent.add(new Sent(job, invokedAt, Result.ACCEPTED, place(exchange)));
        } else {
            failed.incrementAndGet();
            synchronized (failures) {
                failures.merge(kind(failure), 1, Integer::sum);
            }
            boolean known = !(failure instanceof EnqueueException e) || e.kind() != EnqueueException.Kind.UNKNOWN;
            sent.add(new Sent(job, invokedAt, known ? Result.REFUSED : Result.UNKNOWN, null));
        }
        room.release();
    }

    private static String kind(Exception failure) {
        return failure instanceof EnqueueException e
                ? e.kind() + " " + e.getMessage()
                : failure.getClass().getSimpleName();
    }

    private static @Nullable Place place(Exchange exchange) {
        return new Place(
                exchange.getMessage().getHeader(QbullConstants.PARTITION, Integer.class),
                StreamId.parse(exchange.getMessage().getHeader(QbullConstants.STREAM_ID, String.class)));
    }

    /** The number of jobs without an answer yet. */
    int underWay() {
        return UNDER_WAY - room.availablePermits();
    }

    /** Makes {@link #send} return early. */
    void stop() {
        stopped = true;
    }

    int accepted() {
        return accepted.get();
    }

    int failed() {
        return failed.get();
    }

    /** How often each failure was reported. */
    Map<String, Integer> failures() {
        synchronized (failures) {
            return Map.copyOf(failures);
        }
    }

    /** Waits for all answers and returns the record. */
    List<Sent> finish() throws InterruptedException {
        if (!room.tryAcquire(UNDER_WAY, 60, TimeUnit.SECONDS)) {
            throw new IllegalStateException((UNDER_WAY - room.availablePermits()) + " sendings were never answered");
        }
        room.release(UNDER_WAY);
        return new ArrayList<>(sent);
    }

    @Override
    public void close() {
        stop();
        producer.stop();
        context.stop();
    }
}
