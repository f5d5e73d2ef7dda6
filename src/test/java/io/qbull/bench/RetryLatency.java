package io.qbull.bench;

import static io.qbull.bench.BenchPod.QUEUE;

import io.qbull.component.QbullConstants;
import io.qbull.testing.RedisServer;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.camel.AsyncProducer;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * Measures what failing jobs cost the healthy keys: the time from when a job is to be sent to its start in the route, at a steady rate, in
 * alternating runs without and with failures. Half of the keys are healthy. In the other half one job in ten fails one to three times, and
 * ten keys always fail.
 */
public final class RetryLatency {
    private static final int PARTITIONS = 16;
    private static final int KEYS = 1000;
    private static final int HOPELESS = 20;
    private static final int ROUNDS = 3;
    private static final String OPTIONS =
            "partitions=" + PARTITIONS + "&partitionsPerPod=" + PARTITIONS + "&maxAttempts=4&backoff=100ms";

    private RetryLatency() {}

    /**
     * @param args jobs of each key (40), jobs a second (2000)
     * @throws Exception if anything fails
     */
    public static void main(String[] args) throws Exception {
        int jobsPerKey = args.length > 0 ? Integer.parseInt(args[0]) : 40;
        int perSecond = args.length > 1 ? Integer.parseInt(args[1]) : 2000;
        System.out.printf("%d keys of %d jobs, %d a second, one pod%n", KEYS, jobsPerKey, perSecond);
        run(5, perSecond, true);
        double[] calm = new double[ROUNDS];
        double[] failing = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            calm[round] = print("without failures", run(jobsPerKey, perSecond, false));
            failing[round] = print("with failures", run(jobsPerKey, perSecond, true));
        }
        Arrays.sort(calm);
        Arrays.sort(failing);
        System.out.printf(Locale.ROOT, "median of p99: x%.2f%n", failing[ROUNDS / 2] / calm[ROUNDS / 2]);
        Runtime.getRuntime().halt(0);
    }

    private static double print(String what, long[] nanos) {
        Arrays.sort(nanos);
        System.out.printf(
                Locale.ROOT,
                "%-17s healthy keys: p50 %.2f ms, p90 %.2f ms, p99 %.2f ms, longest %.1f ms%n",
                what,
                nanos[nanos.length / 2] / 1e6,
                nanos[nanos.length * 9 / 10] / 1e6,
                nanos[nanos.length * 99 / 100] / 1e6,
                nanos[nanos.length - 1] / 1e6);
        return nanos[nanos.length * 99 / 100];
    }

    /** The times of the healthy keys. */
    @SuppressWarnings("try") // An interrupted close ends the measurement, which is all it has to do.
    private static long[] run(int jobsPerKey, int perSecond, boolean failures) throws Exception {
        ConcurrentLinkedQueue<Long> times = new ConcurrentLinkedQueue<>();
        CountDownLatch healthy = new CountDownLatch(jobsPerKey * KEYS / 2);
        try (RedisServer redis = RedisServer.start();
                CamelContext pod = BenchPod.start(redis.uri(), OPTIONS, exchange -> work(exchange, times, healthy));
                CamelContext sender = BenchPod.producerOnly(redis.uri())) {
            Endpoint endpoint = sender.getEndpoint("qbull:" + QUEUE + "?partitions=" + PARTITIONS);
            AsyncProducer producer = endpoint.createAsyncProducer();
            producer.start();
            Random random = new Random(42);
            long begin = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
            for (int i = 0; i < jobsPerKey * KEYS; i++) {
                long due = begin + i * TimeUnit.SECONDS.toNanos(1) / perSecond;
                for (long early = due - System.nanoTime(); early > 0; early = due - System.nanoTime()) {
                    LockSupport.parkNanos(early);
                }
                int key = i % KEYS;
                byte[] body = ByteBuffer.allocate(12)
                        .putLong(due)
                        .putInt(failures ? failures(key, random) : 0)
                        .array();
                Exchange exchange = endpoint.createExchange();
                exchange.getMessage().setHeader(QbullConstants.KEY, "key" + key);
                exchange.getMessage().setBody(body);
                producer.process(exchange, done -> {});
            }
            if (!healthy.await(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException(healthy.getCount() + " jobs of healthy keys did not run");
            }
            producer.stop();
        }
        return times.stream().mapToLong(Long::longValue).toArray();
    }

    /** How often a job fails: keys with odd numbers are healthy. */
    private static int failures(int key, Random random) {
        if (key % 2 == 1) {
            return 0;
        }
        if (key < HOPELESS) {
            return Integer.MAX_VALUE;
        }
        return random.nextInt(10) == 0 ? 1 + random.nextInt(3) : 0;
    }

    private static void work(Exchange exchange, ConcurrentLinkedQueue<Long> times, CountDownLatch healthy) {
        Message message = exchange.getMessage();
        ByteBuffer body = ByteBuffer.wrap(message.getBody(byte[].class));
        long due = body.getLong();
        int key = Integer.parseInt(
                message.getHeader(QbullConstants.KEY, String.class).substring(3));
        if (key % 2 == 1) {
            times.add(System.nanoTime() - due);
            healthy.countDown();
        }
        if (message.getHeader(QbullConstants.ATTEMPT, Integer.class) <= body.getInt()) {
            // Without an exception, because Camel would log its stack trace, which is not to be measured.
            exchange.setRollbackOnly(true);
        }
    }
}
