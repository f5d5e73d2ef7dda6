package io.qbull.app.corpus;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A file and what should become of it.
 *
 * @param queue that gets it
 * @param name of the file
 * @param content its bytes
 * @param jobs in the order of the file
 * @param refused in the order of the file
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record FileCase(String queue, String name, byte[] content, List<Job> jobs, List<Refused> refused) {
    static final String JSON = "application/json";
    static final String TEXT = "text/plain; charset=utf-8";

    /**
     * @param key of the job
     * @param body its text
     * @param contentType of the body
     */
    public record Job(String key, String body, String contentType) {}

    /**
     * @param line number in the file
     * @param reason a part of it
     */
    public record Refused(long line, String reason) {}

    /** The queue and the name, as a test shows it. */
    @Override
    public String toString() {
        return queue + "/" + name;
    }

    static FileCase file(String queue, String name, byte[] content) {
        return new FileCase(queue, name, content, List.of(), List.of());
    }

    static FileCase file(String queue, String name, String content, Charset charset) {
        return file(queue, name, content.getBytes(charset));
    }

    static FileCase file(String queue, String name, String content) {
        return file(queue, name, content, StandardCharsets.UTF_8);
    }

    FileCase job(String key, String body, String contentType) {
        List<Job> more = new ArrayList<>(jobs);
        more.add(new Job(key, body, contentType));
        return new FileCase(queue, name, content, List.copyOf(more), refused);
    }

    FileCase json(String key, String body) {
        return job(key, body, JSON);
    }

    FileCase text(String key, String body) {
        return job(key, body, TEXT);
    }

    FileCase refused(long line, String reason) {
        List<Refused> more = new ArrayList<>(refused);
        more.add(new Refused(line, reason));
        return new FileCase(queue, name, content, jobs, List.copyOf(more));
    }
}
