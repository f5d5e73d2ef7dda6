package io.qbull.partition;

import io.qbull.model.QueueName;
import io.qbull.runtime.EventLoop;
import io.qbull.runtime.LogLimit;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs what becomes of failed jobs, for all pumps of a queue: the first of a cause in full, and from then on one line every ten seconds
 * for all of that cause. A receiver that is away fails thousands of jobs. On the event loop.
 */
public final class FailureLog {
    private static final Logger LOG = LoggerFactory.getLogger(FailureLog.class);
    /** So many causes are told apart; the text of a cause comes from outside. */
    private static final int MOST_CAUSES = 100;

    private static final String OTHERS = "other causes";

    private final QueueName queue;
    private final EventLoop loop;
    private final Map<Topic, Tally> tallies = new HashMap<>();
    private EventLoop.@Nullable Timer timer;

    /** What becomes of a failed job. */
    enum End {
        /** It runs again after a pause. */
        RETRIED,
        /** It moves to the dead-letter stream. */
        BURIED,
        /** Its key waits for a person. */
        HELD
    }

    private record Topic(End end, String cause) {}

    /**
     * @param queue whose jobs fail
     * @param loop keeps the time
     */
    public FailureLog(QueueName queue, EventLoop loop) {
        this.queue = queue;
        this.loop = loop;
    }

    /**
     * A job has failed.
     *
     * @param end what becomes of it
     * @param cause a few words that failures for the same cause share
     * @param line tells of this job
     * @return the tally of its cause
     */
    Tally failed(End end, String cause, String line) {
        Topic topic = new Topic(end, cause);
        if (!tallies.containsKey(topic) && tallies.size() >= MOST_CAUSES) {
            topic = new Topic(end, OTHERS);
        }
        Tally tally = tallies.get(topic);
        if (tally == null) {
            tally = new Tally(topic, loop.nanoTime());
            tallies.put(topic, tally);
            log(end, line);
        } else {
            tally.unreported++;
            tally.last = line;
        }
        if (timer == null) {
            timer = loop.schedule(LogLimit.PERIOD, this::summarize);
        }
        return tally;
    }

    private void summarize() {
        timer = null;
        for (Tally tally : List.copyOf(tallies.values())) {
            if (tally.topic.end == End.RETRIED) {
                summarizeRetries(tally);
            } else {
                summarizeEnds(tally);
            }
        }
        if (!tallies.isEmpty()) {
            timer = loop.schedule(LogLimit.PERIOD, this::summarize);
        }
    }

    private void summarizeRetries(Tally tally) {
        String cause = tally.topic.cause;
        long seconds = Duration.ofNanos(loop.nanoTime() - tally.since).toSeconds();
        if (tally.keys > 0) {
            if (tally.unreported > 0) {
                String keys = tally.keys == 1 ? "1 key retries" : tally.keys + " keys retry";
                LOG.info("{}: {}, {}, for {} s", queue, keys, cause, seconds);
            }
            tally.quiet = false;
        } else if (tally.quiet && tally.unreported == 0) {
            tallies.remove(tally.topic);
        } else {
            LOG.info("{}: no key retries here any more, {}, after {} s", queue, cause, seconds);
            tally.quiet = true;
            tally.since = loop.nanoTime();
        }
        tally.unreported = 0;
    }

    private void summarizeEnds(Tally tally) {
        if (tally.unreported == 0) {
            tallies.remove(tally.topic);
        } else if (tally.unreported == 1) {
            log(tally.topic.end, tally.last);
        } else {
            String line = queue + ": " + tally.unreported + " jobs failed, " + tally.topic.cause + "; the last: ";
            log(tally.topic.end, line + tally.last);
        }
        tally.unreported = 0;
    }

    private static void log(End end, String line) {
        if (end == End.RETRIED) {
            LOG.info("{}", line);
        } else {
            LOG.warn("{}", line);
        }
    }

    /** Failures for one cause. */
    static final class Tally {
        private final Topic topic;
        private long since;
        /** Keys that wait for another run now. */
        private int keys;
        /** Failures that no line has told of. */
        private int unreported;

        private String last = "";
        /** No key retries, and the log says so. */
        private boolean quiet;

        private Tally(Topic topic, long since) {
            this.topic = topic;
            this.since = since;
        }

        /** A key waits for another run. */
        void enter() {
            keys++;
        }

        /** It does not any more. */
        void leave() {
            keys--;
        }
    }
}
