package io.qbull.model;

/** How a job is written into its stream. */
public enum JobFormat {
    /** With a field for each part. */
    NATIVE,
    /** As the original QBull does: one field that holds a JSON object. */
    QBULL
}
