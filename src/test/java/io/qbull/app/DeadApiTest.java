package io.qbull.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.qbull.testing.BuriedJobs;
import io.qbull.testing.RedisExtension;
import io.qbull.testing.Resp;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Dead letters under the management port. */
class DeadApiTest extends AppTestSupport {
    @RegisterExtension
    static final RedisExtension REDIS = RedisExtension.own();

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String DEAD = "/api/queues/ORDERS/dead";

    private Resp resp;
    private BuriedJobs jobs;

    @Override
    RedisExtension redis() {
        return REDIS;
    }

    @Override
    String routes() {
        return "ingest-http.camel.yaml";
    }

    @Override
    Map<String, String> settings() {
        return Map.of();
    }

    @BeforeEach
    void bury() {
        resp = REDIS.resp();
        jobs = new BuriedJobs(resp, "ORDERS", 2);
    }

    @Test
    void letters_are_listed_a_page_at_a_time_without_their_bodies() throws IOException {
        String a = jobs.add(0, "a", "k1", "hello", "timeout", "ct", "text/plain");
        jobs.add(1, "b", "k2", "hello", "timeout");

        JsonNode first = JSON.readTree(get(management, DEAD + "?limit=1").body());
        JsonNode second = JSON.readTree(
                get(management, DEAD + "?after=" + first.get("next").asText()).body());

        assertThat(first.get("dead").get(0))
                .hasToString("{\"place\":\"" + a + "\",\"partition\":0,\"id\":\"a\",\"key\":\"k1\","
                        + "\"reason\":\"timeout\",\"exception\":null,\"attempts\":5,\"failedAt\":1700000060000,"
                        + "\"enqueuedAt\":1700000000000,\"contentType\":\"text/plain\",\"bodyLength\":5}");
        assertThat(second.get("dead"))
                .extracting(letter -> letter.get("id").asText())
                .containsExactly("b");
        assertThat(second.get("next").isNull()).isTrue();
    }

    @Test
    void one_is_shown_with_headers_and_body_and_bytes_that_are_no_text_as_base64() throws IOException {
        jobs.add(0, "a b/c", "k", "grüß".replace("ü", "Ã¼").replace("ß", "Ã\u009f"), "r", "h", "{\"n\":5,\"t\":\"x\"}");
        jobs.add(1, "bytes", "k", "\u0000\u00ff", "r");

        JsonNode text = JSON.readTree(get(management, DEAD + "/a%20b%2Fc").body());
        JsonNode bytes = JSON.readTree(get(management, DEAD + "/bytes").body());

        assertThat(text.get("dead")).hasSize(1);
        assertThat(text.get("dead").get(0).get("body").asText()).isEqualTo("grüß");
        assertThat(text.get("dead").get(0).get("headers")).hasToString("{\"n\":5,\"t\":\"x\"}");
        assertThat(bytes.get("dead").get(0).get("bodyBase64").binaryValue()).isEqualTo(new byte[] {0, -1});
    }

    @Test
    void one_is_shown_however_many_lie_before_it() throws IOException {
        try (Resp pipe = REDIS.server().connect()) {
            pipe.call(
                    "EVAL",
                    "for i = 1, 10050 do redis.call('XADD', KEYS[1], '*', 'id', 'j' .. i, 'key', 'k', 'body', 'b',"
                            + " 'reason', 'r', 'exception', '', 'attempts', '1', 'failed_at', '1', 'epoch', '1') end",
                    "1",
                    "{ORDERS:1}:dead");
        }

        JsonNode last = JSON.readTree(get(management, DEAD + "/j10050").body());

        assertThat(last.get("dead")).hasSize(1);
        assertThat(last.get("dead").get(0).get("id").asText()).isEqualTo("j10050");
        assertThat(get(management, DEAD + "/j10051").status()).isEqualTo(404);
    }

    @Test
    void an_entry_that_could_not_be_read_is_shown_field_by_field() throws IOException {
        String id = resp.text("XADD", "{ORDERS:1}:dead", "*", "id", "x", "body", "b", "reason", "r", "attempts", "0");

        JsonNode letter = JSON.readTree(get(management, DEAD + "/1@" + id).body())
                .get("dead")
                .get(0);

        assertThat(letter.get("unreadable").asText()).isEqualTo("field key is missing");
        assertThat(letter.get("fields")).hasToString("{\"id\":\"x\",\"body\":\"b\"}");
        resp.call("DEL", "{ORDERS:1}:dead");
    }

