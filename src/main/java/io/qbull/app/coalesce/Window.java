package io.qbull.app.coalesce;

import java.io.Serial;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The messages of one key, in order, with the stream entry of each. Messages are divided into jobs as they arrive, so a window
 * that is sent again makes the same jobs even if the settings have changed. Redis stores it as the body of an exchange.
 */
final class Window implements Serializable {
    @Serial
    private static final long serialVersionUID = 1;

    private static final int BRACKETS = 2;

    private final String id;
    /** Ids of stream entries, by stream. */
    private final LinkedHashMap<String, ArrayList<String>> sources = new LinkedHashMap<>();

    private final ArrayList<ArrayList<String>> jobs = new ArrayList<>();
    private int bytesOfLast;

    /**
     * @param messages in one job at most
     * @param bytes in the body of one job at most
     */
    record Limits(int messages, int bytes) {}

    Window(String id) {
        this.id = id;
    }

    /** The permanent name of this window, derived from its first message. */
    String id() {
        return id;
    }

    /** Ids of the stream entries of its messages, by stream. */
    Map<String, ? extends List<String>> sources() {
        return sources;
    }

    /**
     * Adds a message, unless the window contains it: a job whose commit was lost runs again.
     *
     * @param stream that the message came from
     * @param entry its id in that stream
     * @param json the message
     * @throws UnfitMessageException if it is too large for any job
     */
    void add(String stream, String entry, String json, Limits limits) {
        ArrayList<String> known = sources.computeIfAbsent(stream, name -> new ArrayList<>());
        if (known.contains(entry)) {
            return;
        }
        int bytes = json.getBytes(StandardCharsets.UTF_8).length;
        if (BRACKETS + bytes > limits.bytes()) {
            throw new UnfitMessageException(
                    "the message (" + bytes + " bytes as JSON) does not fit into a job of " + limits.bytes() + " bytes",
                    null);
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

    /** Whether waiting longer cannot make the first job larger. */
    boolean full(Limits limits) {
        return jobs.size() > 1 || last().size() >= limits.messages();
    }

    /** One JSON array for each job. */
    List<String> bodies() {
        return jobs.stream().map(job -> "[" + String.join(",", job) + "]").toList();
    }

    private List<String> last() {
        return jobs.get(jobs.size() - 1);
    }
}
