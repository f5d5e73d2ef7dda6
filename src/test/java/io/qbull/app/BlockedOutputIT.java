package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A pod that writes to a terminal or a pipe that has stopped reading. */
class BlockedOutputIT {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final int PARTITIONS = 2;
    /** A line of the log for each, many times what a pipe holds. */
    private static final int JOBS = 4_000;

    @TempDir
    private Path home;

    @Test
    void a_pod_whose_output_nobody_reads_keeps_its_leases_and_works_on() throws Exception {
        PodProcess.furnish(home, "whatsapp.camel.yaml");
        Path pipe = home.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        // Both ends: the pod can open it, and nobody reads.
        try (RandomAccessFile unread = new RandomAccessFile(pipe.toFile(), "rw");
                PodProcess pod = PodProcess.launch(home, pipe, settings())) {
            await().ignoreExceptions().until(() -> {
                pod.sendAll("WHATSAPP", lines());
                return true;
            });
            await().until(() -> backlog() == 0);

            // Three lives of a lease, by the server's clock.
            List<String> epochs = leases("epoch");
            long until = seconds() + 3;
            await().until(() -> seconds() >= until);
            assertThat(leases("epoch")).isEqualTo(epochs).doesNotContain("null");
            pod.sendAll("WHATSAPP", lines());
            await().until(() -> backlog() == 0);
            assertThat(unread.getChannel().isOpen()).isTrue();

            pod.signal();
            assertThat(pod.exitCode()).isZero();
        }
    }

    private static Map<String, String> settings() {
        return Map.of(
                "REDIS_URL", REDIS.server().uri(),
                "PARTITIONS", Integer.toString(PARTITIONS),
                "QBULL_LEASE_TTL", "1s");
    }

    private static String lines() {
        return IntStream.range(0, JOBS)
                .mapToObj(n -> "{\"key\":\"" + n + "\",\"body\":\"hello\"}\n")
                .collect(Collectors.joining());
    }

    private static long backlog() {
        try (Resp resp = REDIS.server().connect()) {
            return IntStream.range(0, PARTITIONS)
                    .mapToLong(p -> resp.number("XLEN", "WHATSAPP:" + p))
                    .sum();
        }
    }

    private static List<String> leases(String field) {
        try (Resp resp = REDIS.server().connect()) {
            return IntStream.range(0, PARTITIONS)
                    .mapToObj(p -> String.valueOf(resp.call("HGET", "{WHATSAPP:" + p + "}:lease", field)))
                    .toList();
        }
    }

    private static long seconds() {
        try (Resp resp = REDIS.server().connect()) {
            return resp.number("EVAL", "return tonumber(redis.call('TIME')[1])", "0");
        }
    }
}
