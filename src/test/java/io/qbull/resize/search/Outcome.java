package io.qbull.resize.search;

/**
 * What comes of a script.
 *
 * @param world afterwards
 * @param answer to whoever sent it
 */
record Outcome(World world, Answer answer) {
    /** An answer. */
    enum Answer {
        DONE,
        FENCED,
        /** The target of a copy runs jobs of the new layout. */
        STARTED,
        /** The partition is not sealed for this version, or has moved for it. */
        OTHER
    }
}
