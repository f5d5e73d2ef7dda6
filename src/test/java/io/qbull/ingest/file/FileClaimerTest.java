package io.qbull.ingest.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.model.QueueName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileClaimerTest {
    private static final QueueName QUEUE = new QueueName("ORDERS");

    @TempDir
    private Path folder;

    @Test
    void claims_of_files_that_another_pod_has_read_are_forgotten() throws IOException {
        Inbox inbox = new Inbox(folder);
        inbox.prepare(Set.of(QUEUE));
        AtomicLong clock = new AtomicLong();
        Duration quiet = Duration.ofSeconds(2);
        FileClaimer claimer = new FileClaimer(
                inbox, Set.of(QUEUE), new FileProblems(clock::get), new WaitingFiles(quiet, clock::get));
        for (int n = 0; n < 5 * FileClaimer.MOST; n++) {
            Path file = Files.writeString(folder.resolve("ORDERS").resolve(n + ".txt"), "x");
            assertThat(claimer.claim(file)).isFalse();
            clock.addAndGet(quiet.toNanos() + 1);
            assertThat(claimer.claim(file)).isTrue();
            try (Stream<Path> claimed = Files.list(folder.resolve("ORDERS/.work"))) {
                for (Path work : claimed.toList()) {
                    Files.delete(work);
                }
            }
        }
        assertThat(claimer.remembered()).isLessThanOrEqualTo(FileClaimer.MOST);
    }
}
