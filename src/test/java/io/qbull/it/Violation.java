package io.qbull.it;

/**
 * A promise that was broken.
 *
 * @param kind which
 * @param text where and when
 */
record Violation(Kind kind, String text) {
    enum Kind {
        /** Redis had the job, and it is neither done nor dead nor waiting. */
        LOST,
        /** One sending, two entries. */
        ADDED_TWICE,
        /** The producer was told that it is not there. */
        REFUSED_BUT_ADDED,
        /** A commit was sent for a job whose work was not over. */
        COMMITTED_BEFORE_DONE,
        /** A burial was sent for a job that had not failed. */
        BURIED_WITHOUT_FAILURE,
        /** Entries of one key are not in the order of their sending. */
        ADDED_OUT_OF_ORDER,
        /** A later job of a key was seen by a route before an earlier one. */
        FIRST_START_OUT_OF_ORDER,
        /** A job started although the one before it, of the same key or partition, was neither done here nor committed. */
        STARTED_TOO_EARLY,
        /** A job started again although a later one of its key had been committed. */
        REPEAT_IS_NO_SUFFIX,
        /** Two jobs of one partition ran at a time under one lease. */
        OVERLAP,
        /** A job started although it had left its stream. */
        REVIVED,
        /** A job ran again and nothing had happened that excuses it. */
        UNEXPLAINED_REPEAT,
        /** Redis accepted a command of a lease that was over. */
        STALE_OWNER_ACCEPTED,
        /** Two pods used the same lease. */
        LEASE_SHARED
    }

    @Override
    public String toString() {
        return kind + " " + text;
    }
}
