package io.qbull.ingest.http;

/** The header names between this package and {@code qbull:} endpoints; fixed by the component. */
final class JobHeaders {
    static final String KEY = "CamelQbullKey";
    static final String JOB_ID = "CamelQbullJobId";
    static final String DELAY = "CamelQbullDelay";
    static final String QUEUE = "CamelQbullQueue";
    static final String PARTITION = "CamelQbullPartition";
    static final String DUPLICATE = "CamelQbullDuplicate";

    private JobHeaders() {}
}
