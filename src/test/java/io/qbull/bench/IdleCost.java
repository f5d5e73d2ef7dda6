package io.qbull.bench;

import static io.qbull.bench.BenchPod.QUEUE;

import io.qbull.component.QbullConstants;
import io.qbull.testing.RedisServer;
import io.qbull.testing.Resp;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.AsyncProducer;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;

/**
 * Measures what an idle pod costs and how soon it starts a job: 16 partitions on one pod, default options. Prints the pod's CPU time and the
 * number of Redis commands while idle, then, over single jobs, the time from the producer's call to the first step of the route.
 */
public final class IdleCost {
    private static final int PARTITIONS = 16;
    private static final String OPTIONS = "partitions=" + PARTITIONS + "&partitionsPerPod=" + PARTITIONS;
    private static final int WARM_UP = 1000;
    private static final Pattern CALLS = Pattern.compile("cmdstat_(\\w+):calls=(\\d+)");
    private static final Set<String> CALLED_BY_PODS = Set.of("evalsha", "eval", "xread", "ping", "client", "script");

    private IdleCost() {}

    /**
     * @param args seconds of idling (20), single jobs (2000)
     * @throws Exception if anything fails
     */
    public static void main(String[] args) throws Exception {
        int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 20;
        int jobs = args.length > 1 ? Integer.parseInt(args[1]) : 2000;
        try (RedisServer redis = RedisServer.start()) {
            idle(redis, seconds);
        }
        try (RedisServer redis = RedisServer.start()) {
            latency(redis, jobs);
        }
        Runtime.getRuntime().halt(0);
    }

    private static void idle(RedisServer redis, int seconds) throws Exception {
        Process pod = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        BenchPod.class.getName(),
                        redis.uri(),
                        OPTIONS)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = pod.inputReader();
                Resp resp = redis.connect()) {
            for (String line = out.readLine(); line != null && !"up".equals(line); line = out.readLine()) {
                System.out.println(line);
            }
            TimeUnit.SECONDS.sleep(10);
            Duration cpu = cpu(pod);
            double redisCpu = redisCpu(resp);
            resp.call("CONFIG", "RESETSTAT");
            TimeUnit.SECONDS.sleep(seconds);
            double used = cpu(pod).minus(cpu).toNanos() / 1e9;
            double redisUsed = redisCpu(resp) - redisCpu;
            Map<String, Long> calls = calls(resp);
            long trips = CALLED_BY_PODS.stream()
                    .mapToLong(verb -> calls.getOrDefault(verb, 0L))
                    .sum();
            long all = calls.values().stream().mapToLong(Long::longValue).sum();
            System.out.printf(
                    Locale.ROOT,
                    "idle pod, %d partitions, %d s: pod CPU %.2f s = %.2f %% of a core, Redis CPU %.2f %%; %.1f calls/s to Redis, %.1f/s with the commands inside scripts%n%s%n",
                    PARTITIONS,
                    seconds,
                    used,
                    100 * used / seconds,
                    100 * redisUsed / seconds,
                    (double) trips / seconds,
                    (double) all / seconds,
                    calls);
        } finally {
            pod.destroyForcibly().waitFor();
        }
    }

    private static Duration cpu(Process pod) {
        return pod.toHandle().info().totalCpuDuration().orElseThrow();
    }

    /** Without the commands of the measurement itself. */
    private static Map<String, Long> calls(Resp resp) {
        Map<String, Long> calls = new TreeMap<>();
        Matcher found = CALLS.matcher(resp.text("INFO", "commandstats"));
        while (found.find()) {
            calls.put(found.group(1), Long.parseLong(found.group(2)));
        }
        calls.keySet().removeAll(Set.of("info", "config"));
        return calls;
    }

    private static double redisCpu(Resp resp) {
        return Double.parseDouble(info(resp, "cpu", "used_cpu_sys"))
                + Double.parseDouble(info(resp, "cpu", "used_cpu_user"));
    }

    private static String info(Resp resp, String section, String name) {
        return resp.text("INFO", section)
                .lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1))
                .findFirst()
                .orElseThrow();
    }

    @SuppressWarnings("try") // An interrupted close ends the measurement, which is all it has to do.
    private static void latency(RedisServer redis, int jobs) throws Exception {
        SynchronousQueue<Long> started = new SynchronousQueue<>();
        try (CamelContext consumer = BenchPod.start(redis.uri(), OPTIONS, exchange -> handOver(started));
                CamelContext sender = BenchPod.producerOnly(redis.uri())) {
            Endpoint endpoint = sender.getEndpoint("qbull:" + QUEUE + "?partitions=" + PARTITIONS);
            AsyncProducer producer = endpoint.createAsyncProducer();
            producer.start();
            long[] nanos = new long[jobs];
            for (int i = -WARM_UP; i < jobs; i++) {
                // The queue is idle in between: the last job is committed and the partition is watched again.
                TimeUnit.MILLISECONDS.sleep(10);
                long sent = System.nanoTime();
                send(endpoint, producer, "key" + i);
                Long at = started.poll(30, TimeUnit.SECONDS);
                if (at == null) {
                    throw new IllegalStateException("job " + i + " did not start");
                }
                nanos[Math.max(i, 0)] = at - sent;
            }
            producer.stop();
            System.out.println(consumer.getName() + " started " + (jobs + WARM_UP) + " single jobs");
            report(nanos);
        }
    }

    private static void send(Endpoint endpoint, AsyncProducer producer, String key) {
        Exchange exchange = endpoint.createExchange();
        exchange.getMessage().setHeader(QbullConstants.KEY, key);
        exchange.getMessage().setBody(new byte[100]);
        producer.process(exchange, done -> {});
    }

    private static void handOver(SynchronousQueue<Long> started) {
        long now = System.nanoTime();
        try {
            started.put(now);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void report(long[] nanos) {
        Arrays.sort(nanos);
        System.out.printf(
                Locale.ROOT,
                "enqueue to start on an idle queue, %d jobs: p50 %.2f ms, p90 %.2f ms, p99 %.2f ms, max %.2f ms%n",
                nanos.length,
                at(nanos, 0.5),
                at(nanos, 0.9),
                at(nanos, 0.99),
                at(nanos, 1));
    }

    private static double at(long[] sorted, double quantile) {
        return sorted[(int) Math.min(sorted.length - 1, Math.floor(quantile * sorted.length))] / 1e6;
    }
}
