package io.qbull.enqueue;

/**
 * A job's place in the source that it was read from.
 *
 * @param reading of the source
 * @param offset of the job in it
 */
record Origin(Reading reading, long offset) {}
