package io.qbull.bench;

import static io.qbull.bench.BenchPod.QUEUE;

import io.qbull.component.QbullConstants;
import io.qbull.testing.HeldSet;
import io.qbull.testing.RedisServer;
import io.qbull.testing.Resp;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.AsyncProducer;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;

/**
 * Measures what a key with many jobs whose first job always fails costs the other keys of its partition: jobs of the other keys per second
 * with and without it, in turns, and the heap in use after each round.
 */
public final class HeldKey {
    private static final int BODY = 100;
    private static final int KEYS = 1000;
    private static final int UNDER_WAY = 5000;
    private static final String BAD = "bad";
    private static final String OPTIONS = "partitions=1&partitionsPerPod=1&maxAttempts=1&whenExhausted=hold-key";

    private HeldKey() {}

    /**
     * @param args jobs of the other keys (50000), jobs of the held key (10000), rounds (3)
     * @throws Exception if anything fails
     */
    public static void main(String[] args) throws Exception {
        int others = args.length > 0 ? Integer.parseInt(args[0]) : 50_000;
        int held = args.length > 1 ? Integer.parseInt(args[1]) : 10_000;
        int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 3;
        System.out.printf("%d jobs of %d keys, beside %d of a held one, one partition%n", others, KEYS, held);
        round(others, held);
        double[] without = new double[rounds];
        double[] with = new double[rounds];
        for (int i = 0; i < rounds; i++) {
            without[i] = round(others, 0);
            with[i] = round(others, held);
        }
        Arrays.sort(without);
        Arrays.sort(with);
        System.out.printf(
                Locale.ROOT,
                "median: without %.0f/s, with %.0f/s, x%.2f%n",
                without[rounds / 2],
                with[rounds / 2],
                with[rounds / 2] / without[rounds / 2]);
        Runtime.getRuntime().halt(0);
    }

    /** Adds each job of the held key between two jobs of other keys. */
    @SuppressWarnings("try") // An interrupted close ends the measurement, which is all it has to do.
    private static double round(int others, int held) throws Exception {
        try (RedisServer redis = RedisServer.start();
                Resp resp = redis.connect()) {
            add(redis, others, held);
            AtomicInteger done = new AtomicInteger();
            AtomicLong first = new AtomicLong();
            long before = heap();
            try (CamelContext context = BenchPod.start(redis.uri(), OPTIONS, exchange -> {
                first.compareAndSet(0, System.nanoTime());
                if (BAD.equals(exchange.getMessage().getHeader(QbullConstants.KEY))) {
                    throw new IllegalStateException("it always fails");
                }
                done.incrementAndGet();
            })) {
                while (done.get() < others) {
                    TimeUnit.MILLISECONDS.sleep(1);
                }
                double perSecond = others * 1e9 / (System.nanoTime() - first.get());
                while (resp.number("XLEN", QUEUE + ":0") + HeldSet.count(resp, "{" + QUEUE + ":0}:held:jobs") > held) {
                    TimeUnit.MILLISECONDS.sleep(5);
                }
                System.out.printf(
                        Locale.ROOT,
                        "%6d held: %8.0f/s of the others; held in Redis %d, left in the stream %d, heap in use %+.1f MB%n",
                        held,
                        perSecond,
                        HeldSet.count(resp, "{" + QUEUE + ":0}:held:jobs"),
                        resp.number("XLEN", QUEUE + ":0"),
                        (heap() - before) / 1e6);
                context.stop();
                return perSecond;
            }
        }
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @SuppressWarnings("try") // Likewise.
    private static void add(RedisServer redis, int others, int held) throws Exception {
        try (CamelContext context = BenchPod.producerOnly(redis.uri())) {
            Endpoint endpoint = context.getEndpoint("qbull:" + QUEUE + "?partitions=1");
            AsyncProducer producer = endpoint.createAsyncProducer();
            producer.start();
            Semaphore room = new Semaphore(UNDER_WAY);
            int added = 0;
            for (int i = 0; i < others; i++) {
                send(endpoint, producer, room, "key" + i % KEYS);
                for (; added < (long) held * (i + 1) / others; added++) {
                    send(endpoint, producer, room, BAD);
                }
            }
            room.acquire(UNDER_WAY);
            producer.stop();
        }
    }

    private static void send(Endpoint endpoint, AsyncProducer producer, Semaphore room, String key) throws Exception {
        room.acquire();
        Exchange exchange = endpoint.createExchange();
        exchange.getMessage().setHeader(QbullConstants.KEY, key);
        exchange.getMessage().setBody(new byte[BODY]);
        producer.process(exchange, done -> room.release());
    }
}
