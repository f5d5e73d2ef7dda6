package io.qbull.it;

import io.qbull.it.Event.Answer;
import io.qbull.it.Event.Kind;
import io.qbull.model.EntryId;
import io.qbull.model.Lease;
import io.qbull.model.StreamId;
import io.qbull.store.OwnerAnswer;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * Writes events so that they survive a kill -9: one system call for each line, without a buffer in this process. Uses a file stream,
 * because interrupting a writing thread would close a channel. Thread-safe.
 */
final class EventLog implements AutoCloseable {
    private final FileOutputStream out;
    private final AtomicLong calls = new AtomicLong();

    EventLog(Path file) throws IOException {
        this.out = new FileOutputStream(file.toFile(), true);
    }

    synchronized void add(Event event) {
        try {
            out.write((event.line() + '\n').getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes a line before a command is sent, and another when its answer arrives, before any caller sees it. If the pod dies between the
     * two, the command counts as one that may have run.
     */
    <T extends OwnerAnswer> CompletionStage<T> removal(
            Lease lease, Kind kind, List<EntryId> entries, Supplier<CompletionStage<T>> command) {
        long call = calls.incrementAndGet();
        List<StreamId> ids = entries.stream().map(EntryId::streamId).toList();
        add(new Event.RemovalSent(System.nanoTime(), LoggedJobs.owner(lease), call, kind, ids));
        return command.get().whenComplete((answer, failure) -> {
            Answer known = answer == null ? Answer.UNKNOWN : answer.fenced() ? Answer.FENCED : Answer.DONE;
            add(new Event.RemovalAnswered(System.nanoTime(), call, known));
        });
    }

    /**
     * @param file a log, perhaps still being written
     * @return its events; an incomplete last line is skipped
     */
    static List<Event> read(Path file) throws IOException {
        String text = Files.exists(file) ? Files.readString(file, StandardCharsets.US_ASCII) : "";
        List<Event> events = new ArrayList<>();
        int from = 0;
        for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
            events.add(Event.parse(text.substring(from, end)));
            from = end + 1;
        }
        return events;
    }

    @Override
    public synchronized void close() throws IOException {
        out.close();
    }
}
