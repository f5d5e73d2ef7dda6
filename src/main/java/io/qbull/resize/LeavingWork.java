package io.qbull.resize;

/**
 * What an owner is still doing with jobs of keys that leave its partition.
 *
 * @param running number of such jobs that run
 * @param uncommitted number of such jobs that have ended, and whose end Redis has not confirmed
 * @param unanswered number of commands about such keys that were sent and not answered: each may still be carried out
 */
public record LeavingWork(int running, int uncommitted, int unanswered) {
    /** Nothing that leaves is touched. */
    public static final LeavingWork NONE = new LeavingWork(0, 0, 0);

    /**
     * @return whether there is none, and nothing can change any more what is to be moved
     */
    public boolean over() {
        return equals(NONE);
    }
}
