package io.qbull.component;

import org.apache.camel.spi.Metadata;

/** Names of the message headers. */
public final class QbullConstants {
    /** The job's key. */
    @Metadata(
            label = "common",
            description = "The job's key: jobs of one key run in order, one after another. Read by the producer unless"
                    + " the option key is set; set by the consumer.",
            javaType = "String")
    public static final String KEY = "CamelQbullKey";

    /** The job's id. */
    @Metadata(
            label = "common",
            description = "The job's id. A producer's caller may set it: a second job with that id within the"
                    + " deduplicationWindow is not added. Otherwise it is generated. The answer of a producer and a"
                    + " consumed job carry it too; an id that QBull itself set is never taken for the caller's.",
            javaType = "String")
    public static final String JOB_ID = "CamelQbullJobId";

    /** The queue. */
    @Metadata(label = "common", description = "The name of the queue.", javaType = "String")
    public static final String QUEUE = "CamelQbullQueue";

    /** The partition. */
    @Metadata(
            label = "common",
            description =
                    "The index of the partition. Never read by the producer, which computes it from key and layout.",
            javaType = "Integer")
    public static final String PARTITION = "CamelQbullPartition";

    /** The fencing token. */
    @Metadata(
            label = "consumer",
            description = "The fencing token of the lease under which the job runs: it only grows for a partition, so a"
                    + " store that keeps the highest one seen can refuse the writes of a pod that has lost its lease.",
            javaType = "Long")
    public static final String EPOCH = "CamelQbullEpoch";

    /** Which run of the job this is. */
    @Metadata(label = "consumer", description = "1 for the first run of the job.", javaType = "Integer")
    public static final String ATTEMPT = "CamelQbullAttempt";

    /** When Redis took the job. */
    @Metadata(
            label = "consumer",
            description = "When Redis took the job, in milliseconds since 1970.",
            javaType = "Long")
    public static final String ENQUEUED_AT = "CamelQbullEnqueuedAt";

    /** The stream entry. */
    @Metadata(
            label = "common",
            description =
                    "The id of the job's entry in the partition's stream. A producer sets 0-0 for a duplicate, whose"
                            + " entry may be gone already, and for a delayed job, which has none before it is due.",
            javaType = "String")
    public static final String STREAM_ID = "CamelQbullStreamId";

    /** Before which a failed job does not run again. */
    @Metadata(
            label = "consumer",
            description = "Set by a route whose exchange fails: before when the job is not run again, because the"
                    + " receiver said so; such a failure uses no attempt up. A java.time.Duration, a java.time.Instant,"
                    + " or a text: a duration such as 20s or PT20S, a number of seconds, a time such as"
                    + " 2026-11-24T08:00:00Z or an HTTP date, so that an HTTP header Retry-After can be copied.",
            javaType = "Object")
    public static final String RETRY_AFTER = "CamelQbullRetryAfter";

    /** Before which the job does not run. */
    @Metadata(
            label = "producer",
            description = "How long the job waits before it may run, from when Redis takes it: a java.time.Duration, a"
                    + " text such as PT10M or 10m (ms, s, m, h, d) or a number of milliseconds; or a java.time.Instant,"
                    + " before which it does not run. At most 366 days. A job that is due takes its place behind the"
                    + " jobs of its key that are in the queue then. Never set by the consumer.",
            javaType = "Object")
    public static final String DELAY = "CamelQbullDelay";

    /** Whether nothing was added. */
    @Metadata(
            label = "producer",
            description = "Set by the producer: true if a job with this id, given by the caller, had come within the"
                    + " deduplicationWindow, so that nothing was added.",
            javaType = "Boolean")
    public static final String DUPLICATE = "CamelQbullDuplicate";

    /** What became of many jobs. */
    @Metadata(
            label = "producer",
            description = "Set by the producer when the body held many jobs: how many were accepted, duplicates and"
                    + " refused, and the first 1000 refused ones with their index and reason.",
            javaType = "io.qbull.engine.BulkResult")
    public static final String BULK_RESULT = "CamelQbullBulkResult";

    /** Where each of many jobs is. */
    @Metadata(
            label = "producer",
            description =
                    "Set by the producer when the body was a collection: for each element, in order, where its job"
                            + " is, null for a refused one.",
            javaType = "java.util.List<io.qbull.model.Enqueued>")
    public static final String BULK_ANSWERS = "CamelQbullBulkAnswers";

    /** Those of many jobs that Redis has. */
    @Metadata(
            label = "producer",
            description =
                    "Set by the producer when the body was a collection: those of its elements that Redis has, newly"
                            + " or from before, in their order. What is marked at its source by this list is neither lost nor"
                            + " sent again.",
            javaType = "java.util.List<java.lang.Object>")
    public static final String BULK_ANSWERED = "CamelQbullBulkAnswered";

    private QbullConstants() {}
}
