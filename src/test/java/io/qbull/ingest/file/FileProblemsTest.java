package io.qbull.ingest.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.testing.CapturedLog;
import java.nio.file.FileSystemException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FileProblemsTest {
    private final AtomicLong clock = new AtomicLong();
    private final FileProblems problems = new FileProblems(clock::get);

    @Test
    void a_problem_that_every_scan_finds_is_logged_once() {
        try (CapturedLog log = new CapturedLog()) {
            IntStream.range(0, 1_000).forEach(scan -> {
                clock.addAndGet(FileProblems.FORGOTTEN_AFTER.toNanos() / 2);
                problems.report("a", "stays where it is");
            });

            assertThat(log.warnings()).containsExactly("a stays where it is");
            assertThat(problems.current()).containsExactly("a stays where it is");
        }
    }

    @Test
    void another_cause_is_another_problem() {
        try (CapturedLog log = new CapturedLog()) {
            problems.report("a", "is a link");
            problems.report("a", "cannot be moved");

            assertThat(log.warnings()).containsExactly("a is a link", "a cannot be moved");
        }
    }

    @Test
    void a_problem_that_is_over_is_forgotten_and_logged_when_it_comes_back() {
        try (CapturedLog log = new CapturedLog()) {
            problems.report("a", "stays where it is");
            clock.addAndGet(FileProblems.FORGOTTEN_AFTER.toNanos() + 1);
            assertThat(problems.current()).isEmpty();
            problems.report("a", "stays where it is");

            assertThat(log.warnings()).hasSize(2);
        }
    }

    @Test
    void a_long_name_does_not_hide_the_cause() {
        problems.report("x".repeat(10_000), "cannot be moved");

        assertThat(problems.current()).singleElement().asString().endsWith(" cannot be moved");
    }

    /** The name of a claim is another one at each attempt. */
    @Test
    void a_reason_names_no_file() {
        assertThat(FileProblems.reason(new FileSystemException("a", "b", "File name too long")))
                .isEqualTo("File name too long");
        assertThat(FileProblems.reason(new FileSystemException("a", "b", null))).isEqualTo("FileSystemException");
    }

    @Test
    void any_number_of_bad_files_costs_a_limited_memory_and_a_limited_log() {
        try (CapturedLog log = new CapturedLog()) {
            IntStream.range(0, 3)
                    .forEach(scan -> IntStream.range(0, 5 * FileProblems.MOST)
                            .forEach(file -> problems.report("file " + file, "is bad")));
            assertThat(problems.current()).hasSize(FileProblems.MOST);
            assertThat(log.warnings())
                    .hasSize(FileProblems.MOST + 1)
                    .last()
                    .asString()
                    .contains("no more are named");
        }
    }
}
