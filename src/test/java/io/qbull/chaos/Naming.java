package io.qbull.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Whether what a pod says names a partition as one that does not move. What it says about another partition does not. Pure. */
final class Naming {
    /** A stream whose first job is so young moves. */
    private static final long YOUNG_MILLIS = 5_000;

    private static final Pattern SENTENCE = Pattern.compile("; (?=partition |since |[A-Z])");
    private static final Pattern LIST = Pattern.compile("partitions \\[([0-9, ]*)]");

    private Naming() {}

    /**
     * Each sentence of a check's message is about the partitions that it names; one that names none, and because of which the check is
     * down, is about all partitions of its queue that the pod has.
     *
     * @param stream the partition
     * @param check of the health of a pod
     * @param has whether the pod has the partition, or nobody knows who has
     * @return the sentence, without what varies; null if there is none
     */
    static @Nullable String inHealth(String stream, JsonNode check, boolean has) {
        JsonNode message = check.findValue("message");
        String queue = stream.substring(0, stream.indexOf(':'));
        if (message == null || !check.toString().contains(queue)) {
            return null;
        }
        boolean down = check.path("status").asText().equals("DOWN");
        for (String sentence : SENTENCE.split(message.asText(), -1)) {
            if (names(sentence, queue, stream, down && has)) {
                return LogVolume.shape((down ? "DOWN: " : "health: ") + sentence);
            }
        }
        return null;
    }

    private static boolean names(String sentence, String queue, String stream, boolean all) {
        if (sentence.contains("cannot be added")) {
            // Then jobs that are there run all the same.
            return false;
        }
        Matcher list = LIST.matcher(sentence);
        if (list.find()) {
            String index = stream.substring(stream.indexOf(':') + 1);
            return (", " + list.group(1) + ",").contains(", " + index + ",");
        }
        if (Pattern.compile(Pattern.quote(queue) + ":\\d").matcher(sentence).find()) {
            return Pattern.compile(Pattern.quote(stream) + "(?!\\d)")
                    .matcher(sentence)
                    .find();
        }
        return all;
    }

    /**
     * @param partition of the status of its queue
     * @return what it says about why the partition does not move; null if it does not
     */
    static @Nullable String inStatus(JsonNode partition) {
        if (partition.has("error")) {
            return "status: an error";
        }
        boolean streamMoves = partition.path("backlog").asLong() == 0
                || partition.path("oldestAgeMs").asLong() < YOUNG_MILLIS;
        if (partition.path("held").asLong() > 0 && streamMoves) {
            return "status: held keys";
        }
        return partition.path("owner").isNull() ? "status: no owner" : null;
    }
}
