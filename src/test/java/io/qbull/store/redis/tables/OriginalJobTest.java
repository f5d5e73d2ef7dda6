package io.qbull.store.redis.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.qbull.model.EnqueueException;
import io.qbull.model.Entry;
import io.qbull.model.Job;
import io.qbull.model.JobFormat;
import io.qbull.model.JobId;
import io.qbull.model.NewJob;
import io.qbull.store.redis.client.Reply;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Jobs in the format of the original QBull. */
class OriginalJobTest {
    private static final Instant TIME = Instant.parse("2026-01-02T03:04:05.000678Z");
    private static final String ADDED =
            "\"job_id\": \"made\", \"published_at\": \"2026-01-02T03:04:05.000678+00:00\", \"partition_id\": \"57320\"";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}                                     | {ADDED}",
                "{\"n\": 1.10, \"big\": 1e400, \"s\":\"ä\\u00e9\"} | {ADDED, \"n\": 1.10, \"big\": 1e400, \"s\":\"ä\\u00e9\"}",
                "{\"to\":\"other\",\"published_at\":null} |"
                        + " {\"job_id\": \"made\", \"partition_id\": \"57320\", \"to\":\"other\",\"published_at\":null}",
                "{\"partition_id\":57320,\"job_id\":\"made\",\"published_at\":\"now\"} |"
                        + " {\"partition_id\":57320,\"job_id\":\"made\",\"published_at\":\"now\"}",
            })
    void missing_members_are_added_and_the_rest_of_the_body_stays_as_it_is(String body, String written) {
        NewJob job = write(body, true);

        assertThat(job.format()).isEqualTo(JobFormat.QBULL);
        assertThat(new String(job.body(), StandardCharsets.UTF_8)).isEqualTo(written.replace("ADDED", ADDED));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"to\":\"other\"}",
                "{\"job_id\":\"made\"}",
                "{\"partition_id\":\"57320\"}",
                " \n{ \"x\":[{}] }"
            })
    void a_written_job_is_read_back_with_its_id_and_key(String body) {
        NewJob written = write(body, true);
        List<byte[]> args = new ArrayList<>();
        EntryCodec.encode(written, args);
        assertThat(args.get(2)).as("no key: the script writes one field").isEmpty();
        assertThat(args.subList(4, 6)).containsOnly(new byte[0], new byte[0]);

        Job read = read(args.get(3));

        assertThat(read.id().value()).isEqualTo("made");
        assertThat(read.key()).isEqualTo("57320");
        assertThat(read.body()).isEqualTo(written.body());
    }

    @Test
    void a_job_without_a_callers_id_gets_the_id_in_its_body() {
        NewJob job = write("{\"job_id\":\"of the body\"}", false);

        assertThat(job.id().value()).isEqualTo("of the body");
        assertThat(job.callerId()).as("ids of bodies are not deduplicated").isFalse();
        assertThat(read(job.body()).id()).isEqualTo(job.id());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "hello secret              | format=qbull: body must be a JSON object",
                "[{\"a\":\"secret\"}]      | format=qbull: body must be a JSON object",
                "{} secret                 | format=qbull: body must be a JSON object",
                "{\"secret\":NaN}          | format=qbull: body must be a JSON object",
                "{\"a\":1,\"a\":2}         | format=qbull: body must be a JSON object",
                "``                        | format=qbull: body must be a JSON object",
                "{\"job_id\":\"secret\"}   | format=qbull: member job_id of the body contradicts the job id",
                "{\"job_id\":null}         | format=qbull: member job_id of the body contradicts the job id",
                "{\"partition_id\":\"secret\"} | format=qbull: member partition_id of the body contradicts the key",
                "{\"partition_id\":\"\"}   | format=qbull: member partition_id of the body contradicts the key",
                "{\"partition_id\":null}   | format=qbull: member partition_id of the body contradicts the key",
            })
    void an_invalid_body_is_refused_without_quoting_it(String body, String reason) {
        assertThatThrownBy(() -> write(body, true))
                .isInstanceOfSatisfying(
                        EnqueueException.class, e -> assertThat(e.kind()).isEqualTo(EnqueueException.Kind.INVALID))
                .hasMessageStartingWith(reason)
                .hasMessageNotContaining("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"job_id\":\"\"}", "{\"job_id\":null}", "{\"job_id\":{}}", "{\"job_id\":\"a\\n\"}"})
    void a_body_with_an_invalid_id_is_refused(String body) {
        assertThatThrownBy(() -> write(body, false))
                .isInstanceOf(EnqueueException.class)
                .hasMessageStartingWith("format=qbull: member job_id of the body must be text of 1 to 256 bytes");
    }

    @Test
    void a_body_in_another_encoding_is_refused() {
        NewJob job =
                new NewJob(new JobId("made"), true, "57320", "{}".getBytes(StandardCharsets.UTF_16LE), null, Map.of());
        assertThatThrownBy(() -> OriginalJob.write(job, TIME)).isInstanceOf(EnqueueException.class);
        NewJob latin = new NewJob(new JobId("made"), true, "57320", new byte[] {'{', (byte) 0xE9, '}'}, null, Map.of());
        assertThatThrownBy(() -> OriginalJob.write(latin, TIME)).hasMessage("format=qbull: body must be UTF-8");
    }

    @Test
    void numbers_that_only_python_writes_are_read() {
        Job job = read("{\"job_id\": \"j\", \"to\": \"57320\", \"x\": [NaN, Infinity, -Infinity]}"
                .getBytes(StandardCharsets.UTF_8));

        assertThat(job.key()).isEqualTo("57320");
    }

    private static NewJob write(String body, boolean callerId) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return OriginalJob.write(
                new NewJob(new JobId("made"), callerId, "57320", bytes, "text/plain", Map.of("a", 1)), TIME);
    }

    private static Job read(byte[] json) {
        List<Object> fields = List.of("job".getBytes(StandardCharsets.UTF_8), json);
        return ((Entry.Decoded) EntryCodec.decode("1700000000000-4", new Reply("test", fields), "0 0 0 0")).job();
    }
}
