package io.qbull.ingest.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.testing.CapturedLog;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class WarnOnceTest {
    private final WarnOnce warnings = new WarnOnce(LoggerFactory.getLogger(WarnOnce.class));

    @Test
    void a_warning_that_every_scan_repeats_is_logged_once() {
        try (CapturedLog log = new CapturedLog()) {
            IntStream.range(0, 10).forEach(scan -> warnings.warn("a stays where it is"));
            assertThat(log.warnings()).containsExactly("a stays where it is");
        }
    }

    @Test
    void any_number_of_bad_files_costs_a_limited_memory_and_a_limited_log() {
        try (CapturedLog log = new CapturedLog()) {
            IntStream.range(0, 3)
                    .forEach(scan ->
                            IntStream.range(0, 5 * WarnOnce.MOST).forEach(file -> warnings.warn("file " + file)));
            assertThat(warnings.remembered()).isEqualTo(WarnOnce.MOST);
            assertThat(log.warnings())
                    .hasSize(WarnOnce.MOST + 1)
                    .last()
                    .asString()
                    .contains("no more are named");
        }
    }
}
