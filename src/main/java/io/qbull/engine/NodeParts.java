package io.qbull.engine;

import io.qbull.runtime.EventLoop;
import io.qbull.store.Store;

/**
 * What the parts of one node share.
 *
 * @param store its storage
 * @param loop its event loop
 * @param outage its view of Redis' health
 */
record NodeParts(Store store, EventLoop loop, Outage outage) {}
