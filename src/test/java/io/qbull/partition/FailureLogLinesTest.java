package io.qbull.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.QueueName;
import io.qbull.partition.FailureLog.End;
import io.qbull.testing.CapturedLog;
import io.qbull.testing.ManualEventLoop;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FailureLogLinesTest {
    private static final String AWAY = "ConnectException 127.0.0.1:21090";
    private static final String MISSING = "HTTP 404 shop:80";

    private final ManualEventLoop loop = new ManualEventLoop();
    private final FailureLog failures = new FailureLog(new QueueName("ORDERS"), loop);
    private final List<HeldKey> keys =
            IntStream.range(0, 310).mapToObj(n -> new HeldKey("k" + n, n)).toList();
    private final CapturedLog log = new CapturedLog();

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    void the_first_retry_is_told_in_full_and_the_rest_in_one_line_every_ten_seconds() {
        keys.forEach(key -> retry(key, AWAY));
        assertThat(log.seen("")).hasSize(1).allMatch(line -> line.contains("first of k0"));

        for (int period = 0; period < 2; period++) {
            tick(10);
            keys.forEach(key -> retry(key, AWAY));
        }

        assertThat(log.lines("retry,"))
                .containsExactly(
                        "ORDERS: 310 keys retry, " + AWAY + ", for 10 s",
                        "ORDERS: 310 keys retry, " + AWAY + ", for 20 s");
        assertThat(log.seen("")).hasSize(3);
    }

    @Test
    void the_end_is_told_once_and_a_relapse_within_ten_seconds_is_not_told_in_full() {
        retry(keys.get(0), AWAY);
        keys.get(0).retries(null);
        tick(10);
        assertThat(log.lines("ORDERS:"))
                .containsExactly("ORDERS: no key retries here any more, " + AWAY + ", after 10 s");

        retry(keys.get(1), AWAY);
        tick(10);
        assertThat(log.lines("ORDERS:")).last().isEqualTo("ORDERS: 1 key retries, " + AWAY + ", for 10 s");
        keys.get(1).retries(null);
        tick(60);
        assertThat(log.seen("")).hasSize(4);
        assertThat(loop.untilNext()).as("no timer without a failure").isNull();
    }

    @Test
    void keys_that_only_wait_are_not_told_again() {
        retry(keys.get(0), AWAY);
        tick(60);

        assertThat(log.seen("")).hasSize(1);
    }

    @Test
    void each_cause_and_end_has_its_own_lines() {
        retry(keys.get(0), AWAY);
        retry(keys.get(1), "HTTP 503 shop:80");
        failures.failed(End.BURIED, MISSING, "job=1 buried");
        failures.failed(End.HELD, MISSING, "job=2 held");
        assertThat(log.seen("")).hasSize(4);

        retry(keys.get(0), "HTTP 503 shop:80");
        failures.failed(End.BURIED, MISSING, "job=3 buried");
        failures.failed(End.BURIED, MISSING, "job=4 buried");
        failures.failed(End.HELD, MISSING, "job=5 held");
        tick(10);

        assertThat(log.lines("ORDERS:"))
                .containsExactlyInAnyOrder(
                        "ORDERS: no key retries here any more, " + AWAY + ", after 10 s",
                        "ORDERS: 2 keys retry, HTTP 503 shop:80, for 10 s",
                        "ORDERS: 2 jobs failed, " + MISSING + "; the last: job=4 buried");
        assertThat(log.lines("job=5 held")).hasSize(1);
    }

    @Test
    void causes_are_told_apart_up_to_a_limit() {
        for (int n = 0; n < 300; n++) {
            failures.failed(End.BURIED, "cause " + n, "job=" + n + " buried");
        }

        assertThat(log.lines("buried")).hasSize(101);
        tick(10);
        assertThat(log.lines("ORDERS: 199 jobs failed, other causes; the last: job=299 buried"))
                .hasSize(1);
    }

    private void retry(HeldKey key, String cause) {
        key.retries(failures.failed(End.RETRIED, cause, "first of " + key.name));
    }

    private void tick(int seconds) {
        loop.tick(Duration.ofSeconds(seconds));
    }
}
