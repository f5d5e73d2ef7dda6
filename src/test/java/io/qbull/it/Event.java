package io.qbull.it;

import io.qbull.model.StreamId;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One line of a pod's log. Times are {@link System#nanoTime()}. On Linux this is the time since boot, which all processes of a machine
 * share, so that events of several pods can be ordered.
 */
sealed interface Event {
    /**
     * @return when
     */
    long at();

    /** The pod's routes run. */
    record Up(long at) implements Event {}

    /** The route received a job. */
    record Started(long at, Owner owner, StreamId id, JobRef job, int attempt) implements Event {}

    /** The route finished a job, or threw. */
    record Ended(long at, Owner owner, StreamId id, boolean failed) implements Event {}

    /** A commit or a burial was sent to Redis; {@code call} is unique within a pod. */
    record RemovalSent(long at, Owner owner, long call, Kind kind, List<StreamId> ids) implements Event {}

    /** Its answer. */
    record RemovalAnswered(long at, long call, Answer answer) implements Event {}

    /** A fetch was sent at {@code sent} and answered at {@code at}. */
    record Fetched(long at, long sent, Owner owner, Answer answer, int entries) implements Event {}

    /** A lease was acquired by a command sent at {@code sent}. */
    record Granted(long at, long sent, Owner owner, String predecessor) implements Event {}

    /** A lease ended: released or handed over ({@code released}), or lost. */
    record Gone(long at, Owner owner, boolean released) implements Event {}

    /** The commands that remove a job from its stream. */
    enum Kind {
        COMMIT,
        BURIAL,
        /** To the held jobs, to wait for a retry. */
        MOVE
    }

    /** The answers of Redis. */
    enum Answer {
        DONE,
        FENCED,
        /** None: the command may or may not have run. */
        UNKNOWN
    }

    /** A lease, identified by index of the partition and epoch. */
    record Owner(int partition, long epoch) {
        @Override
        public String toString() {
            return partition + "@" + epoch;
        }
    }

    /** A job, identified by what its producer knows: its key and its number among the jobs of that key. */
    record JobRef(String key, int seq) implements Comparable<JobRef> {
        /**
         * @param body {@code key:seq}, then anything after a blank
         * @return the job
         */
        static JobRef parse(String body) {
            int blank = body.indexOf(' ');
            String ref = blank < 0 ? body : body.substring(0, blank);
            int colon = ref.lastIndexOf(':');
            return new JobRef(ref.substring(0, colon), Integer.parseInt(ref.substring(colon + 1)));
        }

        @Override
        public int compareTo(JobRef other) {
            int byKey = key.compareTo(other.key);
            return byKey != 0 ? byKey : Integer.compare(seq, other.seq);
        }

        @Override
        public String toString() {
            return key + ":" + seq;
        }
    }

    /**
     * @return this event as a line without its end
     */
    default String line() {
        if (this instanceof Up e) {
            return "U " + e.at;
        } else if (this instanceof Started e) {
            return "S " + e.at + ' ' + e.owner + ' ' + e.id + ' ' + e.job + ' ' + e.attempt;
        } else if (this instanceof Ended e) {
            return "E " + e.at + ' ' + e.owner + ' ' + e.id + ' ' + (e.failed ? 1 : 0);
        } else if (this instanceof RemovalSent e) {
            String ids = e.ids.stream().map(StreamId::toString).collect(Collectors.joining(","));
            return "C " + e.at + ' ' + e.owner + ' ' + e.call + ' ' + e.kind + ' ' + ids;
        } else if (this instanceof RemovalAnswered e) {
            return "A " + e.at + ' ' + e.call + ' ' + e.answer;
        } else if (this instanceof Fetched e) {
            return "F " + e.at + ' ' + e.sent + ' ' + e.owner + ' ' + e.answer + ' ' + e.entries;
        } else if (this instanceof Granted e) {
            return "G " + e.at + ' ' + e.sent + ' ' + e.owner + ' ' + e.predecessor;
        }
        Gone e = (Gone) this;
        return "R " + e.at + ' ' + e.owner + ' ' + (e.released ? 1 : 0);
    }

    /**
     * @param line see {@link #line()}
     * @return the event
     */
    static Event parse(String line) {
        String[] f = line.split(" ", -1);
        long at = Long.parseLong(f[1]);
        return switch (f[0]) {
            case "U" -> new Up(at);
            case "S" -> new Started(at, owner(f[2]), StreamId.parse(f[3]), JobRef.parse(f[4]), Integer.parseInt(f[5]));
            case "E" -> new Ended(at, owner(f[2]), StreamId.parse(f[3]), "1".equals(f[4]));
            case "C" ->
                new RemovalSent(
                        at,
                        owner(f[2]),
                        Long.parseLong(f[3]),
                        Kind.valueOf(f[4]),
                        Arrays.stream(f[5].split(",", -1)).map(StreamId::parse).toList());
            case "A" -> new RemovalAnswered(at, Long.parseLong(f[2]), Answer.valueOf(f[3]));
            case "F" ->
                new Fetched(at, Long.parseLong(f[2]), owner(f[3]), Answer.valueOf(f[4]), Integer.parseInt(f[5]));
            case "G" -> new Granted(at, Long.parseLong(f[2]), owner(f[3]), f[4]);
            case "R" -> new Gone(at, owner(f[2]), "1".equals(f[3]));
            default -> throw new IllegalArgumentException("no event: " + line);
        };
    }

    private static Owner owner(String text) {
        int at = text.indexOf('@');
        return new Owner(Integer.parseInt(text.substring(0, at)), Long.parseLong(text.substring(at + 1)));
    }
}
