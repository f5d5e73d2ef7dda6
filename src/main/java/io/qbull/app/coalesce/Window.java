package io.qbull.app.coalesce;

import java.io.Serial;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Messages of one key in their order, and where each came from. They are divided into jobs as they come, so that a window
 * that is sent again makes the same jobs whatever the settings are by then. Stored in Redis as the body of an exchange.
 */
final class Window implements Serializable {
    @Serial
    private static final long serialVersionUID = 1;

    private static final int BRACKETS = 2;

    private final String id;
    /** Ids of entries by their stream. */
    private final LinkedHashMap<String, ArrayList<String>> sources = new LinkedHashMap<>();

    private final ArrayList<ArrayList<String>> jobs = new ArrayList<>();
    private int bytesOfLast;

    /**
     * @param messages most of one job
     * @param bytes longest body of a job
     */
    record Limits(int messages, int bytes) {}

    Window(String id) {
        this.id = id;
    }

    /** Names it for ever: follows from its first message. */
    String id() {
        return id;
    }

    /** Of its messages, by stream. */
    Map<String, ? extends List<String>> sources() {
        return sources;
    }

    /**
     * Adds a message, unless it is here already: its job runs again when its end was not recorded.
     *
     * @param stream where it came from
     * @param entry its id there
     * @param json the message
     * @throws IllegalArgumentException if it is too large for any job
     */
    void add(String stream, String entry, String json, Limits limits) {
        ArrayList<String> known = sources.computeIfAbsent(stream, name -> new ArrayList<>());
        if (known.contains(entry)) {
            return;
        }
        int bytes = json.getBytes(StandardCharsets.UTF_8).length;
        if (BRACKETS + bytes > limits.bytes()) {
            throw new IllegalArgumentException("the message (" + bytes + " bytes as JSON) does not fit into a job of "
                    + limits.bytes() + " bytes");
        }
        if (jobs.isEmpty()
                || last().size() >= limits.messages()
                || BRACKETS + bytesOfLast + 1 + bytes > limits.bytes()) {
            jobs.add(new ArrayList<>());
            bytesOfLast = -1;
        }
        last().add(json);
        bytesOfLast += 1 + bytes;
        known.add(entry);
    }

    /** Whether waiting longer would not make its first job larger. */
    boolean full(Limits limits) {
        return jobs.size() > 1 || last().size() >= limits.messages();
    }

    /** A JSON array for each job. */
    List<String> bodies() {
        return jobs.stream().map(job -> "[" + String.join(",", job) + "]").toList();
    }

    private List<String> last() {
        return jobs.get(jobs.size() - 1);
    }
}
