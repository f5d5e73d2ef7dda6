package io.qbull.model;

/** How a job is written into its stream. */
public enum JobFormat {
    /** A field for each part of the job. */
    NATIVE,
    /** The format of the original QBull: one field that is a JSON object. */
    QBULL
}
