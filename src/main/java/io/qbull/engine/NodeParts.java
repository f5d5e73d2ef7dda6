package io.qbull.engine;

import io.qbull.runtime.EventLoop;
import io.qbull.store.Store;

/**
 * What the parts of one node share.
 *
 * @param store its storage
 * @param loop its event loop
 * @param outage its view of Redis' health
 * @param ghosts what still runs of earlier stretches of consuming
 */
record NodeParts(Store store, EventLoop loop, OutageReporter outage, AbandonedJobs ghosts) {}
