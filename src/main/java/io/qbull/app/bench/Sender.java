package io.qbull.app.bench;

import io.qbull.component.QbullConstants;
import io.qbull.model.QueueName;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import org.apache.camel.AsyncProducer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultMessage;
import org.jspecify.annotations.Nullable;

/** Adds jobs through a {@code qbull:} endpoint, as a route does. Used by one thread at a time. */
final class Sender implements AutoCloseable {
    /** The most jobs under way of concurrent callers. */
    private static final int UNDER_WAY = 2000;

    private final BenchPod pod;
    private final Endpoint endpoint;
    private final AsyncProducer producer;
    private final int size;
    private final Semaphore room = new Semaphore(UNDER_WAY);
    private final AtomicLong refused = new AtomicLong();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    private Sender(BenchPod pod, Endpoint endpoint, int size) throws Exception {
        this.pod = pod;
        this.endpoint = endpoint;
        this.producer = endpoint.createAsyncProducer();
        this.size = size;
        producer.start();
    }

    /**
     * @param queue to add to
     * @param partitions of the queue
     * @throws Exception if the producer does not start
     */
    static Sender to(Scene scene, QueueName queue, int partitions) throws Exception {
        BenchPod pod = BenchPod.producing(scene.redisUri());
        return new Sender(
                pod,
                pod.context().getEndpoint("qbull:" + queue + "?partitions=" + partitions),
                scene.options().body());
    }

    /** Adds jobs one at a time. */
    void single(Deck deck, BooleanSupplier more) throws Exception {
        while (more.getAsBoolean()) {
            Exchange exchange = exchange(deck.next(0));
            producer.process(exchange);
            check(exchange);
        }
    }

    /** Adds single jobs, many at a time, and returns when all are answered. */
    void concurrent(Deck deck, BooleanSupplier more) throws InterruptedException {
        while (more.getAsBoolean()) {
            room.acquire();
            send(deck.next(0), true);
        }
        room.acquire(UNDER_WAY);
        room.release(UNDER_WAY);
    }

    /** Adds jobs as the elements of one body. */
    void bulk(Deck deck, BooleanSupplier more) throws Exception {
        Exchange exchange = endpoint.createExchange();
        exchange.getMessage().setBody(new Supply<Message>(more, () -> {
            Message message = new DefaultMessage(endpoint.getCamelContext());
            fill(message, deck.next(0));
            return message;
        }));
        producer.process(exchange);
        check(exchange);
    }

    /**
     * Adds jobs at a steady rate, whether earlier ones are answered or not. A job that is sent late keeps its intended time.
     *
     * @param perSecond how many
     * @param more whether a job with this time, as {@link System#nanoTime}, is to be sent
     */
    void openLoop(Deck deck, double perSecond, LongPredicate more) {
        long begin = System.nanoTime();
        double interval = 1e9 / perSecond;
        long due = begin;
        for (long i = 1; more.test(due); i++) {
            for (long early = due - System.nanoTime(); early > 0; early = due - System.nanoTime()) {
                LockSupport.parkNanos(early);
            }
            send(deck.next(due), false);
            due = begin + (long) (i * interval);
        }
    }

    /** Tells the scene of jobs that were not added, and why. */
    void judge(Scene scene, Part part) {
        Throwable why = failure.get();
        if (why != null) {
            scene.violated(part, refused.get() + " jobs were not added: " + Scene.why(why));
        }
    }

    private void send(Payload job, boolean bounded) {
        Exchange exchange = exchange(job);
        producer.process(exchange, done -> {
            check(exchange);
            if (bounded) {
                room.release();
            }
        });
    }

    private void check(Exchange exchange) {
        Throwable thrown = exchange.getException();
        if (thrown != null) {
            refused.incrementAndGet();
            failure.compareAndSet(null, thrown);
        }
    }

    private Exchange exchange(Payload job) {
        Exchange exchange = endpoint.createExchange();
        fill(exchange.getMessage(), job);
        return exchange;
    }

    private void fill(Message message, Payload job) {
        message.setHeader(QbullConstants.KEY, Scene.key(job.key()));
        message.setBody(job.body(size));
    }

    @Override
    public void close() {
        producer.stop();
        pod.close();
    }
}
