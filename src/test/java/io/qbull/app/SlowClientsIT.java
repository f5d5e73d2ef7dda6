package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.testing.Findings;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Size;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Clients that send a byte a second, half of them single jobs and half of them lines, beside one that is quick. */
@Tag("slow")
@Timeout(600)
class SlowClientsIT {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final int SLOW = 60;
    private static final int WARM_UP = 500;
    private static final int REQUESTS = Size.of("slowClients.requests", 400, 1_000);

    @TempDir
    private Path home;

    private final List<ChunkedPost> slow = new ArrayList<>();
    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();

    @Test
    void a_quick_client_is_answered_while_all_slow_ones_are_still_sending() throws IOException {
        PodProcess.furnish(home);
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        try (PodProcess pod = PodProcess.launch(
                        home,
                        Map.of(
                                "REDIS_URL",
                                REDIS.server().uri(),
                                "QBULL_ROUTES",
                                "routes/ingest",
                                "QBULL_INGEST",
                                "none"))
                .awaitReady()) {
            for (int i = 0; i < SLOW / 2; i++) {
                slow.add(new ChunkedPost(pod.http(), "/queues/WHATSAPP/jobs?key=slow"));
                slow.add(new ChunkedPost(pod.http(), "/queues/WHATSAPP/jobs", "Content-Type: application/x-ndjson"));
            }
            var unused = clock.scheduleAtFixedRate(() -> slow.forEach(this::sendByte), 0, 1, TimeUnit.SECONDS);
            quick(pod, WARM_UP);
            long[] nanos = quick(pod, REQUESTS);

            assertThat(lost).as("slow clients that were turned away").hasValue(0);
            assertThat(sent).hasValueGreaterThanOrEqualTo(SLOW);
            Arrays.sort(nanos);
            Findings.note(String.format(
                    Locale.ROOT,
                    "slow clients: %d requests beside %d clients that have sent %d bytes: p50 %.1f ms, p99 %.1f ms, longest %.1f ms",
                    REQUESTS,
                    SLOW,
                    sent.get(),
                    nanos[REQUESTS / 2] / 1e6,
                    nanos[REQUESTS * 99 / 100] / 1e6,
                    nanos[REQUESTS - 1] / 1e6));
        } finally {
            clock.shutdownNow();
            for (ChunkedPost post : slow) {
                post.close();
            }
        }
    }

    private static long[] quick(PodProcess pod, int requests) {
        long[] nanos = new long[requests];
        for (int i = 0; i < requests; i++) {
            long begin = System.nanoTime();
            pod.send("quick");
            nanos[i] = System.nanoTime() - begin;
        }
        return nanos;
    }

    private void sendByte(ChunkedPost post) {
        try {
            post.send(new byte[] {'x'});
            sent.incrementAndGet();
        } catch (IOException e) {
            lost.incrementAndGet();
        }
    }
}
