package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.qbull.app.coalesce.CoalesceRepository;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.apache.camel.spi.OptimisticLockingAggregationRepository.OptimisticLockingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The route that makes one job of many messages, with its real Redis. */
@Timeout(120)
class CoalesceTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.shared();

    @Override
    RedisExtension redis() {
        return REDIS;
    }

    @Override
    String routes() {
        return "coalesce.camel.yaml,ingest-http.camel.yaml";
    }

    @Override
    Map<String, String> settings() {
        return Map.of(
                "qbull.queues", "MESSAGES,WHATSAPP",
                "qbull.partitions", "1",
                "qbull.coalesce", "true",
                "qbull.coalesceWindow", "2s",
                "qbull.coalesceSize", "3",
                "camel.component.qbull.backoff", "100ms");
    }

    @Test
    void messages_of_a_key_become_one_job_in_their_order() {
        send("a", "one");
        send("b", "other");
        post("/queues/MESSAGES/jobs?key=a", "{\"n\": 1.50}", "Content-Type: application/json");

        await().until(() -> made().size() == 2);
        Map<String, String> job = made("a").get(0);
        assertThat(job.get("body")).isEqualTo("[\"one\",{\"n\": 1.50}]");
        assertThat(job.get("ct")).isEqualTo("application/json");
        assertThat(job.get("id")).matches("MESSAGES:0:\\d+-\\d+\\.0");
        assertThat(job).doesNotContainKey("h");
        assertThat(made("b"))
                .singleElement()
                .extracting(other -> other.get("body"))
                .isEqualTo("[\"other\"]");
        await().until(() -> count("HLEN", "{MESSAGES}:closed") == 0);
        assertThat(count("XLEN", "MESSAGES:0")).isZero();
    }

    @Test
    void a_full_job_is_made_at_once_and_the_rest_becomes_another() {
        for (int i = 0; i < 7; i++) {
            send("a", "m" + i);
        }

        await().untilAsserted(() -> assertThat(messages("a"))
                .containsExactly("\"m0\"", "\"m1\"", "\"m2\"", "\"m3\"", "\"m4\"", "\"m5\"", "\"m6\""));
        assertThat(made("a")).allMatch(job -> String.valueOf(job.get("body")).split(",").length <= 3);
        assertThat(made("a").stream().map(job -> job.get("id")).distinct()).hasSameSizeAs(made("a"));
    }

    @Test
    void a_message_that_runs_again_is_in_its_window_once() throws Exception {
        send("a", "one");
        String id = awaitDone();
        context.getRouteController().stopRoute("coalesce");
        putBack(id, "one");
        send("a", "two");
        context.getRouteController().startRoute("coalesce");

        await().until(() -> !made().isEmpty());
        assertThat(messages("a")).containsExactly("\"one\"", "\"two\"");
        assertThat(count("XLEN", "MESSAGES:0")).isZero();
    }

    @Test
    void a_window_stays_open_while_one_of_its_messages_could_come_again() {
        send("a", "one");
        String id = awaitDone();
        putBack(id, "one");
        send("b", "later");

        await().until(() -> !made("b").isEmpty());
        assertThat(made("a")).isEmpty();
        count("XDEL", "MESSAGES:0", id);
        await().until(() -> !made("a").isEmpty());
    }

    @Test
    void a_window_stays_open_while_its_key_waits_for_a_retry() {
        send("a", "one");
        awaitDone();
        count("HSET", "{MESSAGES:0}:held", "a", "-1 1 0 x");
        send("b", "later");

        await().until(() -> !made("b").isEmpty());
        assertThat(made("a")).isEmpty();
        count("HDEL", "{MESSAGES:0}:held", "a");
        await().until(() -> !made("a").isEmpty());
    }

    @Test
    void a_window_that_a_pod_left_open_is_closed_by_the_next() throws Exception {
        send("a", "one");
        awaitDone();
        context.getRouteController().stopRoute("coalesce");
        // Forgets what it knows; another pod knows as little.
        repository().stop();
        assertThat(count("HLEN", "{MESSAGES}:windows")).isOne();
        context.getRouteController().startRoute("coalesce");

        await().until(() -> !made().isEmpty());
        assertThat(messages("a")).containsExactly("\"one\"");
    }

    @Test
    void a_window_whose_job_was_refused_is_sent_again_before_the_next_of_its_key() {
        count("DEL", "WHATSAPP:0");
        try (Resp resp = REDIS.server().connect()) {
            resp.call("SET", "WHATSAPP:0", "no stream");
        }
        try (CapturedLog log = new CapturedLog()) {
            send("a", "one");
            await().until(() -> count("HLEN", "{MESSAGES}:closed") == 1);
            send("a", "two");
            await().until(() -> count("HLEN", "{MESSAGES}:windows") == 1);
            await().until(() -> !log.lines("is sent again").isEmpty());
            count("DEL", "WHATSAPP:0");

            await().until(() -> made().size() == 2);
            assertThat(log.seen("Error processing aggregated exchange")).isEmpty();
        }
        assertThat(messages("a")).containsExactly("\"one\"", "\"two\"");
    }

    @Test
    void a_pod_that_has_not_seen_the_latest_state_of_a_window_changes_nothing() {
        CoalesceRepository late = repository();
        send("a", "one");
        awaitDone();
        Exchange toAdd = Objects.requireNonNull(late.get(context, "a"));
        Exchange toClose = Objects.requireNonNull(late.get(context, "a"));
        send("a", "two");
        awaitDone();

        assertThatThrownBy(() -> late.add(context, "a", toAdd)).hasMessageContaining("changed by another pod");
        toClose.setExchangeId("late");
        assertThatThrownBy(() -> late.remove(context, "a", toClose)).isInstanceOf(OptimisticLockingException.class);
        assertThat(count("HLEN", "{MESSAGES}:closed")).isZero();
        await().until(() -> !made().isEmpty());
        assertThat(messages("a")).containsExactly("\"one\"", "\"two\"");
    }

    @Test
    void a_message_that_can_never_be_coalesced_is_buried_alone_after_its_first_attempt() {
        try (Resp resp = REDIS.server().connect()) {
            awaitLayout();
            resp.call("XADD", "MESSAGES:0", "*", "id", "1", "key", "a", "ts", "1", "body", "\u00ff\u00fe");
            resp.call("XADD", "MESSAGES:0", "*", "foreign", "\u00ff");
        }
        // Each quote has two bytes in JSON.
        send("a", "\"".repeat(600_000));
        send("a", "good");

        await().until(() -> !made().isEmpty());
        assertThat(messages("a")).containsExactly("\"good\"");
        assertThat(dead("MESSAGES", 1)).extracting(job -> job.get("attempts")).containsExactly("1", "1", "1");
        assertThat(dead("MESSAGES", 1).get(0)).containsEntry("id", "1");
        assertThat(dead("MESSAGES", 1))
                .extracting(job -> job.get("reason"))
                .satisfiesExactly(
                        reason -> assertThat(reason).contains("not text in UTF-8"),
                        reason -> assertThat(reason).contains("not text in UTF-8"),
                        reason -> assertThat(reason).contains("does not fit into a job of 1048576 bytes"));
    }

    private CoalesceRepository repository() {
        return context.getRegistry().lookupByNameAndType("qbullCoalesceRepository", CoalesceRepository.class);
    }

    private void awaitLayout() {
        await().until(() -> count("EXISTS", "{MESSAGES}:layout") == 1);
    }

    /** Waits until the one message is done; returns its stream id. */
    private String awaitDone() {
        await().until(() -> count("HLEN", "{MESSAGES}:windows") == 1 && count("XLEN", "MESSAGES:0") == 0);
        try (Resp resp = REDIS.server().connect()) {
            List<?> facts = resp.list("XINFO", "STREAM", "MESSAGES:0");
            return (String) facts.get(facts.stream().toList().indexOf("last-generated-id") + 1);
        }
    }

    /** As if its end had not been recorded. */
    private void putBack(String id, String body) {
        try (Resp resp = REDIS.server().connect()) {
            resp.call("DEL", "MESSAGES:0");
            resp.call("XADD", "MESSAGES:0", id, "id", "again", "key", "a", "ts", "1", "body", body);
        }
    }

    private void send(String key, String body) {
        assertThat(post("/queues/MESSAGES/jobs?key=" + key, body).status()).isEqualTo(202);
    }

    private List<Map<String, String>> made() {
        return jobs("WHATSAPP", 1);
    }

    private List<Map<String, String>> made(String key) {
        return made().stream().filter(job -> key.equals(job.get("key"))).toList();
    }

    private List<String> messages(String key) {
        List<String> messages = new ArrayList<>();
        for (Map<String, String> job : made(key)) {
            String body = String.valueOf(job.get("body"));
            messages.addAll(List.of(body.substring(1, body.length() - 1).split(",")));
        }
        return messages;
    }

    private static long count(String... command) {
        try (Resp resp = REDIS.server().connect()) {
            return resp.number(command);
        }
    }
}
