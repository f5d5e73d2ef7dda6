package io.qbull.ops.why;

import io.qbull.model.DurationText;
import io.qbull.model.QueueName;
import io.qbull.model.why.Cause;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The answer to {@code why}.
 *
 * @param queue the queue
 * @param findings the causes, the weightiest first; never empty
 * @param unexamined how many partitions that have jobs were not looked at closely
 */
public record Answer(QueueName queue, List<Finding> findings, int unexamined) {
    /** Copies the list. */
    public Answer {
        findings = List.copyOf(findings);
    }

    /**
     * A cause and where it was found.
     *
     * @param queue the queue
     * @param partitions indexes of the partitions; empty for what concerns the queue
     * @param stood how long they have not moved; zero if that is not known
     * @param cause the cause
     */
    public record Finding(QueueName queue, List<Integer> partitions, Duration stood, Cause cause) {
        /** Copies the list. */
        public Finding {
            partitions = List.copyOf(partitions);
        }

        /**
         * @return one line; for one partition what the health and the log of its owner say
         */
        public String text() {
            String where = switch (partitions.size()) {
                case 0 -> "queue " + queue;
                case 1 -> "partition " + queue + ":" + partitions.get(0);
                default ->
                    partitions.stream().map(String::valueOf).collect(Collectors.joining(", ", "partitions ", " of "))
                            + queue;
            };
            return where
                    + (stood.isZero() ? ": " : " has not moved for " + DurationText.of(stood) + ": ")
                    + cause.sentence();
        }
    }
}
