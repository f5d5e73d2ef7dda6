/**
 * The embedded Redis, used when the settings name no other, and access to the store. The embedded Redis is a real server that runs as a
 * daemon: it belongs to no single pod, and the last pod to leave stops it.
 */
@NullMarked
package io.qbull.app.redis;

import org.jspecify.annotations.NullMarked;
