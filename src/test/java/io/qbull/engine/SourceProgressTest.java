package io.qbull.engine;

import static io.qbull.engine.TestPod.QUEUE;
import static io.qbull.testing.Waiting.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.config.EnqueueSettings;
import io.qbull.model.JobFeed;
import io.qbull.model.JobId;
import io.qbull.model.NewJob;
import io.qbull.model.SourceId;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What Redis remembers of bulk requests that are repeated. */
@Tag("redis")
class SourceProgressTest {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final SourceId REQUEST = new SourceId("request-1");
    private static final Duration LIFETIME = Duration.ofMinutes(1);
    private static final int PARTITIONS = 256;
    private static final Pattern CALLS = Pattern.compile("cmdstat_(\\w+):calls=(\\d+)");

    private Resp resp;

    @BeforeEach
    void open() {
        resp = REDIS.resp();
    }

    @Test
    void a_request_of_one_record_asks_about_one_partition() {
        try (TestPod pod = new TestPod("a", PARTITIONS, REDIS.store(REDIS.settings()))) {
            assertThat(get(pod.enqueue("key0", "")).duplicate()).isFalse();
            for (boolean repeated : new boolean[] {false, true}) {
                resp.call("CONFIG", "RESETSTAT");
                JobFeed feed = get(open(pod));
                assertThat(get(feed.add(1, job(1))).duplicate()).isEqualTo(repeated);
                feed.close();
                assertThat(calls()).as("commands, with those inside scripts").isLessThan(60);
            }
        }
    }

    @Test
    void a_repeat_keeps_alive_from_its_start_what_it_meets_only_later() {
        try (TestPod pod = new TestPod("a", PARTITIONS, REDIS.store(REDIS.settings()))) {
            JobFeed first = get(open(pod));
            List<CompletableFuture<Boolean>> added = add(first, 20);
            added.forEach(each -> assertThat(each.join()).isFalse());
            first.close();
            List<String> sources = sources();
            assertThat(sources).hasSizeGreaterThan(10);
            sources.forEach(key -> resp.call("PEXPIRE", key, "20000"));
            JobFeed second = get(open(pod));
            assertThat(sources)
                    .allSatisfy(key -> assertThat(resp.number("PTTL", key)).isGreaterThan(50_000));
            add(second, 20).forEach(each -> assertThat(each.join()).isTrue());
            second.close();
        }
    }

    private static CompletableFuture<JobFeed> open(TestPod pod) {
        EnqueueSettings settings = TestPod.ENQUEUE;
        return pod.node.open(REQUEST, 0, LIFETIME, settings).toCompletableFuture();
    }

    private static List<CompletableFuture<Boolean>> add(JobFeed feed, int records) {
        return IntStream.range(0, records)
                .mapToObj(record -> feed.add(record, job(record))
                        .thenApply(enqueued -> enqueued.duplicate())
                        .toCompletableFuture())
                .toList();
    }

    private List<String> sources() {
        return resp.list("KEYS", "{" + QUEUE + ":*}:source:*").stream()
                .map(String::valueOf)
                .toList();
    }

    private long calls() {
        long calls = 0;
        Matcher found = CALLS.matcher(resp.text("INFO", "commandstats"));
        while (found.find()) {
            calls += found.group(1).matches("info|config") ? 0 : Long.parseLong(found.group(2));
        }
        return calls;
    }

    private static NewJob job(int record) {
        return new NewJob(new JobId("r" + record), false, "key" + record, new byte[0], null, Map.of());
    }
}
