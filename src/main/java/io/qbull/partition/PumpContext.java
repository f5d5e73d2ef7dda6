package io.qbull.partition;

import io.qbull.runtime.EventLoop;
import io.qbull.store.Reachability;
import io.qbull.store.Store;
import java.util.random.RandomGenerator;

/**
 * What a pump works with.
 *
 * @param store where the partition is
 * @param loop runs everything but the jobs
 * @param random draws the jitter of the pauses
 * @param reachability hears about each command whether Redis answered it
 * @param turns in which the crash suspects of the process start
 * @param failures logs what becomes of failed jobs
 * @param budget the memory that the pumps of the process share
 */
public record PumpContext(
        Store store,
        EventLoop loop,
        RandomGenerator random,
        Reachability reachability,
        SuspectTurns turns,
        FailureLog failures,
        FetchBudget budget) {}
