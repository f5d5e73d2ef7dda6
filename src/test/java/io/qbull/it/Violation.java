package io.qbull.it;

/**
 * A broken guarantee.
 *
 * @param kind which guarantee
 * @param text where and when
 */
record Violation(Kind kind, String text) {
    enum Kind {
        /** Redis had the job, and it is neither done nor buried nor waiting. */
        LOST,
        /** A job that was sent once has two entries. */
        ADDED_TWICE,
        /** The producer was told that Redis does not have the job. */
        REFUSED_BUT_ADDED,
        /** A commit was sent for a job whose work had not ended. */
        COMMITTED_BEFORE_DONE,
        /** A burial was sent for a job that had not failed. */
        BURIED_WITHOUT_FAILURE,
        /** Entries of one key are not in the order in which they were sent. */
        ADDED_OUT_OF_ORDER,
        /** A route received a later job of a key before an earlier one. */
        FIRST_START_OUT_OF_ORDER,
        /** A job started although the previous one of its key or partition was neither done under this lease nor committed. */
        STARTED_TOO_EARLY,
        /** A job started again although a later one of its key had been committed. */
        REPEAT_IS_NO_SUFFIX,
        /** Two jobs of one partition ran at the same time under one lease. */
        OVERLAP,
        /** A job started although it had left its stream. */
        REVIVED,
        /** A job ran again without a disruption that explains it. */
        UNEXPLAINED_REPEAT,
        /** Redis accepted a command under a lease that had ended. */
        STALE_OWNER_ACCEPTED,
        /** Two pods used the same lease. */
        LEASE_SHARED
    }

    @Override
    public String toString() {
        return kind + " " + text;
    }
}
