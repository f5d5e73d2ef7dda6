package io.qbull.bench;

import static io.qbull.bench.BenchPod.QUEUE;

import io.qbull.component.QbullConstants;
import io.qbull.component.QbullConsumer;
import io.qbull.testing.RedisServer;
import io.qbull.testing.Resp;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.AsyncProducer;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;

/**
 * Measures what the number of partitions costs Redis for each job: one pod that owns all partitions, and single jobs with random keys at
 * a steady rate far below what the pod can do. Prints the CPU time of Redis for a job with few partitions and with many, and their ratio.
 */
public final class PartitionCost {
    private static final int KEYS = 100_000;

    private PartitionCost() {}

    /**
     * @param args partitions (1024), jobs a second (200), seconds (15)
     */
    public static void main(String[] args) throws Exception {
        int many = args.length > 0 ? Integer.parseInt(args[0]) : 1024;
        int rate = args.length > 1 ? Integer.parseInt(args[1]) : 200;
        int seconds = args.length > 2 ? Integer.parseInt(args[2]) : 15;
        double few = measure(16, rate, seconds);
        double all = measure(many, rate, seconds);
        System.out.printf(Locale.ROOT, "a job costs Redis %.2f times as much with %d partitions%n", all / few, many);
        Runtime.getRuntime().halt(0);
    }

    /** Microseconds of Redis CPU for a job. */
    @SuppressWarnings("try") // An interrupted close ends the measurement, which is all it has to do.
    private static double measure(int partitions, int rate, int seconds) throws Exception {
        String options = "partitions=" + partitions + "&partitionsPerPod=" + partitions;
        AtomicInteger done = new AtomicInteger();
        try (RedisServer redis = RedisServer.start();
                Resp resp = redis.connect();
                CamelContext consumer = BenchPod.start(redis.uri(), options, exchange -> done.incrementAndGet());
                CamelContext sender = BenchPod.producerOnly(redis.uri())) {
            Endpoint endpoint = sender.getEndpoint("qbull:" + QUEUE + "?partitions=" + partitions);
            AsyncProducer producer = endpoint.createAsyncProducer();
            producer.start();
            while (((QbullConsumer) consumer.getRoutes().get(0).getConsumer())
                            .ownedPartitions()
                            .size()
                    < partitions) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
            send(endpoint, producer, rate, 5);
            resp.call("CONFIG", "RESETSTAT");
            double before = cpu(resp);
            int earlier = done.get();
            send(endpoint, producer, rate, seconds);
            double used = cpu(resp) - before;
            int jobs = done.get() - earlier;
            System.out.printf(
                    Locale.ROOT,
                    "%d partitions, %d jobs/s for %d s: %d jobs, Redis CPU %.0f us a job%n%s%n",
                    partitions,
                    rate,
                    seconds,
                    jobs,
                    used * 1e6 / jobs,
                    resp.text("INFO", "commandstats")
                            .lines()
                            .filter(line -> line.matches("cmdstat_(xread|evalsha|client|ping).*"))
                            .map(line -> line.replaceAll(",rejected.*", ""))
                            .toList());
            producer.stop();
            return used * 1e6 / jobs;
        }
    }

    private static void send(Endpoint endpoint, AsyncProducer producer, int rate, int seconds) throws Exception {
        Random random = new Random(1);
        long start = System.nanoTime();
        for (int i = 0; i < rate * seconds; i++) {
            long due = start + i * 1_000_000_000L / rate;
            TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
            Exchange exchange = endpoint.createExchange();
            exchange.getMessage().setHeader(QbullConstants.KEY, "key" + random.nextInt(KEYS));
            exchange.getMessage().setBody(new byte[100]);
            producer.process(exchange, sent -> {});
        }
    }

    private static double cpu(Resp resp) {
        return resp.text("INFO", "cpu")
                .lines()
                .filter(line -> line.startsWith("used_cpu_sys:") || line.startsWith("used_cpu_user:"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(':') + 1)))
                .sum();
    }
}
