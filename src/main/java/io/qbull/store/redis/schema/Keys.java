package io.qbull.store.redis.schema;

import io.qbull.model.PartitionId;
import io.qbull.model.QueueName;
import io.qbull.model.Segment;

/**
 * The names of all keys and channels in Redis. The hash tag of a partition's keys is the name of its stream, so all of them are in
 * one cluster slot. {@code docs/protocol.md} says which script reads and writes each key.
 */
public final class Keys {
    /** Set: the names of all queues. */
    public static final String QUEUES = "qbull:queues";

    /** How many jobs a bundle of held jobs contains. */
    public static final int BUNDLE = 8;

    private Keys() {}

    /** Stream: the jobs that are neither done nor held. */
    public static String stream(PartitionId partition) {
        return partition.toString();
    }

    /**
     * @param stream a name that {@link #stream} made
     * @return its partition
     * @throws IllegalArgumentException if it is no such name
     */
    public static PartitionId partition(String stream) {
        int colon = stream.lastIndexOf(':');
        return new PartitionId(
                new QueueName(stream.substring(0, Math.max(0, colon))), Integer.parseInt(stream.substring(colon + 1)));
    }

    /** Hash: owner, epoch, expires, ttl, wanted, window, inflight, doing, done. */
    public static String lease(PartitionId partition) {
        return tagged(partition, "lease");
    }

    /** Stream: jobs that were buried. */
    public static String dead(PartitionId partition) {
        return tagged(partition, "dead");
    }

    /** Hash: another partition to a layout version and the last dead letter that came from there by it, a stream id there. */
    public static String letters(PartitionId partition) {
        return tagged(partition, "letters");
    }

    /** Hash: another partition to the epoch of its owner, the number of its last call and the ids of the entries that came with that. */
    public static String rerouted(PartitionId partition) {
        return tagged(partition, "rerouted");
    }

    /**
     * Hash: held key to four fields of its first job, separated by blanks: when it may run (ms since 1970; -1 = when a person asks),
     * failed attempts, time of the last failure (ms since 1970), reason.
     */
    public static String held(PartitionId partition) {
        return tagged(partition, "held");
    }

    /**
     * Sorted set, all scores 0: the held jobs, each alone or in a bundle of {@link #BUNDLE}. A member begins with {@code j} or, if it is
     * a bundle, {@code b}, SHA-1 of the key and place, so that the jobs are sorted by key and by job order.
     */
    public static String heldJobs(PartitionId partition) {
        return tagged(partition, "held:jobs");
    }

    /** Stream: requests to the owner. */
    public static String inbox(PartitionId partition) {
        return tagged(partition, "inbox");
    }

    /** Sorted set: member of a delayed job, by the time at which it is due (ms since 1970). */
    public static String delayed(PartitionId partition) {
        return tagged(partition, "delayed");
    }

    /** Hash: member to job id and fields of a delayed job, as MessagePack. */
    public static String delayedJobs(PartitionId partition) {
        return tagged(partition, "delayed:jobs");
    }

    /** Sorted set, all scores 0: job id, a zero byte and member of each delayed job. */
    public static String delayedIds(PartitionId partition) {
        return tagged(partition, "delayed:ids");
    }

    /** Sorted set: job ids that callers gave, by the end of their deduplication window (ms since 1970). */
    public static String seen(PartitionId partition) {
        return tagged(partition, "seen");
    }

    /**
     * Hash: stream id, or place of a held job, to four numbers separated by blanks: failed attempts, crashes, doublings of its patience
     * as a crash suspect, number of the last change. For jobs that are not done.
     */
    public static String attempts(PartitionId partition) {
        return tagged(partition, "attempts");
    }

    /** String: number of the producer's last enqueue call and its answer. */
    public static String call(PartitionId partition, String producer) {
        return tagged(partition, "call:" + producer);
    }

    /** Hash: layout version to the offset of the last record of the source that was added to this partition. */
    public static String source(PartitionId partition, String source) {
        return tagged(partition, "source:" + source);
    }

    /** String: layout version, then {@code open} if the partition takes jobs for it or {@code closed} if it does not. */
    public static String seal(PartitionId partition) {
        return tagged(partition, "seal");
    }

    /** String: the newest layout version whose jobs may run. */
    public static String started(PartitionId partition) {
        return tagged(partition, "started");
    }

    /** String: the newest layout version for which no job leaves this partition any more. */
    public static String moved(PartitionId partition) {
        return tagged(partition, "moved");
    }

    /** Hash: segment, as {@link Segment#toString} writes it, to the position of the last job that was copied into it. */
    public static String staged(PartitionId partition) {
        return tagged(partition, "staged");
    }

    /**
     * Stream: jobs that another partition has handed over for a resize.
     *
     * @param segment which; the own stream is {@link #stream}
     */
    public static String segment(PartitionId partition, Segment segment) {
        return segment.own() ? stream(partition) : tagged(partition, "staged:" + segment);
    }

    /**
     * Hash: version, partitions, next_version, next_partitions, key_hash; vN = number of partitions in an earlier version N and, behind a
     * blank, when it was replaced (ms since 1970); pauses = number of the last change of what is paused; paused, paused:p:N, paused:k:KEY =
     * since when the queue, a partition or a key is paused, until when (ms since 1970; 0 = open), who paused it and why (JSON), separated
     * by blanks.
     */
    public static String layout(QueueName queue) {
        return "{" + queue + "}:layout";
    }

    /** Hash: pod to its registration as JSON. */
    public static String pods(QueueName queue) {
        return "{" + queue + "}:pods";
    }

    /** Set: the partitions in which a source that is forgotten by itself has progress. */
    public static String met(QueueName queue, String source) {
        return "{" + queue + "}:met:" + source;
    }

    /** Hash: ULID of an unfinished file to its claim as JSON. */
    public static String sources(QueueName queue) {
        return "{" + queue + "}:sources";
    }

    /** Hash: key to its open collection window, a serialized exchange. */
    public static String windows(QueueName queue) {
        return "{" + queue + "}:windows";
    }

    /** Hash: name of a closed collection window to the window, until its jobs are in the other queue. */
    public static String closedWindows(QueueName queue) {
        return "{" + queue + "}:closed";
    }

    /**
     * Pub/sub channel, not a key: index of a partition whose lease was released, handed over or requested, or {@code pauses} when people
     * have paused or resumed something.
     */
    public static String announcements(QueueName queue) {
        return "qbull:announce:" + queue;
    }

    /**
     * @param key a name that one of these methods made
     * @return the type that Redis gives it, in the words of its command TYPE
     */
    public static String type(String key) {
        int tag = key.indexOf("}:");
        if (tag < 0) {
            return key.equals(QUEUES) ? "set" : "stream";
        }
        String what = key.substring(tag + 2);
        int colon = what.indexOf(':');
        return switch (colon < 0 ? what : what.substring(0, colon + 1)) {
            case "met:" -> "set";
            case "inbox", "dead", "staged:" -> "stream";
            case "held:", "delayed", "seen" -> "zset";
            case "delayed:" -> what.equals("delayed:ids") ? "zset" : "hash";
            case "call:", "seal", "started", "moved" -> "string";
            default -> "hash";
        };
    }

    private static String tagged(PartitionId partition, String what) {
        return "{" + partition + "}:" + what;
    }
}
