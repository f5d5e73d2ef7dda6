package io.qbull.model;

/**
 * How far a partition is in a resize.
 *
 * @param seal the version that it takes jobs for
 * @param started the newest layout version whose jobs may run; 0 if there is none
 * @param moved the newest layout version for which nothing leaves any more; 0 if there is none
 */
public record PartitionStage(SealState seal, int started, int moved) {
    /** A partition of which Redis knows nothing. */
    public static final PartitionStage ABSENT = new PartitionStage(SealState.NONE, 0, 0);
}
