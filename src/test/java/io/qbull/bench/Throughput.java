package io.qbull.bench;

import static io.qbull.bench.BenchPod.QUEUE;

import io.qbull.component.QbullConstants;
import io.qbull.testing.RedisServer;
import io.qbull.testing.Resp;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.AsyncProducer;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * Measures jobs per second into and out of a queue of 16 partitions with one pod, and for comparison a plain loop over XADD, XREADGROUP, XACK
 * and XDEL on one connection in the same run on the same machine. The ratio says more than either figure.
 */
public final class Throughput {
    private static final int PARTITIONS = 16;
    private static final int BODY = 100;
    private static final int BATCH = 64;
    private static final int UNDER_WAY = 5000;
    private static final int ROUNDS = 3;

    private Throughput() {}

    /**
     * @param args jobs of each round (100000)
     * @throws Exception if anything fails
     */
    public static void main(String[] args) throws Exception {
        int jobs = args.length > 0 ? Integer.parseInt(args[0]) : 100_000;
        System.out.printf("%d jobs of %d bytes, %d partitions, one pod%n", jobs, BODY, PARTITIONS);
        System.out.printf(
                "%-6s %14s %14s %14s %14s%n", "round", "plain add/s", "qbull add/s", "plain drain/s", "qbull drain/s");
        for (int round = 1; round <= ROUNDS; round++) {
            try (RedisServer redis = RedisServer.start()) {
                double plainAdd = perSecond(jobs, () -> plainAdd(redis, jobs));
                double plainDrain = perSecond(jobs, () -> plainDrain(redis, jobs));
                double add = perSecond(jobs, () -> add(redis, jobs));
                double drain = drain(redis, jobs);
                System.out.printf(
                        Locale.ROOT,
                        "%-6d %14.0f %14.0f %14.0f %14.0f   add x%.2f, drain x%.2f%n",
                        round,
                        plainAdd,
                        add,
                        plainDrain,
                        drain,
                        add / plainAdd,
                        drain / plainDrain);
            }
        }
        Runtime.getRuntime().halt(0);
    }

    @FunctionalInterface
    private interface Work {
        void run() throws Exception;
    }

    private static double perSecond(int jobs, Work work) throws Exception {
        long begin = System.nanoTime();
        work.run();
        return jobs * 1e9 / (System.nanoTime() - begin);
    }

    private static void plainAdd(RedisServer redis, int jobs) {
        String body = "x".repeat(BODY);
        try (Resp resp = redis.connect()) {
            resp.call("XGROUP", "CREATE", "test:plain", "g", "0", "MKSTREAM");
            for (int i = 0; i < jobs; i++) {
                resp.call("XADD", "test:plain", "*", "id", "job" + i, "key", "key" + i % 1000, "body", body);
            }
        }
    }

    private static void plainDrain(RedisServer redis, int jobs) {
        try (Resp resp = redis.connect()) {
            for (int done = 0; done < jobs; ) {
                List<?> reply = resp.list(
                        "XREADGROUP", "GROUP", "g", "c", "COUNT", String.valueOf(BATCH), "STREAMS", "test:plain", ">");
                List<?> entries = (List<?>) ((List<?>) reply.get(0)).get(1);
                List<String> ids = new ArrayList<>();
                entries.forEach(entry -> ids.add((String) ((List<?>) entry).get(0)));
                resp.call(command("XACK", "g", ids));
                resp.call(command("XDEL", null, ids));
                done += ids.size();
            }
        }
    }

    private static String[] command(String verb, @Nullable String group, List<String> ids) {
        List<String> words = new ArrayList<>(List.of(verb, "test:plain"));
        if (group != null) {
            words.add(group);
        }
        words.addAll(ids);
        return words.toArray(String[]::new);
    }

    @SuppressWarnings("try") // An interrupted close ends the measurement, which is all it has to do.
    private static void add(RedisServer redis, int jobs) throws Exception {
        try (CamelContext context = BenchPod.producerOnly(redis.uri())) {
            Endpoint endpoint = context.getEndpoint("qbull:" + QUEUE + "?partitions=" + PARTITIONS);
            AsyncProducer producer = endpoint.createAsyncProducer();
            producer.start();
            Semaphore room = new Semaphore(UNDER_WAY);
            AtomicLong failed = new AtomicLong();
            for (int i = 0; i < jobs; i++) {
                room.acquire();
                Exchange exchange = endpoint.createExchange();
                exchange.getMessage().setHeader(QbullConstants.KEY, "key" + i % 1000);
                exchange.getMessage().setBody(new byte[BODY]);
                producer.process(exchange, done -> {
                    if (exchange.getException() != null) {
                        failed.incrementAndGet();
                    }
                    room.release();
                });
            }
            room.acquire(UNDER_WAY);
            if (failed.get() > 0) {
                throw new IllegalStateException(failed + " jobs were not added");
            }
            producer.stop();
        }
    }

    /** From the first start of a job to the last commit, without the start of the pod. */
    @SuppressWarnings("try") // An interrupted close ends the measurement, which is all it has to do.
    private static double drain(RedisServer redis, int jobs) throws Exception {
        AtomicLong first = new AtomicLong();
        String options = "partitions=" + PARTITIONS + "&partitionsPerPod=" + PARTITIONS;
        try (Resp resp = redis.connect();
                CamelContext context =
                        BenchPod.start(redis.uri(), options, exchange -> first.compareAndSet(0, System.nanoTime()))) {
            while (backlog(resp) > 0) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            long end = System.nanoTime();
            context.stop();
            return jobs * 1e9 / (end - first.get());
        }
    }

    private static long backlog(Resp resp) {
        long sum = 0;
        for (int p = 0; p < PARTITIONS; p++) {
            sum += resp.number("XLEN", QUEUE + ":" + p);
        }
        return sum;
    }
}
