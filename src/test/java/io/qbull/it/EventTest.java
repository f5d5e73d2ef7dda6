package io.qbull.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.qbull.it.Event.Owner;
import io.qbull.model.StreamId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventTest {
    private static final Owner OWNER = new Owner(3, 1_700_000_000_000_000L);
    private static final List<Event> ALL = List.of(
            new Event.Up(1),
            new Event.Started(2, OWNER, new StreamId(5, 6), new Event.JobRef("k:1", 7), 2),
            new Event.Ended(3, OWNER, new StreamId(5, 6), true),
            new Event.RemovalSent(4, OWNER, 9, Event.Kind.COMMIT, List.of(new StreamId(5, 6), new StreamId(5, 7))),
            new Event.RemovalAnswered(5, 9, Event.Answer.FENCED),
            new Event.Fetched(7, 6, OWNER, Event.Answer.DONE, 12),
            new Event.Granted(9, 8, OWNER, "EXPIRED"),
            new Event.Gone(10, OWNER, true));

    @Test
    void events_are_read_as_written_up_to_an_incomplete_line(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("log");
        try (EventLog log = new EventLog(file)) {
            ALL.forEach(log::add);
        }
        Files.writeString(file, "S 11 3@17", StandardCharsets.US_ASCII, StandardOpenOption.APPEND);

        assertThat(EventLog.read(file)).isEqualTo(ALL);
    }

    @Test
    void a_job_is_identified_by_the_first_word_of_its_body() {
        assertThat(Event.JobRef.parse("k:1:42 and more")).isEqualTo(new Event.JobRef("k:1", 42));
    }
}
