package io.qbull.ingest.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
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
    private static final JsonFactory JSON = new JsonFactory();
    private static final int LARGEST_SHOWN = 4_096;

    private final Path place;
    private final Path draft;
    private @Nullable FileChannel out;
    /** Of the complete lines of the draft. */
    private long length;

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
     * Adds a record. If that fails, nothing was added, and the same record can be added again.
     *
     * @param line number of the record
     * @param offset of its first byte in the file
     * @param reason why it is not a job
     * @param record its bytes, shown if they are few
     */
    void add(long line, long offset, String reason, byte[] record) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeNumberField("line", line);
            json.writeNumberField("offset", offset);
            json.writeStringField("reason", reason);
            if (record.length > 0 && record.length <= LARGEST_SHOWN) {
                json.writeStringField("record", new String(record, StandardCharsets.UTF_8));
            }
            json.writeEndObject();
        }
        bytes.write('\n');
        FileChannel channel = open();
        ByteBuffer left = ByteBuffer.wrap(bytes.toByteArray());
        long at = length;
        while (left.hasRemaining()) {
            at += channel.write(left, at);
        }
        length = at;
    }

    /** Moves the list to its place; there are no more bad records. Can be repeated if it fails. */
    void finish() throws IOException {
        if (length == 0) {
            return;
        }
        FileChannel channel = out;
        if (channel != null) {
            // A record that could not be added may have left a part of itself.
            channel.truncate(length);
            channel.force(true);
            out = null;
            channel.close();
        }
        Files.move(draft, place, StandardCopyOption.ATOMIC_MOVE);
        length = 0;
    }

    @Override
    public void close() throws IOException {
        if (out != null) {
            out.close();
        }
    }

    private FileChannel open() throws IOException {
        FileChannel open = out;
        if (open == null) {
            Inbox.makeFolder(draft);
            open = FileChannel.open(draft, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            out = open;
        }
        return open;
    }
}
