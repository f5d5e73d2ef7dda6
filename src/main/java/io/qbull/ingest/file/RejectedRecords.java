package io.qbull.ingest.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The bad records of a file, as JSON Lines. They stay in a draft until the file is read to its end. A reading after a crash starts the
 * draft again, so no record is listed twice. The first bad record creates the draft. Used by one thread at a time.
 */
final class RejectedRecords implements AutoCloseable {
    private static final JsonFactory JSON =
            new JsonFactoryBuilder().rootValueSeparator("\n").build();
    private static final int LARGEST_SHOWN = 4_096;

    private final Path place;
    private final Path draft;
    private @Nullable JsonGenerator out;

    /**
     * @param place of the finished list
     * @param draft of the list, in the same folder
     */
    RejectedRecords(Path place, Path draft) throws IOException {
        this.place = place;
        this.draft = draft;
        Files.deleteIfExists(draft);
        Files.deleteIfExists(place);
    }

    /**
     * @param line number of the record
     * @param offset of its first byte in the file
     * @param reason why it is not a job
     * @param record its bytes, shown if they are few
     */
    void add(long line, long offset, String reason, byte[] record) throws IOException {
        JsonGenerator json = open();
        json.writeStartObject();
        json.writeNumberField("line", line);
        json.writeNumberField("offset", offset);
        json.writeStringField("reason", reason);
        if (record.length > 0 && record.length <= LARGEST_SHOWN) {
            json.writeStringField("record", new String(record, StandardCharsets.UTF_8));
        }
        json.writeEndObject();
    }

    /** Moves the list to its place; there are no more bad records. */
    void finish() throws IOException {
        if (out != null) {
            out.writeRaw('\n');
            out.close();
            try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(draft, place, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    @Override
    public void close() throws IOException {
        if (out != null) {
            out.close();
        }
    }

    private JsonGenerator open() throws IOException {
        JsonGenerator open = out;
        if (open == null) {
            Inbox.makeFolder(draft);
            open = JSON.createGenerator(Files.newBufferedWriter(draft));
            out = open;
        }
        return open;
    }
}