    @Test
    void those_that_fit_are_retried() throws IOException {
        jobs.add(0, "a", "k1", "1", "timeout");
        jobs.add(0, "b", "k2", "2", "timeout");

        JsonNode dry = JSON.readTree(change("/retry?key=k2&dryRun=true").body());
        assertThat(dry).hasToString("{\"queue\":\"ORDERS\",\"found\":1,\"dryRun\":true}");
        assertThat(jobs.dead(0)).hasSize(2);

        RawHttp.Answer answer = change("/retry?key=k2");
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.body())
                .isEqualTo("{\"queue\":\"ORDERS\",\"found\":1,\"retried\":1,\"unfit\":0,\"gone\":0,\"unknown\":0}");
        assertThat(jobs.dead(0)).containsExactly("a");
        assertThat(jobs.waiting(0)).containsExactly("b");
    }

    @Test
    void all_are_dropped_where_all_is_said() {
        jobs.add(0, "a", "k1", "1", "timeout");
        jobs.add(1, "b", "k2", "2", "timeout");

        assertThat(change("/drop?all=true").body()).contains("\"found\":2,\"dropped\":2");

        assertThat(jobs.dead(0)).isEmpty();
        assertThat(jobs.dead(1)).isEmpty();
        assertThat(jobs.waiting(0)).isEmpty();
    }

    @Test
    void a_full_redis_refuses_a_retry_and_the_letters_stay() {
        jobs.add(0, "a", "k1", "1", "timeout");
        resp.call("CONFIG", "SET", "maxmemory", "1");
        RawHttp.Answer answer = change("/retry?all=true");
        resp.call("CONFIG", "SET", "maxmemory", "0");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.body())
                .contains("storage is full", "\"found\":1,\"retried\":0")
                .doesNotContain("OOM");
        assertThat(jobs.dead(0)).containsExactly("a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/retry?all=true", "/drop?key=k1"})
    void a_change_without_redis_ends_early_with_a_reason_that_names_no_server(String target) throws IOException {
        jobs.add(0, "a", "k1", "1", "timeout");
        int port = URI.create(REDIS.server().uri()).getPort();
        REDIS.server().kill();

        RawHttp.Answer answer = change(target);

        assertThat(answer.status()).isEqualTo(503);
        assertThat(JSON.readTree(answer.body()).get("detail").asText())
                .isEqualTo("The change ended early. The queue's storage cannot be reached.");
        assertThat(answer.body()).doesNotContain(Integer.toString(port), "127.0.0.1", "localhost");
    }

    @ParameterizedTest
    @CsvSource({
        "/retry, Say which ones",
        "/drop, Say which ones",
        "/drop?all=false, Say which ones",
        "/drop?all=true&key=k, Say which ones",
        "/drop?all=yes, all must be true or false",
        "/drop?all=true&kye=k, no parameter kye",
        "/drop?key=a&key=b, more than once",
        "/retry?since=yesterday, since must be a time"
    })
    void a_change_that_is_not_clear_is_refused(String target, String why) {
        jobs.add(0, "a", "k", "1", "r");
        RawHttp.Answer answer = change(target);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).contains(why);
        assertThat(jobs.dead(0)).containsExactly("a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"?limit=0", "?limit=1001", "?limit=x", "?after=x", "?after=1@x", "?all=true"})
    void a_wrong_parameter_of_a_listing_is_refused(String query) {
        assertThat(get(management, DEAD + query).status()).isEqualTo(400);
    }

    @Test
    void what_does_not_exist_is_a_404_and_reading_changes_nothing() {
        jobs.add(0, "a", "k", "1", "r");
        assertThat(get(management, "/api/queues/NOPE/dead").status()).isEqualTo(404);
        assertThat(get(management, "/api/queues/a%20b/dead").status()).isEqualTo(404);
        assertThat(get(management, DEAD + "/nope").status()).isEqualTo(404);
        assertThat(send("POST /api/queues/NOPE/dead/drop?all=true").status()).isEqualTo(404);
        assertThat(get(management, DEAD + "/drop?all=true").status()).isGreaterThanOrEqualTo(400);
        assertThat(send("POST " + DEAD).status()).isEqualTo(405);
        assertThat(jobs.dead(0)).containsExactly("a");
    }

    private RawHttp.Answer change(String target) {
        return send("POST " + DEAD + target);
    }

    private RawHttp.Answer send(String start, String... headers) {
        return RawHttp.send(management, start, List.of(headers), new byte[0]);
    }
}
