package io.qbull.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.component.QbullComponent;
import io.qbull.testing.RedisServer;
import io.qbull.testing.Resp;
import io.qbull.testing.RuntimeClassPath;
import java.io.File;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Many partitions with large jobs on a pod with a small heap. Takes 256 MB of Redis, so only at the sizes of the acceptance. */
@Tag("redis")
@EnabledIfSystemProperty(named = "qbull.acceptance", matches = "true")
class SmallHeapIT {
    private static final int PARTITIONS = 256;
    private static final String ADD = """
            for i = 1, 10 do
              redis.call('XADD', KEYS[1], '*', 'id', KEYS[1] .. i, 'key', 'k' .. i, 'ts', '1', 'body', string.rep('x', 100000))
            end""";

    @Test
    void jobs_of_100_kb_in_256_partitions_are_drained_with_a_heap_of_160_mb() throws Exception {
        try (RedisServer redis = RedisServer.start();
                Resp resp = redis.connect()) {
            for (int index = 0; index < PARTITIONS; index++) {
                resp.call("EVAL", ADD, "1", stream(index));
            }
            assertThat(backlog(resp)).isEqualTo(10 * PARTITIONS);
            Process pod = pod(redis.uri());
            try {
                await().until(() -> !pod.isAlive() || backlog(resp) == 0);
                assertThat(pod.isAlive()).as("the pod lives").isTrue();
                assertThat(backlog(resp)).isZero();
            } finally {
                pod.destroyForcibly().waitFor();
            }
        }
    }

    /**
     * The pod. Its first jobs wait for one of each partition, so that all partitions have read what they keep in memory.
     *
     * @param args address of Redis, options of the consumer
     * @throws Exception if it cannot start
     */
    public static void main(String[] args) throws Exception {
        CountDownLatch started = new CountDownLatch(PARTITIONS);
        DefaultCamelContext context = new DefaultCamelContext();
        QbullComponent component = new QbullComponent();
        component.getConfiguration().setRedisUri(args[0]);
        context.addComponent("qbull", component);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("qbull:BENCH?" + args[1]).process(exchange -> {
                    started.countDown();
                    started.await();
                });
            }
        });
        context.start();
        // The input ends with the test.
        int end = System.in.read();
        Runtime.getRuntime().halt(end < 0 ? 0 : 1);
    }

    private static Process pod(String redisUri) throws Exception {
        String classPath =
                RuntimeClassPath.ofTests().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx160m",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        classPath,
                        SmallHeapIT.class.getName(),
                        redisUri,
                        "partitions=" + PARTITIONS + "&partitionsPerPod=" + PARTITIONS)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static String stream(int index) {
        return "BENCH:" + index;
    }

    private static long backlog(Resp resp) {
        long sum = 0;
        for (int index = 0; index < PARTITIONS; index++) {
            sum += resp.number("XLEN", stream(index));
        }
        return sum;
    }
}
