package io.qbull.store.redis.tables;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.Entry;
import io.qbull.model.Job;
import io.qbull.model.JobId;
import io.qbull.model.NewJob;
import io.qbull.model.StreamId;
import io.qbull.store.redis.Seed;
import io.qbull.store.redis.client.Reply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EntryCodecTest {
    private static final String PLACE = "1700000000000-4";

    @Test
    void an_encoded_job_is_decoded_unchanged() {
        NewJob written = new NewJob(
                new JobId("id 1"),
                true,
                "+49 äß",
                new byte[] {0, 1, -1},
                "application/json",
                Map.of("text", "ä\"", "int", 5, "long", 1L << 40, "double", 1.5, "yes", true));
        List<byte[]> args = new ArrayList<>();
        EntryCodec.encode(written, args);
        List<Object> fields = new ArrayList<>();
        for (String name : List.of("id", "key", "body", "ct", "h")) {
            fields.add(name.getBytes(StandardCharsets.UTF_8));
            fields.add(args.get((fields.size() + 1) / 2));
        }
        fields.add("ts".getBytes(StandardCharsets.UTF_8));
        fields.add("1699".getBytes(StandardCharsets.UTF_8));
        Job read = ((Entry.Decoded) EntryCodec.decode(PLACE, new Reply("test", fields), "2 0 0 0")).job();
        assertThat(read.id()).isEqualTo(written.id());
        assertThat(read.key()).isEqualTo(written.key());
        assertThat((byte[]) read.body()).isEqualTo(written.body());
        assertThat(read.contentType()).isEqualTo("application/json");
        assertThat(read.headers()).isEqualTo(written.headers());
        assertThat(read.enqueuedAtMillis()).isEqualTo(1699);
        assertThat(read.attempts().failed()).isEqualTo(2);
        assertThat(read.streamId()).isEqualTo(StreamId.parse(PLACE));
    }

    @Test
    void the_order_of_the_fields_makes_no_difference() {
        for (List<String> last : List.of(
                List.<String>of(),
                List.of("ct", "text/plain"),
                List.of("h", "{\"a\":1}"),
                List.of("ct", "text/plain", "h", "{\"a\":1}"),
                List.of("h", "{}", "ct", "text/plain"),
                List.of("ct", "text/plain", "h", "{\"a\":1}", "more", "x"),
                List.of("h", "no JSON"),
                List.of("x", "y"))) {
            for (String ts : List.of("1699", "no number")) {
                List<Object> fields = new ArrayList<>();
                for (String text : List.of("id", "a", "key", "k", "ts", ts, "body", "b")) {
                    fields.add(text.getBytes(StandardCharsets.UTF_8));
                }
                last.forEach(text -> fields.add(text.getBytes(StandardCharsets.UTF_8)));
                List<Object> turned = new ArrayList<>(fields.subList(2, fields.size()));
                turned.addAll(fields.subList(0, 2));
                assertThat(EntryCodec.decode(PLACE, new Reply("test", fields), "0 0 0 0"))
                        .as("%s %s", ts, last)
                        .isEqualTo(EntryCodec.decode(PLACE, new Reply("test", turned), "0 0 0 0"));
            }
        }
    }

    @Test
    void content_type_and_headers_may_be_absent() {
        List<byte[]> args = new ArrayList<>();
        EntryCodec.encode(Seed.newJob("a"), args);
        assertThat(args.get(4)).isEmpty();
        assertThat(args.get(5)).isEmpty();
        Job job = job("id", "a", "key", "k", "body", "");
        assertThat(job.contentType()).isNull();
        assertThat(job.headers()).isEmpty();
        assertThat(job.enqueuedAtMillis()).as("time of the entry").isEqualTo(1700000000000L);
    }

    @Test
    void the_size_counts_names_and_values() {
        assertThat(decode("id", "a", "key", "kk", "body", "bbb").size()).isEqualTo(2 + 1 + 3 + 2 + 4 + 3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"job_id\":\"j\",\"partition_id\":\"pk\",\"to\":\"t\"} | j | pk",
                "{\"job_id\":\"j\",\"to\":\"t\",\"published_at\":1.5} | j | t",
                "{\"job_id\":\"j\",\"partition_id\":\"\",\"to\":\"t\"} | j | t",
                "{\"job_id\":\"j\"} | j | j",
                "{\"job_id\":17,\"to\":573205104418} | 17 | 573205104418",
                "{\"job_id\":\"j\",\"partition_id\":null,\"payload\":{\"a\":[1]}} | j | j",
            })
    void a_job_of_the_original_qbull_is_decoded(String json, String id, String key) {
        Job job = job("job", json);
        assertThat(job.id().value()).isEqualTo(id);
        assertThat(job.key()).isEqualTo(key);
        assertThat(new String((byte[]) job.body(), StandardCharsets.UTF_8)).isEqualTo(json);
        assertThat(job.contentType()).isEqualTo("application/json");
        assertThat(job.enqueuedAtMillis()).isEqualTo(1700000000000L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"no json", "{\"job_id\":\"j\"} and more", "[]", "\"job_id\"", "{}", "{\"job_id\":\"\"}", ""})
    void a_field_named_job_without_a_job_is_foreign(String text) {
        assertThat(job("job", text).body()).isInstanceOf(Map.class);
    }

    @Test
    void a_foreign_entry_is_the_map_of_its_fields() {
        Job job = job("to", "573", "text", "hi", "id", "5");
        assertThat(job.id().value()).isEqualTo(PLACE);
        assertThat(job.key()).isEqualTo(PLACE);
        assertThat((Map<?, ?>) job.body()).hasToString(job.body().toString()).hasSize(3);
        assertThat(((Map<?, ?>) job.body()).get("text")).isEqualTo("hi".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void a_later_version_may_add_fields() {
        assertThat(job("id", "a", "key", "k", "body", "b", "v", "2").key()).isEqualTo("k");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "id;a;key;k | field body is missing",
                "id;a;body;b;ts;5 | field key is missing",
                "key;k;body;b | field id is missing",
                "id;a;key;;body;b | field key is empty",
                "id;;key;k;body;b | the job id is empty",
                "id;a\u0007;key;k;body;b | the job id is empty, too long or contains control characters",
                "id;a;key;k;body;b;ts;soon | field ts is not a number",
                "id;a;key;k;body;b;h;{ | field h is not JSON",
                "id;a;key;k;body;b;h;[] | field h is not a JSON object",
                "id;a;key;k;body;b;h;{} {} | field h is not JSON",
                "id;a;key;k;body;b;h;{\"a\":1,\"a\":2} | field h is not JSON",
                "id;a;key;k;body;b;h;{\"a\":{}} | neither a text, a number nor a boolean",
                "id;a;key;k;body;b;h;{\"a\":null} | neither a text, a number nor a boolean",
                "id;a;key;k\u00ff;body;b | field key is not UTF-8",
                "job;{\"job_id\":\"a\\u0000secret\"} | the job id is empty, too long or contains control characters",
                "job;{\"job_id\":\"a\\ud800\"} | the job id is empty, too long or contains control characters or half",
                "job;{\"job_id\":\"a\",\"partition_id\":\"x\\ud800\"} | the key has half of a surrogate pair",
                "job;{\"job_id\":\"a\",\"to\":\"\\udc00\\ud800\"} | the key has half of a surrogate pair",
                "job;{\"job_id\":\"a\",\"to\":\"\u00ed\u00a0\u0080\"} | field job is not UTF-8",
                "job;{\"job_id\":\"a\",\"text\":\"\u00c0\u00af\"} | field job is not UTF-8",
                "to;5;\u00ff;1;\u00fe;2 | the name of a field is not UTF-8",
                "id;a;key;k;body;b;h;{\"a\":\"\\ud800\"} | a header in field h has half",
                "id;a;key;k;body;b;h;{\"\\ud800\":1} | a header in field h has half",
            })
    void an_entry_that_looks_like_ours_and_is_broken_is_undecodable(String fields, String reason) {
        Entry.Undecodable broken = (Entry.Undecodable) decode(fields.split(";", -1));
        assertThat(broken.reason()).contains(reason).doesNotContain("secret");
        assertThat(broken.streamId()).isEqualTo(StreamId.parse(PLACE));
    }

    @Test
    void deep_nesting_is_refused() {
        String deep = "[".repeat(100_000);
        assertThat(((Entry.Undecodable) decode("id", "a", "key", "k", "body", "b", "h", "{\"a\":" + deep)).reason())
                .contains("field h");
        assertThat(job("job", "{\"job_id\":" + deep).body()).isInstanceOf(Map.class);
    }

    @Test
    void a_count_of_attempts_that_is_not_a_number_is_undecodable() {
        Reply fields = new Reply("test", List.of(bytes("a"), bytes("b")));
        assertThat(EntryCodec.decode(PLACE, fields, "many")).isInstanceOf(Entry.Undecodable.class);
    }

    private static Job job(String... fields) {
        return ((Entry.Decoded) decode(fields)).job();
    }

    private static Entry decode(String... fields) {
        List<Object> flat = new ArrayList<>();
        for (String text : fields) {
            flat.add(bytes(text));
        }
        return EntryCodec.decode(PLACE, new Reply("test", flat), "0 0 0 0");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
