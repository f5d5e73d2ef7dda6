package io.qbull.engine;

import io.qbull.engine.QueueNode.Identity;
import io.qbull.partition.SuspectTurns;
import io.qbull.runtime.EventLoop;
import io.qbull.store.Store;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the parts of one node share.
 *
 * @param identity which queue and which pod
 * @param store the node's storage
 * @param layouts knows the layout of the queue
 * @param pauses knows what is paused in it
 * @param resizes carries its resizes on
 * @param loop the node's event loop
 * @param outage knows whether Redis answers
 * @param tidying says what Redis refuses to tidy up
 * @param abandoned partitions on which jobs of earlier sessions still run
 * @param turns in which the crash suspects of the process start
 * @param repairs how many partitions were given up because their pumps did not work
 */
record NodeParts(
        Identity identity,
        Store store,
        LayoutCache layouts,
        PauseWatch pauses,
        ResizeWatch resizes,
        EventLoop loop,
        OutageReporter outage,
        TidyingReporter tidying,
        AbandonedJobs abandoned,
        SuspectTurns turns,
        AtomicInteger repairs) {}
