package io.qbull.ingest.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.qbull.model.Due;
import io.qbull.model.JobId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobRequestTest {
    private static final String PATH = "/queues/WHATSAPP/jobs";

    @ParameterizedTest
    @CsvSource({
        "key=573205104418, 573205104418",
        "key=%2B573205104418, +573205104418",
        "key=a+b, a b",
        "key=a%26b%3Dc, a&b=c",
        "key=a=b, a=b",
        "key=50%25, 50%",
        "key=J%C3%BCrgen, Jürgen",
        "key=J\u00c3\u00bcrgen, Jürgen",
        "key=%F0%9F%90%82, 🐂",
        "k%65y=k, k",
        "&key=k&&, k",
    })
    void the_key_is_decoded_from_the_query(String query, String key) throws ProblemException {
        JobRequest request = JobRequest.parse(PATH, query, List.of(), queue -> 512);

        assertThat(request.key()).isEqualTo(key);
        assertThat(request.queue().value()).isEqualTo("WHATSAPP");
        assertThat(request.id()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "'', missing",
        "KEY=a, did you mean key?",
        "Key=x&key=k, did you mean key?",
        "other=1&key=k, 'there are only key, delay, at'",
        "key=k&dealy=10m, There is no query parameter 'dealy'; did you mean delay?",
        "key=k&delay_ms=10, did you mean delay?",
        "key=k&more, There is no query parameter 'more'",
        "key=k&%ff=1, UTF-8",
        "key=john+doe@example.com, %2B",
        "key=john+doe%40example.com, %2B",
        "key=whatsapp:+14155238886, %2B",
        "key=whatsapp%3A+14155238886, %2B",
        "key=a++b, %2B",
        "key=a+, %2B",
        "key, 1 to 512 bytes",
        "key=, 1 to 512 bytes",
        "key=a&key=a, more than one",
        "key=a&k%65y=b, more than one",
        "key=%, two hexadecimal digits",
        "key=%4, two hexadecimal digits",
        "key=%zz, two hexadecimal digits",
        "%zz=x&key=a, two hexadecimal digits",
        "key=%ff, UTF-8",
        "key=%C3, UTF-8",
        "key=+573205104418, %2B",
    })
    void a_wrong_key_is_refused_with_its_reason(String query, String reason) {
        ProblemException refused = refusal(PATH, query, List.of());

        assertThat(refused.problem().status()).isEqualTo(400);
        assertThat(refused.problem().detail()).contains(reason);
    }

    @Test
    void the_query_says_when_the_job_may_run() throws ProblemException {
        assertThat(due("key=k")).isNull();
        assertThat(due("key=k&delay=PT10M")).isEqualTo(new Due.In(Duration.ofMinutes(10)));
        assertThat(due("delay=10m&key=k")).isEqualTo(new Due.In(Duration.ofMinutes(10)));
        assertThat(due("key=k&at=2026-11-24T08%3A00:00Z")).isEqualTo(new Due.At(Instant.parse("2026-11-24T08:00:00Z")));
        assertThat(due("key=k&at=2026-11-24T08:00:00%2B01:00"))
                .isEqualTo(new Due.At(Instant.parse("2026-11-24T07:00:00Z")));
    }

    private static @Nullable Due due(String query) throws ProblemException {
        return JobRequest.parse(PATH, query, List.of(), queue -> 512).due();
    }

    @ParameterizedTest
    @CsvSource({
        "delay=soon, delay is wrong: a delay must be like PT10M",
        "delay, delay is wrong",
        "delay=, delay is wrong",
        "delay=1&delay=1, more than one delay",
        "at=soon, at is wrong: a time must be like",
        "at=2026-11-24T08:00:00+01:00, write %2B for a plus sign",
        "at=1&at=1, more than one at",
        "delay=1&at=2026-11-24T08:00:00Z, both delay and at",
    })
    void a_wrong_time_is_refused_with_its_reason(String query, String reason) {
        ProblemException refused = refusal(PATH, "key=k&" + query, List.of());

        assertThat(refused.problem().status()).isEqualTo(400);
        assertThat(refused.problem().detail()).contains(reason);
    }

    @Test
    void a_key_is_measured_in_bytes() {
        assertThat(refusal(PATH, "key=" + "k".repeat(512), List.of())).isNull();
        assertThat(refusal(PATH, "key=" + "k".repeat(513), List.of())).isNotNull();
        assertThat(refusal(PATH, "key=" + "%C3%BC".repeat(257), List.of())).isNotNull();
    }

    @Test
    void a_request_without_query_has_no_key() {
        assertThat(refusal(PATH, null, List.of()).problem().status()).isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({"/queues/a b/jobs", "/queues/ü/jobs", "/queues/A/jobs/x", "/queues/A", "/x/A/jobs", "/"})
    void a_path_that_names_no_queue_is_not_found(String path) {
        assertThat(refusal(path, "key=a", List.of()).problem().status()).isEqualTo(404);
    }

    @Test
    void the_id_is_what_the_client_sent_in_utf8() throws ProblemException {
        JobRequest request = JobRequest.parse(PATH, "key=a", List.of("J\u00c3\u00bc"), queue -> 512);

        assertThat(request.id()).isEqualTo(new JobId("Jü"));
    }

    @Test
    void a_wrong_id_is_refused() {
        assertThat(refusal(PATH, "key=a", List.of(""))).isNotNull();
        assertThat(refusal(PATH, "key=a", List.of("x".repeat(257)))).isNotNull();
        assertThat(refusal(PATH, "key=a", List.of("a\tb"))).isNotNull();
        assertThat(refusal(PATH, "key=a", List.of("\u00ff"))).isNotNull();
        assertThat(refusal(PATH, "key=a", List.of("a", "a"))).isNotNull();
    }

    @SuppressWarnings("NullAway") // Null when nothing was thrown: the assertions ask for it.
    private static ProblemException refusal(String path, @Nullable String query, List<String> ids) {
        return catchThrowableOfType(ProblemException.class, () -> JobRequest.parse(path, query, ids, queue -> 512));
    }
}
