package io.qbull.ingest.http;

/** The headers that {@code qbull:} endpoints read and write; the component defines their names. */
final class JobHeaders {
    static final String KEY = "CamelQbullKey";
    static final String JOB_ID = "CamelQbullJobId";
    static final String DELAY = "CamelQbullDelay";
    static final String QUEUE = "CamelQbullQueue";
    static final String PARTITION = "CamelQbullPartition";
    static final String DUPLICATE = "CamelQbullDuplicate";

    private JobHeaders() {}
}
