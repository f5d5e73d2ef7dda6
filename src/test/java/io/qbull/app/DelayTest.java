package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.qbull.app.exit.ExitCode;
import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.apache.camel.builder.AdviceWith;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Delayed jobs over HTTP and the command line: added, seen, cancelled. */
class DelayTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String JOBS = "/queues/WHATSAPP/jobs";
    private static final String NDJSON = "Content-Type: application/x-ndjson";
    private static final long HOUR = 3_600_000;

    @TempDir
    private Path home;

    @Override
    RedisExtension redis() {
        return REDIS;
    }

    @Override
    String routes() {
        return "ingest-*.camel.yaml";
    }

    @Override
    Map<String, String> settings() {
        return Map.of("qbull.partitions", "4", "qbull.queue.WHATSAPP.keyHash", "qbull-python");
    }

    /** Those of the queue must not be blocked by what a route does next. */
    @Test
    void the_route_that_cancels_goes_on_on_a_thread_of_its_own() throws Exception {
        List<String> threads = new CopyOnWriteArrayList<>();
        AdviceWith.adviceWith(
                context,
                "ingest-cancel",
                route -> route.weaveById("ingest-cancel-job")
                        .after()
                        .process(exchange -> threads.add(Thread.currentThread().getName())));
        post(JOBS + "?key=a&delay=PT1H", "x", "Idempotency-Key: mine");

        assertThat(delete(JOBS + "/mine?key=a").status()).isEqualTo(204);

        assertThat(threads).singleElement().asString().doesNotContain("-loop", "lettuce", "eventloop");
    }

    @Test
    void a_job_waits_for_the_delay_or_the_time_that_the_query_says() throws IOException {
        long before = System.currentTimeMillis();
        assertThat(post(JOBS + "?key=k&delay=1h", "x", "Idempotency-Key: a").body())
                .contains("\"id\":\"a\"", "\"duplicate\":false");
        String at = Instant.ofEpochMilli(before + 2 * HOUR).toString();
        assertThat(post(JOBS + "?key=k&at=" + at, "x", "Idempotency-Key: b").status())
                .isEqualTo(202);
        assertThat(post(JOBS + "?key=k&at=2001-01-01T00:00:00Z", "past").status())
                .isEqualTo(202);

        assertThat(jobs("WHATSAPP", 4)).extracting(job -> job.get("body")).containsExactly("past");
        assertThat(due("a")).isBetween(before + HOUR, System.currentTimeMillis() + HOUR);
        assertThat(due("b")).isEqualTo(before + 2 * HOUR);
        JsonNode partitions =
                JSON.readTree(get(management, "/api/queues/WHATSAPP").body()).get("partitions");
        assertThat(partitions.findValuesAsText("delayed")).containsExactlyInAnyOrder("0", "0", "0", "2");
        assertThat(post(JOBS + "?key=k&delay=2h", "x", "Idempotency-Key: a").body())
                .contains("\"duplicate\":true");
    }

    @Test
    void a_wrong_time_is_refused_and_nothing_of_a_client_but_the_query_delays_a_job() {
        refused(post(JOBS + "?key=k&delay=soon", "x"), 400, "delay is wrong");
        refused(post(JOBS + "?key=k&delay=1&at=2026-11-24T08:00:00Z", "x"), 400, "both delay and at");
        refused(post(JOBS + "?key=k&delay=367d", "x"), 400, "must be PT0S to PT8784H");
        refused(post(JOBS + "?key=k&at=9999-01-01T00:00:00Z", "x"), 400, "at most PT8784H from now");
        assertThat(post(JOBS + "?key=k", "x", "CamelQbullDelay: PT1H", "cAmelQbullDelay: PT1H", "delay: PT1H")
                        .status())
                .isEqualTo(202);
        assertThat(jobs("WHATSAPP", 4)).hasSize(1);
    }

    @Test
    void lines_say_it_each_for_itself_and_a_repeat_adds_nothing() {
        String lines = """
                {"key":"k","body":1,"id":"a","delay":"PT1H"}
                {"key":"k","body":2,"delay":3600000}
                {"key":"k","body":3}
                {"key":"k","body":4,"delay":"soon"}
                {"key":"k","body":5,"id":"far","delay":"367d"}
                """;
        RawHttp.Answer first = post(JOBS, lines, NDJSON, "Idempotency-Key: request-1");
        assertThat(first.status()).isEqualTo(422);
        assertThat(first.body())
                .contains("\"accepted\":3", "\"refusedCount\":2", "{\"line\":5,\"reason\":\"delay (PT8808H) must be")
                .contains("{\"line\":4,\"reason\":\"delay is wrong");
        assertThat(post(JOBS, lines, NDJSON, "Idempotency-Key: request-1").body())
                .contains("\"accepted\":0", "\"duplicates\":3");
        assertThat(jobs("WHATSAPP", 4)).extracting(job -> job.get("body")).containsExactly("3");
        assertThat(waiting()).isEqualTo(2);
    }

    @Test
    void a_job_that_waits_is_cancelled_once_and_its_id_is_taken_again() {
        String id = "Ä b/c+d%";
        String path = JOBS + "/%C3%84%20b%2Fc+d%25";
        String add = JOBS + "?key=%2B57&delay=1h";
        String header = "Idempotency-Key: Ã\u0084 b/c+d%";
        assertThat(post(add, "x", header).body()).contains("\"id\":\"" + id + "\"");

        RawHttp.Answer done = delete(path + "?key=%2B57");
        assertThat(done.status()).isEqualTo(204);
        assertThat(done.body()).isEmpty();
        assertThat(waiting()).isZero();
        refused(delete(path + "?key=%2B57"), 404, "waits for its time");
        assertThat(post(add, "x", header).body()).contains("\"duplicate\":false");
    }

    @Test
    void what_cannot_be_cancelled_is_refused() {
        post(JOBS + "?key=k&delay=1h", "x", "Idempotency-Key: a");
        post(JOBS + "?key=k", "x", "Idempotency-Key: ready");
        refused(delete(JOBS + "/ready?key=k"), 404, "waits for its time");
        refused(delete(JOBS + "/a?key=" + otherPartition()), 404, "waits for its time");
        refused(delete("/queues/NONE/jobs/a?key=k"), 404, "no such queue");
        refused(delete(JOBS + "/a"), 400, "key is missing; write DELETE /queues/QUEUE/jobs/ID?key=KEY");
        refused(delete(JOBS + "/a?key=k&key=k"), 400, "more than one key");
        refused(delete(JOBS + "/" + "i".repeat(257) + "?key=k"), 400, "1 to 256 bytes");
        refused(delete(JOBS + "/a%00?key=k"), 400, "control characters");
        RawHttp.Answer method = get(http, JOBS + "/a?key=k");
        refused(method, 405, "accepts only DELETE");
        assertThat(method.header("Allow")).isEqualTo("DELETE");
        assertThat(waiting()).isEqualTo(1);
    }

    @Test
    void a_key_that_shares_the_partition_does_not_cancel_the_job_of_another() {
        post(JOBS + "?key=k&delay=1h", "x", "Idempotency-Key: a");
        refused(delete(JOBS + "/a?key=" + neighbour()), 404, "waits for its time");
        assertThat(waiting()).isEqualTo(1);
        assertThat(post(JOBS + "?key=k&delay=1h", "x", "Idempotency-Key: a").body())
                .contains("\"duplicate\":true");
        assertThat(delete(JOBS + "/a?key=k").status()).isEqualTo(204);
    }

    @Test
    void the_command_line_cancels_too_by_the_key_hash_of_the_settings() throws IOException {
        CommandRun.configure(
                home, "qbull.redisUrl = " + REDIS.server().uri(), "qbull.queue.WHATSAPP.key-hash = qbull-python");
        post(JOBS + "?key=k&delay=1h", "x", "Idempotency-Key: a");

        assertThat(run("cancel", "WHATSAPP", "--id", "a", "--key", "k")).isEqualTo("0 cancelled: a");
        assertThat(waiting()).isZero();
        assertThat(run("cancel", "WHATSAPP", "--id", "a", "--key", "k"))
                .isEqualTo(ExitCode.NOT_FOUND.number()
                        + " qbull: There is no delayed job with this id and key in WHATSAPP");
        assertThat(run("cancel", "OTHER", "--id", "a", "--key", "k"))
                .isEqualTo(ExitCode.NOT_FOUND.number() + " qbull: There is no queue OTHER in this Redis");
        assertThat(run("cancel", "a b", "--id", "a", "--key", "k")).startsWith(ExitCode.USAGE.number() + " qbull: ");
    }

    private String run(String... arguments) {
        CommandRun run = CommandRun.of(home, arguments);
        return run.code() + " " + (run.out() + run.err()).strip();
    }

    /** Another key of the same partition. */
    private static String neighbour() {
        Layout layout = new Layout(1, 4);
        QueueName queue = new QueueName("WHATSAPP");
        PartitionId here = layout.partitionOf(queue, KeyHash.QBULL_PYTHON, "k");
        return IntStream.range(0, 1000)
                .mapToObj(i -> "other" + i)
                .filter(key ->
                        layout.partitionOf(queue, KeyHash.QBULL_PYTHON, key).equals(here))
                .findFirst()
                .orElseThrow();
    }

    /** A key of another partition. */
    private String otherPartition() {
        String id = "probe";
        for (int number = 0; ; number++) {
            String i = Integer.toString(number);
            post(JOBS + "?key=other" + i, "x", "Idempotency-Key: " + id + i);
            List<String> partitions = jobs("WHATSAPP", 4).stream()
                    .filter(job -> "k".equals(job.get("key")) || ("other" + i).equals(job.get("key")))
                    .map(job -> job.getOrDefault("partition", ""))
                    .distinct()
                    .toList();
            if (partitions.size() > 1) {
                return "other" + i;
            }
        }
    }

    private RawHttp.Answer delete(String target) {
        return RawHttp.send(http, "DELETE " + target, List.of(), new byte[0]);
    }

    private static long due(String id) {
        try (Resp resp = REDIS.server().connect()) {
            for (int p = 0; p < 4; p++) {
                String queue = "{WHATSAPP:" + p + "}:delayed";
                for (Object noted : resp.list("ZRANGEBYLEX", queue + ":ids", "[" + id + "\0", "(" + id + "\1")) {
                    return Long.parseLong(resp.text("ZSCORE", queue, ((String) noted).substring(id.length() + 1)));
                }
            }
        }
        throw new AssertionError(id + " does not wait");
    }

    private static long waiting() {
        try (Resp resp = REDIS.server().connect()) {
            long sum = 0;
            for (int p = 0; p < 4; p++) {
                sum += resp.number("ZCARD", "{WHATSAPP:" + p + "}:delayed");
            }
            return sum;
        }
    }

    private static void refused(RawHttp.Answer answer, int status, String reason) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.body()).contains(reason);
    }
}
