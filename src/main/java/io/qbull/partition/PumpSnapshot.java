package io.qbull.partition;

import io.qbull.partition.KeyLine.Slot;
import org.jspecify.annotations.Nullable;

/**
 * What a pump knows at one moment, as far as its next decision depends on it.
 *
 * @param state where the pump is in its life
 * @param readiness whether a job could be started
 * @param trusted whether the lease is trusted
 * @param rereading whether the stream will be read again from its head
 * @param suspectTurn whether a crash suspect of this partition may start, of all in the process
 * @param unsettled what Redis has not confirmed
 * @param candidates the jobs that may be next
 * @param closed why a gate lets no job of the partition start; null if none does
 * @param backlog what else keeps the partition from being idle
 */
record PumpSnapshot(
        PumpState state,
        JobStarter.Readiness readiness,
        boolean trusted,
        SecondReading.Phase rereading,
        boolean suspectTurn,
        Unsettled unsettled,
        Candidates candidates,
        @Nullable StallCause closed,
        Backlog backlog) {

    /**
     * What Redis has not confirmed.
     *
     * @param running jobs that run
     * @param commands the owner's commands without an answer
     * @param uncommitted finished jobs whose entries are still in the stream
     * @param afterSuspect whether the job started last was a suspect
     */
    record Unsettled(int running, int commands, int uncommitted, boolean afterSuspect) {
        boolean any() {
            return commands > 0 || uncommitted > 0;
        }
    }

    /**
     * The jobs that may be next.
     *
     * @param heldKey the held key whose turn is next; null if none is ready
     * @param readingHead whether as many first jobs of held keys are being read as may be: so few are in memory
     * @param slot the first runnable entry of the stream; null if there is none
     * @param heldTurn whether a held key goes first if both could
     */
    record Candidates(
            @Nullable HeldKey heldKey,
            boolean readingHead,
            @Nullable Slot slot,
            boolean heldTurn) {
        static final Candidates NONE = new Candidates(null, false, null, false);
    }

    /**
     * What keeps a partition without a runnable job from being idle.
     *
     * @param fetching whether the first entries are being fetched
     * @param paused whether a held key runs again after a pause
     * @param held whether any key is held that no gate keeps back
     * @param shut why a gate keeps known jobs of some keys from starting; null if it keeps none
     */
    record Backlog(
            boolean fetching,
            boolean paused,
            boolean held,
            @Nullable StallCause shut) {
        static final Backlog NONE = new Backlog(false, false, false, null);
    }
}
